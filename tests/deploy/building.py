"""The image, built without a Docker engine: podman and buildah with a storage of their own, on a base made here.

`podman run` wants cgroups, which a machine like CI's does not give: processes run by `buildah run`, in a chroot.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
BASE = "docker.io/library/debian:bookworm-slim"  # what the Dockerfile's FROM asks for, in full
LEFT_OUT = ("doc", "info", "locale", "man")  # below /usr/share, as in the slim image
PATIENCE = 90


def run(*command: str | Path, **options) -> str:
    """What it printed; SystemExit with all of that where it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    if done.returncode:
        raise SystemExit(
            f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-6000:]}"
        )
    return done.stdout


class Storage:
    """Images and containers below one directory, apart from those of the machine."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.options = [
            *(
                "--storage-driver",
                "vfs",
                "--root",
                str(directory / "images"),
                "--runroot",
                str(directory / "run"),
            )
        ]

    def podman(self, *arguments: str | Path) -> str:
        return run("podman", *self.options, *arguments)

    def buildah(self, *arguments: str | Path) -> str:
        return run("buildah", *self.options, *arguments)

    def has(self, image: str) -> bool:
        return image in self.podman("images", "--format", "{{.Repository}}:{{.Tag}}").split()

    def make_base(self) -> None:
        """Debian's own tool makes what the name of the base stands for where there is a registry of images."""
        tree = self.directory / "base"
        sources = Path("/etc/apt/sources.list.d/debian.sources")
        mirror = next(
            (line.split()[1] for line in sources.read_text().splitlines() if line.startswith("URIs:")), ""
        ) if sources.exists() else ""  # fmt: skip
        run("debootstrap", "--variant=minbase", "bookworm", tree, *([mirror] if mirror else []))
        for name in LEFT_OUT:
            shutil.rmtree(tree / "usr/share" / name, ignore_errors=True)
        for cache in ("var/cache/apt", "var/lib/apt/lists", "var/log"):
            shutil.rmtree(tree / cache, ignore_errors=True)
            (tree / cache).mkdir()
        (tree / "etc/dpkg/dpkg.cfg.d/slim").write_text(
            "".join(f"path-exclude /usr/share/{name}/*\n" for name in LEFT_OUT)
        )
        with subprocess.Popen(["tar", "-C", tree, "-c", "."], stdout=subprocess.PIPE) as tar:
            run("podman", *self.options, "import", "-", BASE, stdin=tar.stdout)
        shutil.rmtree(tree)

    def build(self, tag: str) -> None:
        """With the certificates and package indexes that this machine's own clients use, none of which stay inside."""
        host = self.directory / "host"
        host.mkdir(exist_ok=True)
        volumes = [f"{host}:/etc/host:ro"]
        shutil.copy(os.environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt", host / "ca.crt")
        for name, inside, text in (
            ("pip.conf", "/etc/pip.conf", _pip_configuration()),
            ("npmrc", "/root/.npmrc", _npm_configuration()),
            ("apt.conf", "/etc/apt/apt.conf.d/99host", 'Acquire::https::CAInfo "/etc/host/ca.crt";\n'),
        ):
            (host / name).write_text(text)
            volumes.append(f"{host / name}:{inside}:ro")
        self.podman(
            "build", "--isolation=chroot", "--network=host", "--format=docker", "--pull=never", "--layers=false",
            *(f"--volume={volume}" for volume in volumes), "--file", ROOT / "deploy/Dockerfile", "--tag", tag, ROOT,
        )  # fmt: skip

    def configuration(self, image: str) -> dict:
        return json.loads(self.podman("image", "inspect", image))[0]

    def remove(self) -> None:
        self.buildah("rm", "--all")
        self.podman("rmi", "--all", "--force")


class Container:
    """One of compose's services, as the account that the image says, and with nothing but what compose gives it."""

    def __init__(self, storage: Storage, image: str, *, environment: dict, volumes: dict[str, Path]) -> None:
        self.storage = storage
        self.id = storage.buildah("from", "--pull-never", image).strip()
        configuration = storage.configuration(image)
        self._command = configuration["Config"]["Cmd"]
        self._healthcheck = configuration["Healthcheck"]["Test"][1:]
        self._words = [
            "buildah", *storage.options, "run", "--isolation=chroot", "--network=host",
            *(f"--env={name}={value}" for name, value in environment.items()),
            *(f"--volume={path}:{inside}" for inside, path in volumes.items()),
            self.id, "--",
        ]  # fmt: skip
        self._process: subprocess.Popen | None = None

    @property
    def files(self) -> Path:
        return Path(self.storage.buildah("mount", self.id).strip())

    def run(self, *command: str) -> str:
        return run(*self._words, *command)

    def healthy(self) -> bool:
        """What the image's health check says, asked as Docker asks: by a process beside the others."""
        words = [*self._words, *self._healthcheck]
        return subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def start(self, log: Path, command: list[str] | None = None) -> None:
        words = [*self._words, *(command or self._command)]
        with log.open("ab") as file:
            self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=file, stderr=file)

    def processes(self) -> list[psutil.Process]:
        """What runs inside: first the one that would be number 1, and then all below it."""
        for process in self._tree():
            if process.cmdline()[:1] == ["buildah-chroot-exec"]:  # buildah's last, already inside
                return process.children(recursive=True)
        return []

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> tuple[float, int]:
        """SIGTERM for the first process, as `docker stop` sends it: seconds until it ended, and what with."""
        begun = time.monotonic()
        self.processes()[0].send_signal(signal.SIGTERM)
        status = self._process.wait(PATIENCE)
        return time.monotonic() - begun, status

    def kill(self) -> None:
        if self.alive():
            for process in self._tree():
                process.kill()
            self._process.wait()

    def _tree(self) -> list[psutil.Process]:
        outermost = psutil.Process(self._process.pid)
        return [outermost, *outermost.children(recursive=True)]


def _pip_configuration() -> str:
    found = ["[global]", "cert = /etc/host/ca.crt"]
    said = subprocess.run(["pip", "config", "list"], stdout=subprocess.PIPE, text=True).stdout
    for line in said.splitlines():
        name, _, value = line.partition("=")
        if name == "global.index-url":
            found.append(f"index-url = {value.strip(chr(39))}")
    return "\n".join(found) + "\n"


def _npm_configuration() -> str:
    lines = ["cafile=/etc/host/ca.crt"]
    if npm := shutil.which("npm"):
        # Outside the checkout, whose own .npmrc comes on top of this.
        lines.append(f"registry={run(npm, 'config', 'get', 'registry', cwd='/').strip()}")
    return "\n".join(lines) + "\n"
