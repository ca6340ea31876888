"""tests/deploy/run: the image built, compose.yaml's services run from it, and what was seen."""

import argparse
import io
import json
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from PIL import Image

from tests.deploy.around import HOST, Browser, Mail, Program, eventually, free_port, postgresql, redis
from tests.deploy.building import BASE, ROOT, Container, Storage, run

IMAGE = "localhost/taskroom:latest"
ACCOUNT = 10001
PASSWORD = "a garden of one's own"
TEXT = "Seen from another process"
LARGE = 24_000_000  # bytes, of 25 that a file may have
NOT_IN_THE_IMAGE = ("pip", "gcc", "cc", "make", "npm", "node", "git", "curl", "postgres")


def say(what: str, seconds: float | None = None) -> None:
    print(f"{what:<86}" + ("" if seconds is None else f"{seconds:8.2f} s"), flush=True)


def compose() -> dict:
    """compose.yaml as Compose itself understands it: checked, names filled in, anchors resolved."""
    command = ["docker-compose", "-f", ROOT / "deploy/compose.yaml", "config"]
    said = run(*command, env={**os.environ, "ALLOWED_HOSTS": HOST})
    convert = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout, default=str)"
    return json.loads(run("/usr/bin/python3", "-c", convert, input=said))


def check(services: dict) -> None:
    """What holds for all of them together."""
    published = [name for name, service in services.items() if service.get("ports")]
    assert published == ["nginx"], published
    for name, service in services.items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
    say(f"compose.yaml is sound: {', '.join(services)}; only nginx is published")


def eventually_some(find):
    """What it finds, once it is something."""
    eventually(lambda: bool(find()), "something comes")
    return find()


def a_picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (1200, 800), "teal").save(file, "PNG")
    return file.getvalue()


