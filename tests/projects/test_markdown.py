"""What people write, as safe HTML; and what they write to break it."""

import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from projects import markdown
from projects.markdown import LARGEST_HTML, render
from tests.conftest import add, person


class Nowhere:
    """A project nobody is in, for texts that need no database."""

    pk, key = 1, "WEB"

    @property
    def memberships(self):
        return self

    def filter(self, **_):
        return self

    def values_list(self, *_):
        return []


HERE = Nowhere()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "<p>plain</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("**bold** *italic* ~~gone~~ `code`",
         "<p><strong>bold</strong> <em>italic</em> <s>gone</s> <code>code</code></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("# Big news", "<p><strong>Big news</strong></p>"),
        ("---", "<hr>"),
        ("    four spaces", "<pre><code>four spaces\n</code></pre>"),
        ("a < b && c > d", "<p>a &lt; b &amp;&amp; c &gt; d</p>"),
        ("main.py and tasks.rs", "<p>main.py and tasks.rs</p>"),
        ("[in](/projects/1/) [here](#x)", '<p><a href="/projects/1/">in</a> <a href="#x">here</a></p>'),
        ("👋🏽 שלום ‮abc", "<p>👋🏽 שלום ‮abc</p>"),
        ("", ""),
        ("   \n ", ""),
    ],
)  # fmt: skip
def test_markdown_reads_as_people_mean_it(text, html):
    assert render(text, HERE) == html


def test_a_table_aligns_by_class():
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |", HERE)
    assert '<th class="text-end">b</th>' in html
    assert "style" not in html


def test_links_to_elsewhere_open_there_and_say_nothing_of_us():
    marks = 'target="_blank" rel="noopener noreferrer nofollow"'
    assert f'<a href="https://example.com/a?b=1" {marks}>' in render("see https://example.com/a?b=1", HERE)
    assert f'<a href="https://example.com" {marks}>x</a>' in render("[x](https://example.com)", HERE)
    assert f'<a href="mailto:ana@example.com" {marks}>' in render("ana@example.com", HERE)
    assert "title" not in render('[x](https://example.com "a title")', HERE)


def test_an_image_is_a_link():
    assert "<img" not in render("![a plan](https://example.com/plan.png)", HERE)
    assert '">a plan</a>' in render("![a plan](https://example.com/plan.png)", HERE)
    assert '">https://example.com/plan.png</a>' in render("![](https://example.com/plan.png)", HERE)
    assert render("[![a](/x.png)](/y)", HERE) == '<p><a href="/y">a</a></p>'


def test_code_is_coloured_in_a_known_language_only():
    html = render("```python\ndef f(): return 1\n```", HERE)
    assert html.startswith('<pre data-language="python"><code><span class="k">def</span>')
    assert render("```mystery\n<b>\n```", HERE) == "<pre><code>&lt;b&gt;\n</code></pre>"
    assert render('```python" onclick="x\n1\n```', HERE) == "<pre><code>1\n</code></pre>"


# People and tasks ----------------------------------------------------------------------------------------


def test_a_handle_of_the_project_is_its_person(project, ben, cleo):
    assert render("hi @ben!", project) == f'<p>hi <a class="mention" data-user="{ben.pk}">@ben</a>!</p>'
    assert render("hi @Ben.", project) == f'<p>hi <a class="mention" data-user="{ben.pk}">@ben</a>.</p>'
    assert render("hi @cleo and @nobody", project) == "<p>hi @cleo and @nobody</p>"


def test_the_longest_handle_wins_and_a_full_stop_ends_it(project, ben):
    other = person("ben.co")
    add(project, other, "member")
    assert f'data-user="{other.pk}">@ben.co</a>.' in render("@ben.co.", project)
    assert f'data-user="{ben.pk}">@ben</a>.Then' in render("@ben.Then", project)


@pytest.mark.parametrize(
    "text",
    ["`@ben WEB-1`", "```\n@ben WEB-1\n```", "    @ben WEB-1", "[@ben WEB-1](https://example.com)", "\\@ben", "xWEB-1",
     "https://example.com/@ben/WEB-1?q=WEB-2#WEB-3", "@benjamin WEB-1x", "x@ben", "WEB-0", "OPS-1", "WEB-12-b",
     "ben@ben.com"],
)  # fmt: skip
def test_code_and_links_name_nobody(project, ben, text):
    html = render(text, project)
    assert "mention" not in html
    assert "task-ref" not in html


def test_a_reference_is_a_link_to_the_task(project):
    link = f'<a class="task-ref" data-number="12" href="/projects/{project.pk}/tasks/12/">WEB-12</a>'
    assert render("see WEB-12.", project) == f"<p>see {link}.</p>"
    assert link in render("**(WEB-12)**", project)


def test_people_cost_one_query_and_only_where_somebody_is_named(project, ben, gus, django_assert_num_queries):
    with django_assert_num_queries(0):
        render("nobody here, mail me or see WEB-1", project)
    with django_assert_num_queries(1):
        html = render("@ben and @gus and @ben\n\n" * 50, project)
    assert html.count(f'data-user="{gus.pk}"') == 50


# Attacks -------------------------------------------------------------------------------------------------

XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](https://example.com\"onmouseover=\"alert(1))",
    "[x](https://example.com 'a\" onmouseover=\"alert(1)')",
    "[x]: javascript:alert(1)\n[x]",
    "```\"><script>alert(1)</script>\nx\n```",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "<style>*{display:none}</style>",
    "<math><mtext></p><style><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<!--><img src=x onerror=alert(1)>-->",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "@<script>alert(1)</script> WEB-1<img src=x onerror=alert(1)>",
    "https://example.com/<script>alert(1)</script>",
    "https://example.com/\"onmouseover=\"alert(1)",
    "[a](https://x.example/'onclick='alert(1)) **<b onclick=x>**",
    "| <img src=x onerror=y> | b |\n|---|:-:|\n| <script> | 2 |",
    "# <script>alert(1)</script>",
    "[<img src=x onerror=alert(1)>](https://example.com)",
    "![<img src=x onerror=alert(1)>](https://example.com)",
    "<details open ontoggle=alert(1)>",
    "<p style='position:fixed'>", "<form action=/x><button>", "<base href=//evil.example>", "<meta http-equiv=refresh>",
]  # fmt: skip


class Auditor(HTMLParser):
    """Notes every element and attribute that has no business in a message."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in markdown.TAGS:
            self.wrong.append(tag)
        known = {"href", "class", "data-user", "data-number", "data-language", "target", "rel", "start"}
        self.wrong += [f"{tag} {name}={value}" for name, value in attrs if name not in known]
        href = dict(attrs).get("href")
        if href is not None and not re.match(r"https?://|mailto:|/[^/\\]|#", href):
            self.wrong.append(href)


@pytest.mark.parametrize("text", XSS)
@pytest.mark.parametrize(
    "frame", ["{}", "> - {}", "**{}**", "| a |\n|---|\n| {} |", "[{}](https://example.com)", "a\n{}\nb"]
)
def test_no_markup_of_a_stranger_gets_through(text, frame):
    auditor = Auditor()
    auditor.feed(render(frame.format(text), HERE))
    assert not auditor.wrong


def full(piece: str, size: int = 20_000) -> str:
    return (piece * (size // len(piece) + 1))[:size]


BOMBS = [full(piece) for piece in [
    "[", "*", ">", "`", "_", "~", "![", "[](", "[a](", "<", "&", "- ", "> ", "1. ", "|a", "|a\n|-", "**a ", "a**",
    "*a_ ", "[[]", "[a](b)", "\\", "![[]()", "<a", "http://", "http://a.b/(", "http://a.co ", "www.", "a@", "a@b.co ",
    "@a ", "@a.b", "WEB-1 ", "#", "# a\n", "&#", "<!--", "[a]: <", "[a]: b\n", "\n", " ", "\t", "\"", "-", "=\n",
    "```\n", "~~a",
]] + [
    "**a *b " * 2000 + "x** y*" * 800,
    "*" * 10_000 + "a" + "*" * 9_999,
    "[" * 5000 + "a" + "](b)" * 3700,
    "![" * 5000 + "a" + "](b)" * 2400,
    "".join(">" * depth + "a\n" for depth in range(190)),
    "".join("  " * depth + "- a\n" for depth in range(130)),
    "|" + "a|" * 3000 + "\n|" + "-|" * 3000 + "\n" + "|\n" * 3000,
    "|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n" + "|\n" * 9000,
    " ".join(f"@u{number}" for number in range(2800)),
    *("```" + language + "\n" + full(piece, 19_000) + "\n```"
      for language in ("python", "java", "c", "make", "typescript", "html", "sql")
      for piece in ("(", "a\n", "a b\n", "\n", "a.", "/*\n", "\"", "{")),
    *("```" + language + "\n" + full(piece, markdown.LONGEST_CODE - 10) + "\n```"
      for language in ("python", "java", "c", "make", "typescript", "html", "sql")
      for piece in ("a\n", "a b\n", "/*\n", "\"\n", "{\n", "a" * 390 + "\n")),
]  # fmt: skip


@pytest.mark.parametrize("text", BOMBS, ids=lambda text: repr(text[:24]))
def test_a_bomb_takes_little_time_and_becomes_little_html(text):
    # The thread's own time: what else the machine does is not the bomb's doing.
    before = time.thread_time()
    html = render(text, HERE)
    assert time.thread_time() - before < 0.5
    assert len(html) <= LARGEST_HTML


@pytest.mark.parametrize("text", [full(">") + "end", "*" * 10_000 + "end" + "*" * 9_000, full("[") + "end"])
def test_what_is_too_deep_is_shown_as_it_was_typed(text):
    html = render(text, HERE)
    assert html.startswith("<p>")
    assert "end" in html


def test_every_language_has_its_lexer():
    from pygments.lexers import get_lexer_by_name

    assert all(get_lexer_by_name(name) for name in markdown.LANGUAGES)


# The colours of code -------------------------------------------------------------------------------------


def palette(sheet: str, selector: str) -> dict[str, tuple[float, float, float]]:
    css = (Path(settings.BASE_DIR) / "static" / "css" / sheet).read_text()
    blocks = re.findall(re.escape(selector) + r" \{(.*?)\n\}", css, re.DOTALL)
    found = re.findall(r"(--tr-[\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", "\n".join(blocks))
    return {name: (float(light), float(chroma), float(hue)) for name, light, chroma, hue in found}


def luminance(colour: tuple[float, float, float]) -> float:
    """Of an OKLCH colour, as WCAG counts it."""
    from math import cos, radians, sin

    light, chroma, hue = colour
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(max(part, 0), 1) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [":root", '[data-bs-theme="dark"]'])
def test_code_can_be_read_in_light_and_dark(theme):
    surfaces = palette("tokens.css", theme)
    colours = {
        name: value for name, value in palette("code.css", theme).items() if name.startswith("--tr-code-")
    }
    assert len(colours) == 7
    for name, colour in colours.items():
        for surface in ("--tr-page", "--tr-pane", "--tr-raised"):
            light, dark = sorted((luminance(colour), luminance(surfaces[surface])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{name} on {surface}"
