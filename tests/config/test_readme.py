"""The README says what there is."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    "name",
    sorted(set(re.findall(r'env(?:_\w+)?\(\s*"(\w+)"', (ROOT / "config/settings.py").read_text()))),
)
def test_every_setting_stands_in_the_table(name):
    assert f"`{name}`" in README


def test_every_part_has_its_reason():
    pipfile = tomllib.loads((ROOT / "Pipfile").read_text())
    package = json.loads((ROOT / "package.json").read_text())
    parts = [
        *pipfile["packages"],
        *pipfile["dev-packages"],
        *package["dependencies"],
        *package["devDependencies"],
    ]
    reasons = README.partition("## The parts")[2].lower().replace(" ", "-")
    assert not [part for part in parts if part.lower() not in reasons]


def test_every_picture_and_script_is_there():
    for path in re.findall(r"\]\((docs/[\w.]+)\)", README) + re.findall(r"^    (script/\w+)", README, re.M):
        assert (ROOT / path).exists(), path


def test_every_app_stands_on_the_map():
    for app in (
        "config",
        "accounts",
        "projects",
        "tasks",
        "chat",
        "presence",
        "templates",
        "tests",
        "script",
        "docs",
    ):
        assert re.search(rf"^    {app}/", README, re.M), app
