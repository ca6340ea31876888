"""A project's page in Chromium, through nginx and with an empty cache: when it answers to a click."""

import os
import shutil
import time
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.measuring import Bench, Row

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip
PLACE = (420, 190)  # within the first card, in a window of 1440 by 900
PARTS = ("answered", "received", "parsed", "whole", "script", "layout", "style", "files", "cards", "messages")
# From the browser's own clock, which begins with the navigation.
OPEN = """() => {
    const panel = document.querySelector('task-panel');
    return Boolean(panel) && !panel.hidden && panel.getBoundingClientRect().width > 0;
}"""
MEASURE = """() => {
    const way = performance.getEntriesByType('navigation')[0], files = performance.getEntriesByType('resource');
    return {
        now: performance.now(), answered: way.responseStart, received: way.responseEnd,
        parsed: way.domContentLoadedEventEnd, files: files.length,
    };
}"""
COUNTS = """() => {
    const count = (name) => document.querySelectorAll(name).length;
    return {cards: count('task-card'), messages: count('chat-message')};
}"""
DRAWN = "() => document.querySelectorAll('chat-message').length >= 50"


def page(bench: Bench) -> list[Row]:
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        opening(bench, browser)
        runs = bench.interleaved({"page": lambda: opening(bench, browser)})["page"]
        browser.close()
    parts = {
        name: runs.median(name)
        for name in (
            "answered",
            "received",
            "parsed",
            "script",
            "layout",
            "style",
            "files",
            "cards",
            "messages",
        )
    }
    return [runs.row(
        "page", f"until a page of {bench.servers.sizes['page']} cards answers a click", "ms", "ms", better="less",
        goal="say it", beside=parts,
    )]  # fmt: skip


def opening(bench: Bench, browser: Browser) -> dict[str, Any]:
    """Clicks on where the first card comes to lie, again and again, until its panel opens."""
    servers, shown = bench.servers, bench.servers.data["shown"]
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(
        [{"name": "sessionid", "value": servers.data["ana"]["session"], "url": servers.main.url}]
    )
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("Performance.enable")
    tab.goto(f"{servers.main.url}/projects/{shown['id']}/", wait_until="commit")
    end = time.monotonic() + 30
    while not tab.evaluate(OPEN):
        if time.monotonic() > end:
            raise SystemExit("bench: the page never answered a click")
        tab.mouse.click(*PLACE)
        time.sleep(0.005)
    figures = tab.evaluate(MEASURE)
    tab.wait_for_function(DRAWN, timeout=30_000)
    figures |= {"whole": tab.evaluate("performance.now()"), **tab.evaluate(COUNTS)}
    spent = {each["name"]: each["value"] * 1000 for each in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    return {
        "ms": figures.pop("now"), **figures, "script": spent["ScriptDuration"], "layout": spent["LayoutDuration"],
        "style": spent["RecalcStyleDuration"], "client": 0.0,
    }  # fmt: skip
