"""The browser tests on a bad day: `TASKROOM_LATE=answers script/test tests/browser` runs them with pages to which the
server's answers come late. What a person may do meanwhile has to work, and a test that fails then acts or looks before
what it needs is there: on a busy machine it fails without this, now and then.

`answers` come 1.2 s late, `events` come 1.2 s late, `files` (each script, style and page) 80 ms, and the `processor`
has a quarter of its speed; several are joined by commas.
"""

import os

from playwright.sync_api import BrowserContext, Page

LATE = set(filter(None, os.environ.get("TASKROOM_LATE", "").split(",")))

DELAY = """
globalThis.late = (act) => setTimeout(act, 1200);
"""

ANSWERS = """
{
  const fetchNow = fetch;
  globalThis.fetch = async (...args) => {
    const answer = await fetchNow(...args);
    await new Promise(late);
    return answer;
  };
}
"""

# Whoever listens first may hold an event back; in their order they are told again, and the line's end after them.
EVENTS = """
globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", (event) => {
      if (!event.isTrusted) return;
      event.stopImmediatePropagation();
      const again = new MessageEvent("message", { data: event.data });
      late(() => this.dispatchEvent(again));
    });
    this.addEventListener("close", (event) => {
      if (!event.isTrusted) return;
      event.stopImmediatePropagation();
      const { code, reason, wasClean } = event;
      late(() => this.dispatchEvent(new CloseEvent("close", { code, reason, wasClean })));
    });
  }
};
"""

known = {"answers", "events", "files", "processor"}
if LATE - known:
    raise ValueError(f"TASKROOM_LATE knows {', '.join(sorted(known))}; not {', '.join(sorted(LATE - known))}")


def slow_context(context: BrowserContext) -> None:
    scripts = [script for name, script in (("answers", ANSWERS), ("events", EVENTS)) if name in LATE]
    if scripts:
        context.add_init_script("".join([DELAY, *scripts]))


# By the server: a browser that emulates a slow line for us knows no `set_offline` besides.
APPLICATION = "tests.browser.late_files:application" if "files" in LATE else "config.asgi:application"


def slow_page(page: Page) -> None:
    """For each page, those that another opens as well: a script is the context's, and this is one page's."""
    if "processor" in LATE:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
