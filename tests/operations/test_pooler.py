"""PostgreSQL behind pgbouncer in transaction mode, as README says to set it up."""

import json
import os
import pwd
import shutil
import subprocess
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection

from accounts.models import APIToken
from projects.models import Event
from tests.operations.conftest import frame
from tests.servers import Server, free_port, manage
from tests.waiting import eventually

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not PGBOUNCER, reason="pgbouncer is not installed (on Debian: apt-get install pgbouncer)"
    ),
]

CONFIGURATION = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {directory}/users
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
logfile = {directory}/log
"""


END_THE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def end_the_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute(END_THE_OTHERS)
    connection.close()
    connection.close_pool()  # those that this process keeps are ended, too


@pytest.fixture
def pooler(transactional_db, tmp_path_factory):
    """The address of the tests' database through a pgbouncer that has three connections for everybody."""
    directory, database, port = tmp_path_factory.mktemp("pgbouncer"), connection.settings_dict, free_port()
    (directory / "users").write_text(f'"{database["USER"]}" ""\n')
    (directory / "pgbouncer.ini").write_text(
        CONFIGURATION.format(
            host=database["HOST"], server_port=database["PORT"] or 5432, port=port, directory=directory
        )
    )
    account = {}
    if os.geteuid() == 0:  # it refuses root; PostgreSQL's account reaches the socket
        owner = os.stat(database["HOST"]).st_uid if database["HOST"].startswith("/") else 65534
        account = {"user": owner, "group": pwd.getpwuid(owner).pw_gid, "extra_groups": []}
        for path in (directory, *directory.iterdir()):
            os.chown(path, owner, -1)
        for parent in directory.parents:
            if not parent.stat().st_mode & 0o001:
                os.chmod(parent, parent.stat().st_mode | 0o011)
    process = subprocess.Popen([PGBOUNCER, "-q", directory / "pgbouncer.ini"], **account)
    address = f"postgres://{database['USER']}@127.0.0.1:{port}/{database['NAME']}"
    eventually(lambda: answer(address, "SELECT 1"))
    yield address
    process.terminate()
    process.wait()


def answer(address: str, question: str) -> str | None:
    try:
        with psycopg.connect(address, connect_timeout=2, autocommit=True) as opened:
            return opened.execute(question).fetchone()[0]
    except psycopg.Error:  # it is not up yet, or holds a connection that was ended meanwhile
        return None


def ask(server: Server, path: str, token: str, body: dict | None = None) -> dict:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(
        urllib.request.Request(server.url + path, data, headers), timeout=30
    ) as found:
        return json.load(found)


def test_a_board_a_room_and_their_pages_work_through_it(pooler, page, project, ben, tmp_path):
    server = Server(
        tmp_path / "log", DATABASE_URL=pooler, DATABASE_POOLER="true", RATE_SENDS_PER_SECOND="0"
    ).start()
    token, room = APIToken.issue(ben, "tests")[1], project.rooms.get()
    api = f"/api/v1/projects/{project.pk}"
    try:
        socket = page(server)

        def work(number: int) -> None:
            task = ask(server, f"{api}/tasks", token, {"title": f"Task {number}", "client_id": f"t{number}"})
            again = ask(server, f"{api}/tasks", token, {"title": f"Task {number}", "client_id": f"t{number}"})
            assert again["id"] == task["id"]
            column = project.columns.last().pk if number < 0 else task["column"]
            ask(server, f"/api/v1/tasks/{task['id']}/move", token, {"column": column})
            ask(server, f"/api/v1/rooms/{room.pk}/messages", token, {"body": f"Message {number}"})

        # More at once than pgbouncer has connections.
        with ThreadPoolExecutor(8) as people:
            list(people.map(work, range(24)))
        connection.close()
        numbers = (
            Event.objects.filter(project=project).order_by("sequence").values_list("sequence", flat=True)
        )
        last = len(numbers)
        assert list(numbers) == list(range(1, last + 1))
        heard = []
        while not heard or heard[-1] < last:
            heard += [event["sequence"] for event in frame(socket, "events")["events"]]
        assert heard == list(range(heard[0], last + 1))

        snapshot = ask(server, f"{api}/snapshot", token)
        assert len(snapshot["tasks"]) == 24 and snapshot["sequence"] == last
        events = ask(server, f"{api}/events?after={last - 10}", token)["events"]
        assert [event["sequence"] for event in events] == list(range(last - 9, last + 1))
        assert len(ask(server, f"/api/v1/rooms/{room.pk}/messages", token)["items"]) == 24
        assert urllib.request.urlopen(f"{server.url}/readyz", timeout=5).status == 200
        # One connection after the other is ended, as pgbouncer does with those that grow old.
        end_the_others()
        eventually(lambda: _works(lambda: ask(server, f"{api}/tasks", token, {"title": "Afterwards"})))
    finally:
        server.stop()


def test_commands_that_read_in_pieces_work_through_it(pooler, project, ana):
    done = manage("prune", DATABASE_URL=pooler, DATABASE_POOLER="true")
    assert done.returncode == 0, done.stderr


def test_limits_of_time_that_the_role_has_hold_through_it(pooler):
    role, database = connection.settings_dict["USER"], connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER ROLE "{role}" IN DATABASE "{database}" SET lock_timeout = \'5s\'')
    end_the_others()  # a connection has the limits of its beginning
    try:
        eventually(lambda: answer(pooler, "SHOW lock_timeout") == "5s")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER ROLE "{role}" IN DATABASE "{database}" RESET lock_timeout')


def test_without_the_setting_it_is_said_what_is_missing(pooler):
    done = manage("prune", DATABASE_URL=pooler)
    assert done.returncode != 0 and "unsupported startup parameter" in done.stderr


def _works(question) -> bool:
    try:
        return bool(question())
    except OSError:
        return False
