"""Ends with 0 where this container does what TASKROOM_PROCESS says: the image's HEALTHCHECK.

web and live: the process answers. Whether its database does is another matter, which no new container would mend.
worker: a heart beats in the database, of this worker or, where there are several, of one of them.
"""

import os
import sys
from http.client import HTTPConnection

BEATS = (
    "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds')"
)


def answers() -> bool:
    port = int(os.environ["TASKROOM_BIND"].rpartition(":")[2])
    connection = HTTPConnection("127.0.0.1", port, timeout=4)
    connection.request("GET", "/healthz")
    return connection.getresponse().status == 200


def beats() -> bool:
    import psycopg

    from config.settings import DATABASES

    database = DATABASES["default"]
    address = {name: database[name.upper()] for name in ("host", "port", "user", "password")}
    with psycopg.connect(dbname=database["NAME"], connect_timeout=4, **address) as connection:
        return connection.execute(BEATS).fetchone()[0]


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    sys.exit(0 if (beats if os.environ.get("TASKROOM_PROCESS") == "worker" else answers)() else 1)
