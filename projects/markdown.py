"""Markdown as people write it -> HTML that may stand in the page.

markdown-it-py parses, a few core rules of ours work on its tokens (mentions, task references, outside links), and nh3
has the last word. What would take too long or grow too large is shown as it was typed.
"""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from pygments import highlight as colour
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

LARGEST_HTML = 200_000  # characters
DEEPEST = 24  # elements within each other, counted for blocks and for the words in them
MOST_BLOCKS = 6_000  # tokens: 20,000 characters of prose stay far below it, tables of empty cells do not
MOST_LOOKAHEAD = 30_000  # steps of the parser in search of a link's end: what "[[[[..." makes quadratic
MOST_LINKS = 200  # bare addresses made into links, in one stretch of text
LONGEST_LINK = 2_000  # characters
LONGEST_CODE = 3_000  # characters coloured in one text
TIRING = re.compile(r"[^\n]{400}|\s{100}")  # lexers go over such stretches again and again
MOST_HANDLES = 200
GROUPS = frozenset({"here", "channel"})  # nobody has one of these as a handle

HANDLE = re.compile(
    r"(?<![\w@/.=&+-])@([a-z0-9](?:[a-z0-9_.-]{0,28}[a-z0-9])?)(?![a-z0-9])", re.IGNORECASE | re.ASCII
)
TASK = r"(?<![\w/&=.#-])%s-([1-9][0-9]{0,8})(?![\w-])"
OUTSIDE = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
INSIDE = re.compile(r"/(?![/\\])|#")

# A lexer is a heap of regular expressions run over what a stranger typed, so only those that were timed on bad input.
LANGUAGES = {
    "bash", "c", "c++", "cpp", "css", "diff", "docker", "dockerfile", "go", "golang", "graphql",
    "haskell", "hs", "html", "http", "ini", "java", "javascript", "js", "json", "jsx", "kotlin",
    "lua", "make", "makefile", "nginx", "php", "py", "python", "rb", "rs", "ruby", "rust", "scala",
    "sh", "shell", "sql", "swift", "toml", "ts", "tsx", "typescript", "xml", "yaml", "yml", "zsh",
}  # fmt: skip

TAGS = {
    "a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td",
    "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": set(),
    "a": {"href", "data-user", "data-group", "data-number"},
    "ol": {"start"},
    "pre": {"data-language"},
}
FIXED = {"a": {"target": {"_blank"}, "rel": {"noopener noreferrer nofollow"}}}
CLASSES = {
    "a": {"mention", "task-ref"},
    "span": {name for name in STANDARD_TYPES.values() if name},
    "td": {"text-center", "text-end"},
    "th": {"text-center", "text-end"},
}


class TooDear(Exception):
    """This text costs more than it is worth: it is shown as it was typed."""


def render(text: str, project: Any, *, groups: bool = False) -> str:
    """Safe HTML of `text`, with the project's people and tasks as links; with `groups` also "@here" and "@channel".

    One query when the text may name somebody, none otherwise. At most LARGEST_HTML characters of valid text.
    """
    env = {
        "people": _people(text, project),
        "groups": GROUPS if groups and "@" in text else frozenset(),
        "project": project,
        "steps": 0,
        "code": 0,
    }
    try:
        html = PARSER.render(text, env)
        if len(html) > LARGEST_HTML:
            raise TooDear
    except (TooDear, RecursionError):
        html = _as_typed(text)
    return CLEANER.clean(html).strip()


def _people(text: str, project: Any) -> dict[str, int]:
    handles = (
        {name for found in HANDLE.finditer(text) for name in _readings(found[1])} if "@" in text else set()
    )
    if not handles:
        return {}
    members = project.memberships.filter(user__handle__in=sorted(handles)[:MOST_HANDLES])
    return dict(members.values_list("user__handle", "user_id"))


def _readings(written: str) -> list[str]:
    """The handles "@ana.b.Great" may mean, longest first: "ana.b.great", "ana.b", "ana"."""
    name = written.lower()
    ends = [len(name), *(found.start() for found in reversed(list(re.finditer(r"(?<=[a-z0-9])[_.-]", name))))]
    return [name[:end] for end in ends]


def _as_typed(text: str) -> str:
    return "<p>" + escape(text.strip(), quote=False).replace("\n", "<br>") + "</p>"


class Blocks(ParserBlock):
    """Refuses depth, which the original skips in silence: the text beyond it would be missing."""

    def tokenize(self, state: Any, startLine: int, endLine: int) -> None:
        if state.level > DEEPEST:
            raise TooDear
        super().tokenize(state, startLine, endLine)


class Words(ParserInline):
    def skipToken(self, state: Any) -> None:
        state.env["steps"] += 1
        if state.env["steps"] > MOST_LOOKAHEAD:
            raise TooDear
        super().skipToken(state)


class Addresses(LinkifyIt):
    def match_at_start(self, text: str) -> Any:
        return super().match_at_start(text[:LONGEST_LINK])

    def match(self, text: str) -> Any:
        found = super().match(text)
        return found[:MOST_LINKS] if found else found


class BlockTokens(list):
    def append(self, token: Token) -> None:
        if len(self) >= MOST_BLOCKS:
            raise TooDear
        super().append(token)


def _count_blocks(state: StateCore) -> None:
    state.tokens = BlockTokens(state.tokens)


def _measure_depth(state: StateCore) -> None:
    """Nested emphasis is found in pairs, so the parser's own limit never sees how deep it goes."""
    for token in _inlines(state):
        if any(child.level > DEEPEST for child in token.children):
            raise TooDear


