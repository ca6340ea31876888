"""Imports run one way: accounts <- projects <- tasks, chat, documents <- presence, notifications <- config."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

LAYERS = [
    {"accounts"},
    {"projects"},
    {"tasks", "chat", "documents"},
    {"presence", "notifications"},
    {"config"},
]
OURS = {app: depth for depth, apps in enumerate(LAYERS) for app in sorted(apps)}
# What is no layer above anybody: where the servers are is asked by whoever starts.
SOURCES = [
    path
    for app in OURS
    for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py"))
    if "management" not in path.parts
]


def imported(path: Path) -> set[str]:
    """The first names of all that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_file_imports_only_what_stands_below_it(path):
    app = path.relative_to(settings.BASE_DIR).parts[0]
    above = {name for name in imported(path) if name in OURS and name != app and OURS[name] >= OURS[app]}
    assert not above, f"{app} stands below {', '.join(above)} (or beside it)"
