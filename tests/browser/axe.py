"""axe-core, brought in past the content security policy, which forbids a page to do so itself."""

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

SOURCE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
LOOK = """async () => {
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)));
    const { violations } = await axe.run();
    const where = (nodes) => nodes.map(({ target }) => target).join(" | ");
    return violations.map(({ id, impact, nodes }) => `${impact}, ${id}: ${where(nodes)}`);
}"""


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands; the suite allows none, serious or not."""
    page.evaluate(SOURCE.read_text())
    return page.evaluate(LOOK)