def _quieten(state: StateCore) -> None:
    """A heading of a message is a bold line, not a part of the page's outline; tables align by class, for the CSP."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.type = token.type.replace("heading", "bold_line")
        align = str(token.attrs.pop("style", ""))
        if align.endswith(("center", "right")):
            token.attrs["class"] = "text-center" if align.endswith("center") else "text-end"


def _unfold_images(state: StateCore) -> None:
    """`![a plan](https://...)` becomes a link: nothing of a message is loaded from elsewhere."""
    for token in _inlines(state):
        if any(child.type == "image" for child in token.children):
            token.children = [new for child in _outside_links(token.children) for new in _unfolded(*child)]


def _unfolded(token: Token, in_link: bool) -> list[Token]:
    if token.type != "image":
        return [token]
    text = _text(token.content or str(token.attrs["src"]), token.level)
    return [text] if in_link else _link(text, {"href": token.attrs["src"]})


def _name_people_and_tasks(state: StateCore) -> None:
    key = getattr(state.env["project"], "key", "")
    tasks = re.compile(TASK % re.escape(key)) if key and f"{key}-" in state.src else None
    if state.env["people"] or state.env["groups"] or tasks:
        for token in _inlines(state):
            token.children = [
                new
                for child, in_link in _outside_links(token.children)
                for new in ([child] if in_link or child.type != "text" else _named(child, state.env, tasks))
            ]


def _named(token: Token, env: dict, tasks: re.Pattern | None) -> list[Token]:
    """A text token, cut at the people and tasks it names."""
    new, done = [], 0
    for start, end, text, attrs in sorted(
        [*_mentions(token, env), *_references(token, env, tasks)], key=lambda n: n[0]
    ):
        if start >= done:
            new += [_text(token.content[done:start], token.level), *_link(_text(text, token.level), attrs)]
            done = end
    return [*new, _text(token.content[done:], token.level)] if new else [token]


def _mentions(token: Token, env: dict) -> Iterable[tuple[int, int, str, dict]]:
    for found in HANDLE.finditer(token.content) if env["people"] or env["groups"] else ():
        for name in _readings(found[1]):
            if name in env["groups"]:
                yield (found.start(), found.start() + 1 + len(name), "@" + name,
                       {"class": "mention", "data-group": name})  # fmt: skip
                break
            if name in env["people"]:
                yield (found.start(), found.start() + 1 + len(name), "@" + name,
                       {"class": "mention", "data-user": str(env["people"][name])})  # fmt: skip
                break


def _references(token: Token, env: dict, tasks: re.Pattern | None) -> Iterable[tuple[int, int, str, dict]]:
    for found in tasks.finditer(token.content) if tasks else ():
        href = f"/projects/{env['project'].pk}/tasks/{found[1]}/"
        yield (
            found.start(),
            found.end(),
            found[0],
            {"class": "task-ref", "data-number": found[1], "href": href},
        )


def _mark_outside(state: StateCore) -> None:
    for token in _inlines(state):
        for child in token.children:
            if child.type == "link_open" and OUTSIDE.match(str(child.attrs.get("href", ""))):
                child.attrs |= {"target": "_blank", "rel": "noopener noreferrer nofollow"}


def _inlines(state: StateCore) -> Iterable[Token]:
    return (token for token in state.tokens if token.type == "inline" and token.children)


def _outside_links(tokens: Iterable[Token]) -> Iterable[tuple[Token, bool]]:
    """Each token with whether it stands within a link."""
    depth = 0
    for token in tokens:
        depth += token.nesting if token.tag == "a" else 0
        yield token, depth > 0


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _link(text: Token, attrs: dict) -> list[Token]:
    return [Token("link_open", "a", 1, attrs=attrs), text, Token("link_close", "a", -1)]


def _code(renderer: Any, tokens: list[Token], index: int, options: Any, env: dict) -> str:
    token = tokens[index]
    language = (token.info.split() or [""])[0].lower()
    env["code"] += len(token.content)
    if language not in LANGUAGES or env["code"] > LONGEST_CODE or TIRING.search(token.content):
        return f"<pre><code>{escape(token.content, quote=False)}</code></pre>\n"
    return f'<pre data-language="{language}"><code>{_coloured(token.content, language)}</code></pre>\n'


def _coloured(code: str, language: str) -> str:
    try:
        return colour(code, get_lexer_by_name(language, stripnl=False), HtmlFormatter(nowrap=True))
    except ClassNotFound:
        return escape(code, quote=False)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("js-default")
    parser.block, parser.inline, parser.linkify = Blocks(), Words(), Addresses()
    parser.configure("js-default", {"html": False, "linkify": True, "breaks": True, "typographer": False})
    # "main.py" is a file far more often than a site in Paraguay.
    parser.linkify.tlds(
        ["com", "org", "net", "edu", "gov", "info", "biz", "io", "dev", "app", "eu", "de", "fr", "uk"]
    )
    parser.linkify.add("ftp:", None).add("//", None)
    parser.validateLink = lambda url: bool(OUTSIDE.match(url) or INSIDE.match(url))
    parser.core.ruler.before("block", "count_blocks", _count_blocks)
    parser.core.ruler.after("block", "quieten", _quieten)
    parser.core.ruler.after("inline", "measure_depth", _measure_depth)
    parser.core.ruler.after("measure_depth", "unfold_images", _unfold_images)
    # Before text_join, so that an escaped "\@ben" stays a word.
    parser.core.ruler.before("text_join", "name_people_and_tasks", _name_people_and_tasks)
    parser.core.ruler.push("mark_outside", _mark_outside)
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("bold_line_open", lambda *_: "<p><strong>")
    parser.add_render_rule("bold_line_close", lambda *_: "</strong></p>\n")
    return parser


PARSER = _parser()
CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    tag_attribute_values=FIXED,
    allowed_classes=CLASSES,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
    strip_comments=True,
)
