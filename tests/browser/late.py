"""The browser tests on a bad day: `TASKROOM_LATE=answers script/test tests/browser` runs them with pages to which the
server's answers come late. What a person may do meanwhile has to work, and a test that fails then acts or looks before
what it needs is there: on a busy machine it fails without this, now and then.

`answers` come 1.2 s late, `events` come 1.2 s late, `files` (each script, style and page) 80 ms, and the `processor`
has an eighth of its speed; several are joined by commas.
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

# Whoever listens first may hold an event back; in their order they are told again.
EVENTS = """
globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", (event) => {
      if (!event.isTrusted) return;
      event.stopImmediatePropagation();
      const again = new MessageEvent("message", { data: event.data });
      late(() => this.readyState === WebSocket.OPEN && this.dispatchEvent(again));
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


def slow_page(page: Page) -> None:
    if not LATE & {"files", "processor"}:
        return
    browser = page.context.new_cdp_session(page)
    if "processor" in LATE:
        browser.send("Emulation.setCPUThrottlingRate", {"rate": 8})
    if "files" in LATE:
        speed = {"downloadThroughput": -1, "uploadThroughput": -1}
        browser.send("Network.enable")
        browser.send("Network.emulateNetworkConditions", {"offline": False, "latency": 80, **speed})