class Run:
    def __init__(self, directory: Path, ends: ExitStack) -> None:
        self.directory, self.ends = directory, ends
        self.storage = Storage(directory)
        self.services = compose()["services"]
        self.work = Path(tempfile.mkdtemp(prefix="run-", dir=directory))
        self.work.chmod(0o711)
        # buildah's as well: what a killed one leaves goes with the rest.
        os.environ["TMPDIR"] = str(self.work)
        self.volumes = {
            name: self.work / name for name in ("media", "static", "backups", "secrets", "incoming")
        }
        for name, path in self.volumes.items():
            path.mkdir()
            # A new volume has the owner of what the image has there. Secrets root alone may write, and nginx' image
            # has nothing where files come in.
            if name not in ("secrets", "incoming"):
                os.chown(path, ACCOUNT, ACCOUNT)
        self.containers: dict[str, Container] = {}
        self.ports = {"web": free_port(), "live": free_port(), "nginx": free_port()}

    def build(self) -> None:
        if not self.storage.has(BASE):
            begun = time.monotonic()
            self.storage.make_base()
            say(f"made the base that FROM asks for, {self.size(BASE)}", time.monotonic() - begun)
        begun = time.monotonic()
        self.storage.build(IMAGE)
        say(f"built the image, {self.size(IMAGE)} with its base", time.monotonic() - begun)

    def size(self, image: str) -> str:
        return f"{self.storage.configuration(image)['Size'] / 1_000_000:.0f} MB"

    def surround(self) -> None:
        for name in ("secret_key", "database_password", "email_password"):
            path = self.volumes["secrets"] / name
            path.write_text("" if name == "email_password" else secrets.token_hex(32) + "\n")
            path.chmod(0o444)
        arguments = self.services["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
        password = self.volumes["secrets"] / "database_password"
        self.database = postgresql(self.work / "postgresql", password, arguments)
        self.ends.callback(self.database.stop)
        self.redis = redis(self.work)
        self.ends.callback(self.redis.stop)
        self.mail = Mail()
        self.ends.callback(self.mail.stop)

    def container(self, name: str) -> Container:
        """A service as compose.yaml has it, but for the addresses: here all of them share one loopback."""
        service = self.services[name]
        environment = {
            **service["environment"],
            "DATABASE_URL": f"postgres://taskroom@127.0.0.1:{self.database.port}/taskroom",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.mail.port),
            "TASKROOM_BIND": f"127.0.0.1:{self.ports.get(name, 0)}",
        }
        volumes = {"/run/secrets": self.volumes["secrets"]}
        for volume in service.get("volumes", []):
            volumes[volume.split(":")[1]] = self.volumes[volume.split(":")[0]]
        for tmpfs in service["tmpfs"]:
            inside = tmpfs.partition(":")[0]
            volumes[inside] = self.work / name / inside.strip("/")
            volumes[inside].mkdir(parents=True)
            volumes[inside].chmod(0o777)
        container = Container(self.storage, IMAGE, environment=environment, volumes=volumes)
        self.containers[name] = container
        self.ends.callback(container.kill)
        return container

    def look_inside(self) -> None:
        configuration = self.storage.configuration(IMAGE)
        assert configuration["User"] == f"{ACCOUNT}:{ACCOUNT}", configuration["User"]
        assert configuration["Healthcheck"]["Test"] == ["CMD", "python3", "deploy/healthcheck.py"]
        inside = self.containers["migrate"]
        found = inside.run("sh", "-c", f"command -v {' '.join(NOT_IN_THE_IMAGE)} || true").split()
        assert not found, found
        own = inside.run(
            "sh", "-c", "find / -xdev -writable -not -type l -not -path '/proc/*' 2>/dev/null || true"
        )
        open_to_it = {
            "/tmp",
            "/var/tmp",
            "/run/lock",
            "/srv/media",
            "/srv/backups",
            "/srv/published",
            "/dev",
            "/run",
        }
        left = [
            line for line in own.split() if not any(line == o or line.startswith(o + "/") for o in open_to_it)
        ]
        assert not left, left
        secret = (self.volumes["secrets"] / "secret_key").read_text().strip()
        assert secret not in json.dumps(configuration)
        say(f"runs as {ACCOUNT}, may write nothing of its own, has no {', '.join(NOT_IN_THE_IMAGE)}")

    def migrate(self) -> None:
        begun = time.monotonic()
        container = self.container("migrate")
        container.run(*self.services["migrate"]["command"])
        files = sum(1 for path in self.volumes["static"].rglob("*") if path.is_file())
        say(f"migrate: tables, and {files} static files for nginx", time.monotonic() - begun)
        begun = time.monotonic()
        container.run("python3", "manage.py", "sample", "--password", PASSWORD)
        say("manage.py sample", time.monotonic() - begun)

    def start(self) -> None:
        begun = time.monotonic()
        for name in ("web", "live", "worker"):
            container = self.container(name)
            container.start(self.work / f"{name}.log", self.services[name].get("command"))
        self.nginx()
        self.browser = Browser(self.ports["nginx"])
        for name in ("live", "web", "nginx"):
            own = Browser(self.ports[name])
            eventually(
                lambda own=own: self._ready(own), f"{name} says at /readyz that it is ready", patience=180
            )
        say(
            "web, live, worker and nginx: /readyz answers 200 behind nginx and from live",
            time.monotonic() - begun,
        )

    def _ready(self, browser: Browser) -> bool:
        dead = [name for name in ("web", "live", "worker") if not self.containers[name].alive()]
        if dead:
            raise SystemExit("\n".join(f"{name} ended:\n{self.log(name)}" for name in dead))
        try:
            return browser.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def log(self, name: str) -> str:
        return (self.work / f"{name}.log").read_text(errors="replace")[-4000:]

    def nginx(self) -> None:
        """This machine's nginx, with both files that compose.yaml gives to its own."""
        values = {
            **self.services["nginx"]["environment"],
            "NGINX_LISTEN": f"127.0.0.1:{self.ports['nginx']}",
            "NGINX_WEB": f"127.0.0.1:{self.ports['web']}",
            "NGINX_LIVE": f"127.0.0.1:{self.ports['live']}",
            "NGINX_STATIC": str(self.volumes["static"]),
            "NGINX_MEDIA": str(self.volumes["media"]),
            "NGINX_UPLOAD_MB": "25",
        }
        site, main = self.work / "site.conf", self.work / "nginx.conf"
        text = (ROOT / "deploy/nginx.conf").read_text()
        site.write_text(re.sub(r"\$\{(NGINX_\w+)\}", lambda name: values[name[1]], text))
        frame = (ROOT / "deploy/nginx.main.conf").read_text()
        for there, here in (
            ("user nginx;", "user www-data;"),
            ("/run/nginx.pid", f"{self.work}/nginx.pid"),
            ("/etc/nginx/conf.d/*.conf", str(site)),
        ):
            assert there in frame, there
            frame = frame.replace(there, here)
        built_in = {"client_body": self.volumes["incoming"]}  # paths that are built into the image's nginx
        for name in ("proxy", "fastcgi", "uwsgi", "scgi"):
            built_in[name] = self.work / f"nginx-{name}"
        paths = "".join(f"\n    {name}_temp_path {path};" for name, path in built_in.items())
        main.write_text(frame.replace("sendfile on;", f"sendfile on;{paths}"))
        for path in [self.directory, *self.directory.parents]:
            assert path.stat().st_mode & 0o001, f"{path} is closed to nginx; choose another place with --keep"
        rights = [f"+{name.lower()}" for name in self.services["nginx"]["cap_add"]]
        words = ["setpriv", f"--bounding-set={','.join(['-all', *rights])}", "nginx", "-c", str(main)]
        run(*words, "-t")
        front = Program(self.work / "nginx.log", self.ports["nginx"], args=[*words, "-g", "daemon off;"])
        self.ends.callback(front.stop)
        self.front = front

    def check_accounts(self) -> None:
        for name in ("web", "live", "worker"):
            processes = self.containers[name].processes()
            assert processes, name
            for process in processes:
                assert set(process.uids()) == {ACCOUNT} and set(process.gids()) == {ACCOUNT}, process
                held = re.findall(r"CapEff:\t(\w+)", Path(f"/proc/{process.pid}/status").read_text())
                assert held == ["0" * 16], held
            say(f"{name}: {len(processes)} processes, all of them {ACCOUNT}'s, without a capability")

    def check_health(self) -> None:
        for name in ("web", "live", "worker"):
            begun = time.monotonic()
            eventually(self.containers[name].healthy, f"the health check of {name} is content")
            say(f"{name}: the image's health check is content", time.monotonic() - begun)

    def check_message(self) -> None:
        self.browser.sign_in("ana@example.com", PASSWORD.replace(" ", "+").replace("'", "%27"))
        project = self.browser.api("GET", "/projects")["items"][0]["id"]
        snapshot = self.browser.api("GET", f"/projects/{project}/snapshot")
        socket = self.browser.socket(f"/ws/projects/{project}/?after={snapshot['sequence']}")
        self.socket = self.ends.enter_context(socket)
        self.frames_until(lambda frame: frame["type"] == "caught_up")
        begun = time.monotonic()
        self.browser.api(
            "POST", f"/rooms/{snapshot['rooms'][0]['id']}/messages", {"body": TEXT, "client_id": "1"}
        )
        posted = time.monotonic() - begun
        self.frames_until(lambda frame: TEXT in json.dumps(frame))
        say(
            f"a message posted through web (in {posted * 1000:.0f} ms) is on a socket of live",
            time.monotonic() - begun,
        )
        self.project = project

    def frames_until(self, true) -> None:
        while not true(json.loads(self.socket.recv(timeout=10))):
            pass

    def check_upload(self) -> None:
        """A file comes in through nginx' own volume and the app's, and goes out through nginx again: two accounts."""
        begun = time.monotonic()
        content = os.urandom(LARGE)

        def halfway() -> None:
            """What nginx has of it so far is a file there of its own account's, which nobody else can open."""
            owners = eventually_some(lambda: self.front.owners_of_files_below(self.volumes["incoming"]))
            assert owners == {self.front.worker_account()}, owners

        upload = self.browser.bring(f"/projects/{self.project}/uploads", "plan.bin", content, halfway=halfway)
        assert upload["size"] == LARGE, upload
        picture = self.browser.bring(f"/projects/{self.project}/uploads", "wall.png", a_picture())
        assert picture["preview"], picture
        room = self.browser.api("GET", f"/projects/{self.project}/snapshot")["rooms"][0]["id"]
        data = {"attachments": [upload["id"], picture["id"]], "client_id": "2"}
        self.browser.api("POST", f"/rooms/{room}/messages", data)
        self.frames_until(lambda frame: upload["url"] in json.dumps(frame))
        say(
            f"a file of {LARGE // 1_000_000} MB and a picture, attached, are on a socket of live",
            time.monotonic() - begun,
        )
        begun = time.monotonic()
        for address, type in (
            (upload["url"], "application/octet-stream"),
            (picture["preview"], "image/webp"),
        ):
            status, headers, body = self.browser.ask("GET", address)
            assert (status, headers["content-type"]) == (200, type), (status, headers)
            assert "x-accel-redirect" not in headers and headers["etag"], headers  # nginx' own: it sends
            if address == upload["url"]:
                assert body == content, "the file is not what was brought"
        assert Browser(self.ports["nginx"]).ask("GET", upload["url"])[0] == 401
        kept = [path for path in (self.volumes["media"] / "uploads").rglob("*") if path.is_file()]
        assert len(kept) == 3 and {path.stat().st_uid for path in kept} == {ACCOUNT}, kept
        assert self.front.worker_account() not in (0, ACCOUNT)
        eventually(
            lambda: not self.front.owners_of_files_below(self.volumes["incoming"]),
            "nothing lies at the door any more",
        )
        say(
            f"nginx, as {self.front.worker_account()}, hands out what web, as {ACCOUNT}, has kept",
            time.monotonic() - begun,
        )

    def check_static(self) -> None:
        page = self.browser.ask("GET", "/")[2].decode()
        path = re.search(r'href="(/static/vendor/bootstrap/css/[^"]+)"', page)[1]
        status, headers, body = self.browser.ask("GET", path, headers={"Accept-Encoding": "gzip"})
        assert (
            status == 200
            and headers["content-encoding"] == "gzip"
            and "immutable" in headers["cache-control"]
        )
        say(f"nginx gives {path}, packed to {len(body)} bytes, for good")

    def check_mail(self) -> None:
        begun = time.monotonic()
        data = {"role": "member", "email": "dora@example.com"}
        self.browser.api("POST", f"/projects/{self.project}/invitations", data)
        eventually(lambda: bool(self.mail.letters), "an invitation was mailed")
        letter = self.mail.letters[0]
        assert "dora@example.com" in letter and f"https://{HOST}/" in letter.replace("=\n", ""), letter
        say("an invitation is mailed by worker", time.monotonic() - begun)

    def check_backup(self) -> None:
        begun = time.monotonic()
        said = self.containers["worker"].run("python3", "manage.py", "backup", "/srv/backups/taskroom.tar")
        size = (self.volumes["backups"] / "taskroom.tar").stat().st_size
        assert size > 10_000, said
        say(f"manage.py backup with the image's own pg_dump, {size} bytes", time.monotonic() - begun)

    def check_end(self) -> None:
        for name, limit in (("live", 25), ("web", 25), ("worker", 40)):
            seconds, status = self.containers[name].stop()
            assert status == 0 and seconds < limit, (
                f"{name} ended with {status} after {seconds:.1f} s\n{self.log(name)}"
            )
            if name == "live":
                while True:
                    try:
                        self.socket.recv(timeout=1)
                    except Exception:
                        break
                assert self.socket.protocol.close_code == 1012, self.socket.protocol.close_code
            say(
                f"{name} ends at SIGTERM with 0" + (", its socket with 1012" if name == "live" else ""),
                seconds,
            )

    def check_nothing_written(self) -> None:
        """What `read_only` in compose.yaml rests on."""
        image = self.storage.configuration(IMAGE)["Created"]
        for name in ("web", "live", "worker"):
            files = self.containers[name].files
            new = run(
                "find", files, "-xdev", "-type", "f", "-newermt", image, "-not", "-path", f"{files}/run/*"
            ).split()
            mine = [path for path in new if os.stat(path).st_uid == ACCOUNT]
            assert not mine, mine
        say("none of them wrote a file outside of its volumes")


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests/deploy/run")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="where base and image stay, for the next run"
    )
    parser.add_argument("--no-build", action="store_true", help="with --keep: run the image that is there")
    arguments = parser.parse_args()
    keep = arguments.keep
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: sys.exit(1))
    directory = (keep or Path(tempfile.mkdtemp(prefix="taskroom-image-"))).absolute()
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o711)
    begun = time.monotonic()
    with ExitStack() as ends:
        story = Run(directory, ends)
        ends.callback(shutil.rmtree, story.work if keep else directory, ignore_errors=True)
        ends.callback(story.storage.buildah, "rm", "--all") if keep else ends.callback(story.storage.remove)
        check(story.services)
        if not (arguments.no_build and story.storage.has(IMAGE)):
            story.build()
        story.surround()
        story.migrate()
        story.look_inside()
        story.start()
        story.check_health()
        story.check_accounts()
        story.check_message()
        story.check_upload()
        story.check_static()
        story.check_mail()
        story.check_backup()
        story.check_end()
        story.check_nothing_written()
    say(
        "all of it passed; nothing is left running" + ("" if keep else ", or lying about"),
        time.monotonic() - begun,
    )


if __name__ == "__main__":
    main()
