"""What somebody sees who starts Taskroom where something is missing, and what the lock files promise."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def run(*command, **environment):
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )


def test_a_taken_port_gets_one_line_that_names_it_and_the_way_out(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = run(
            sys.executable, "-m", "config.server", "--port", str(port), "--data", str(tmp_path / "data")
        )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert f"port {port} is taken" in done.stderr and f"--port {port + 1}" in done.stderr
    assert not (tmp_path / "data").exists()


def test_ctrl_c_ends_the_server_without_a_word_of_failure(tmp_path):
    tmp_path.chmod(0o711)
    command = [sys.executable, "-m", "config.server", "--port", "0", "--data", str(tmp_path / "data")]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            started = next(line for line in server.stdout if line.startswith("Taskroom is at "))
            with urllib.request.urlopen(started.split()[-1], timeout=60) as page:
                assert page.status == 200
        finally:
            server.send_signal(signal.SIGINT)
        said, failures = server.communicate(timeout=60)
    assert (server.returncode, said, failures) == (0, "", "")


def test_a_python_without_django_gets_one_line(tmp_path):
    done = run(sys.executable, "-S", "manage.py", "check", PYTHONPATH="")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "script/setup" in done.stderr and "pipenv install" in done.stderr


def test_setting_up_without_a_recent_python_gets_one_line(tmp_path):
    checkout, programs = tmp_path / "checkout", tmp_path / "programs"
    (checkout / "script").mkdir(parents=True)
    programs.mkdir()
    shutil.copy(ROOT / "script" / "setup", checkout / "script")
    shutil.copy(ROOT / "Pipfile.lock", checkout)
    for name in ("sh", "dirname", "cmp"):
        (programs / name).symlink_to(shutil.which(name))
    old = programs / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    done = run(str(checkout / "script" / "setup"), PATH=str(programs))
    assert done.returncode == 1
    assert done.stderr == "taskroom: Python 3.11 or later is needed; install it (python3) and start again\n"
    assert not (checkout / ".venv").exists()


def test_the_lock_files_leave_the_choice_of_an_index_to_whoever_installs():
    lock = json.loads((ROOT / "Pipfile.lock").read_text())
    assert lock["_meta"]["sources"] == []
    packages = [*lock["default"].values(), *lock["develop"].values()]
    assert all(package["hashes"] and "index" not in package for package in packages)
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_what_is_missing_is_installed_with_debians_tools_where_one_may(tmp_path):
    checkout, programs, said = tmp_path / "checkout", tmp_path / "programs", tmp_path / "said"
    (checkout / "script").mkdir(parents=True)
    programs.mkdir()
    shutil.copy(ROOT / "script" / "install", checkout / "script")
    for name in ("sh", "dirname", "env", "mkdir", "tail", "true"):
        (programs / name).symlink_to(shutil.which(name))
    (programs / "id").write_text("#!/bin/sh\necho 0\n")
    (programs / "apt-get").write_text(f'#!/bin/sh\necho "$*" >> {said}\n')
    for fake in ("id", "apt-get"):
        (programs / fake).chmod(0o755)
    command = [str(checkout / "script" / "install"), "Chromium", "chromium"]

    done = run(*command, PATH=str(programs))
    assert (done.returncode, done.stderr) == (0, "Installing Chromium ...\n")
    assert said.read_text().splitlines() == ["-q update", "-q install -y --no-install-recommends chromium"]

    (programs / "apt-get").write_text("#!/bin/sh\necho no such package >&2\nexit 100\n")
    done = run(*command, PATH=str(programs))
    assert done.returncode == 1 and "no such package" in done.stderr

    (programs / "apt-get").unlink()
    assert run(*command, PATH=str(programs)).returncode == 1
