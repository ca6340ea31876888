"""Where things stand on a page: read only when they stand still, for what glides is elsewhere when it is touched."""

from playwright.sync_api import Locator

# In three frames after one another at the same place.
STILL = """async (element) => {
  const place = () => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  };
  let [last, same] = [place(), 0];
  while (same < 3) {
    await new Promise(requestAnimationFrame);
    const now = place();
    same = Object.keys(now).every((name) => now[name] === last[name]) ? same + 1 : 0;
    last = now;
  }
  return last;
}"""


def box(of: Locator) -> dict[str, float]:
    """{x, y, width, height} in the window."""
    return of.evaluate(STILL)


def middle(of: Locator) -> tuple[float, float]:
    place = box(of)
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
