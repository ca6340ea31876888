"""The palettes of static/css/tokens.css hold the contrasts that WCAG 2.2 AA asks for: 4.5 for text, 3 for controls."""

import math
import re

import pytest
from django.conf import settings

SOURCE = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
OKLCH = re.compile(r"--(tr-[\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)")


def palette(theme: str) -> dict[str, tuple[float, float, float]]:
    light, dark = SOURCE.split('[data-bs-theme="dark"] {', 1)
    text = light if theme == "light" else light + dark.split("}", 1)[0]
    # oklch(1 0 0) is white: one pattern for all
    return {name: (float(l), float(c), float(h)) for name, l, c, h in OKLCH.findall(text)}  # noqa: E741


def luminance(colour: tuple[float, float, float]) -> float:
    """OKLCH -> OKLab -> linear sRGB -> relative luminance (Björn Ottosson's matrices)."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    l, m, s = (  # noqa: E741
        (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s
    green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s
    blue = -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s
    red, green, blue = (min(max(part, 0), 1) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


SURFACES = ["tr-page", "tr-pane", "tr-raised"]
TEXT = [
    *[(f"tr-{name}", back) for name in ("text", "muted", "accent", "danger", "warn", "ok") for back in SURFACES],
    ("tr-accent", "tr-accent-soft"), ("tr-text", "tr-accent-soft"), ("tr-muted", "tr-accent-soft"),
    ("tr-danger", "tr-danger-soft"), ("tr-warn", "tr-warn-soft"), ("tr-ok", "tr-ok-soft"),
    ("tr-on-accent", "tr-accent-fill"), ("tr-on-accent", "tr-danger-fill"),
    ("tr-on-accent", "tr-accent-fill-hover"), ("tr-on-accent", "tr-danger-fill-hover"), ("tr-page", "tr-text"),
]  # fmt: skip
CONTROLS = [(name, surface) for name in ("tr-line-strong", "tr-accent") for surface in SURFACES] + [
    (f"tr-presence-{status}", surface) for status in ("active", "idle", "inactive") for surface in SURFACES
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read(theme, front, back):
    colours = palette(theme)
    assert contrast(colours[front], colours[back]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), CONTROLS)
def test_controls_and_presence_can_be_seen(theme, front, back):
    colours = palette(theme)
    assert contrast(colours[front], colours[back]) >= 3


HUES = sorted({float(hue) for hue in re.findall(r"--tr-hue: ([\d.]+)", SOURCE)})


@pytest.mark.parametrize("hue", HUES)
def test_label_chips_can_be_read(hue):
    chroma = 0.17  # the strongest of the ramp
    assert contrast((0.42, chroma * 0.85, hue), (0.945, chroma * 0.25, hue)) >= 4.5
    assert contrast((0.88, chroma * 0.5, hue), (0.32, chroma * 0.4, hue)) >= 4.5


@pytest.mark.parametrize("hue", range(0, 360, 10))
def test_initials_can_be_read(hue):
    assert contrast((0.38, 0.1, hue), (0.89, 0.06, hue)) >= 4.5
    assert contrast((0.93, 0.04, hue), (0.41, 0.08, hue)) >= 4.5
