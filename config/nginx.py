"""nginx on this machine, around the server that deploy/nginx.conf describes. See config/stack.py."""

import math
import os
import re
import resource
import shutil
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# Where packages put nginx' list of types: Debian and most others, Homebrew.
MIME_TYPES = (
    "/etc/nginx/mime.types",
    "/usr/local/etc/nginx/mime.types",
    "/opt/homebrew/etc/nginx/mime.types",
)

# Around deploy/nginx.conf, which is written to stand inside `http`.
MAIN = """\
{user}daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {directory}/nginx.pid;
error_log stderr warn;
events {{ worker_connections {files}; }}
http {{
    include {mime_types};
    default_type application/octet-stream;
    sendfile on;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
{server}
}}
"""


def program() -> str:
    """Its path. SystemExit, with what to do, where there is none."""
    # The last two are in root's PATH, and in nobody else's.
    places = ":".join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which(os.environ.get("NGINX") or "nginx", path=places)
    if not found:
        raise SystemExit(
            "taskroom: production needs nginx; install it (on Debian: apt-get install nginx) "
            "or set NGINX to its path"
        )
    return found


def command(directory: Path) -> list[str]:
    """Runs it in the foreground by `directory`/nginx.conf, and leaves nothing outside of the directory."""
    return [program(), "-e", "stderr", "-p", str(directory), "-c", str(directory / "nginx.conf")]


def configure(
    directory: Path,
    *,
    listen: str,
    web: str,
    live: str,
    static: Path,
    media: Path,
    upload_mb: float = 25,
) -> None:
    """Write `directory`/nginx.conf. `listen`, `web` and `live` are host:port, `static` and `media` directories."""
    values = {
        "NGINX_LISTEN": listen,
        "NGINX_WEB": web,
        "NGINX_LIVE": live,
        "NGINX_STATIC": static,
        "NGINX_MEDIA": media,
        "NGINX_UPLOAD_MB": math.ceil(upload_mb),
    }
    template = (BASE_DIR / "deploy" / "nginx.conf").read_text()
    server = re.sub(r"\$\{(NGINX_\w+)\}", lambda match: str(values[match[1]]), template)
    main = MAIN.format(
        # As root it would read our files as another account, which cannot pass through a private directory.
        user="user root;\n" if os.geteuid() == 0 else "",
        files=_most_files(),
        directory=directory,
        mime_types=_mime_types(),
        server=server,
    )
    (directory / "nginx.conf").write_text(main)


def _most_files() -> int:
    """A socket through nginx is two."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 65536 if most == resource.RLIM_INFINITY else min(most, 65536)


def _mime_types() -> str:
    found = next(filter(os.path.exists, MIME_TYPES), None)
    if not found:
        raise SystemExit(f"taskroom: nginx is here, but none of its {', '.join(MIME_TYPES)}")
    return found
