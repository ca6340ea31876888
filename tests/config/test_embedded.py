"""Servers out of wheels: shared by those of a data directory, gone with the last, back after crashes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config import embedded
from tests.waiting import eventually

BASE_DIR = Path(embedded.__file__).resolve().parent.parent
USER = """
import sys
from config import embedded
print(*embedded.start(sys.argv[1]), flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the servers of `data` until it is told to end, or killed."""

    def __init__(self, data):
        environment = {**os.environ, "TASKROOM_EMBEDDED_FSYNC": "off"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data)],
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def servers(self):
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return embedded.Servers(*line.split())

    def end(self):
        return self.process.communicate()

    def kill(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def data(tmp_path):
    """A directory for the servers' files; whatever a test leaves behind is ended with it."""
    if os.geteuid() == 0:
        for directory in tmp_path.parents:
            if directory.stat().st_uid == 0 and directory != Path("/"):
                directory.chmod(directory.stat().st_mode | 0o011)
    yield tmp_path / "data"
    eventually(lambda: not processes(tmp_path / "data"))


def processes(data):
    """The keeper of `data` and its servers, by what their command lines name."""
    found = {}
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        for name, mark in {"keeper": "--keep", "postgres": "-D", "valkey": f"unixsocket:{data}"}.items():
            if line and mark in " ".join(line) and str(data) in " ".join(line):
                found[name] = process.pid
    return found


def ask(servers):
    database = embedded.django_database(servers.database_url)
    with psycopg.connect(host=database["HOST"], user=database["USER"], dbname=database["NAME"]) as connection:
        answer = connection.execute("SELECT lower('ÄÖ'), current_setting('timezone')").fetchone()
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.ping()
    return answer


def answers(servers):
    try:
        ask(servers)
    except (psycopg.OperationalError, redis.RedisError):
        return False
    return True


def test_both_servers_run_while_anybody_uses_them_and_stop_with_the_last(data):
    first, second = User(data), User(data)
    servers = first.servers()
    assert second.servers() == servers
    assert ask(servers) == ("äö", "UTC")

    first.end()
    # The keeper looks for users, then for what died: a new Valkey says that it found the second user.
    died = processes(data)["valkey"]
    os.kill(died, signal.SIGKILL)
    eventually(lambda: processes(data).get("valkey", died) != died)
    eventually(lambda: answers(servers))

    second.end()
    eventually(lambda: not processes(data))
    assert not (data / "servers.json").exists()


def test_a_killed_user_counts_no_longer(data):
    user = User(data)
    user.servers()
    user.kill()
    eventually(lambda: not processes(data))


def test_a_crashed_server_comes_back_while_it_is_used(data):
    user = User(data)
    servers = user.servers()
    for name in ("postgres", "valkey"):
        os.kill(processes(data)[name], signal.SIGKILL)
        eventually(lambda: answers(servers))
    user.end()


def test_a_killed_keeper_is_replaced_without_disturbing_those_who_work(data):
    user = User(data)
    servers = user.servers()
    before = processes(data)
    os.kill(before["keeper"], signal.SIGKILL)

    newcomer = User(data)
    assert newcomer.servers() == servers
    after = processes(data)
    assert after["keeper"] != before["keeper"]
    assert (after["postgres"], after["valkey"]) == (before["postgres"], before["valkey"])
    user.end()
    newcomer.end()


def test_everything_killed_at_once_comes_back_with_its_data(data):
    user = User(data)
    servers = user.servers()
    database = embedded.django_database(servers.database_url)
    with psycopg.connect(host=database["HOST"], user="taskroom", dbname="taskroom") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")
    for pid in processes(data).values():
        os.kill(pid, signal.SIGKILL)
    user.kill()

    user = User(data)
    database = embedded.django_database(user.servers().database_url)
    with psycopg.connect(host=database["HOST"], user="taskroom", dbname="taskroom") as connection:
        assert connection.execute("SELECT * FROM kept").fetchone() == (1,)
    user.end()


def test_the_number_of_another_process_in_the_pid_file_is_no_obstacle(data):
    user = User(data)
    user.servers()
    user.end()
    eventually(lambda: not processes(data))
    (data / "postgresql" / "postmaster.pid").write_text(f"{os.getpid()}\n")

    user = User(data)
    assert ask(user.servers())
    user.end()


def test_a_half_made_cluster_is_made_anew(data):
    (data / "postgresql.new" / "base").mkdir(parents=True)
    user = User(data)
    assert ask(user.servers())
    user.end()


def test_a_directory_too_deep_for_a_socket_gets_a_short_one_that_goes_with_it(data):
    deep = data.with_name("d" * 120) / "quite, deep"
    user = User(deep)
    servers = user.servers()
    directory = Path(embedded.django_database(servers.database_url)["HOST"])
    assert directory.stat().st_mode & 0o077 == 0
    assert ask(servers)
    user.end()
    eventually(lambda: not directory.exists())


def test_a_server_that_does_not_start_says_why(data):
    user = User(data)
    user.servers()
    user.end()
    eventually(lambda: not processes(data))
    with open(data / "postgresql" / "postgresql.conf", "a") as file:
        file.write("nonsense =\n")

    _, error = User(data).end()
    assert error.startswith("taskroom: PostgreSQL does not start")
    assert str(data / "postgresql.log") in error and "syntax error" in error
    assert "Traceback" not in error


def test_leaving_waits_for_the_servers_to_stop(data):
    code = "import sys; from config import embedded; embedded.start(sys.argv[1]); embedded.leave()"
    subprocess.run([sys.executable, "-c", code, str(data)], cwd=BASE_DIR, check=True)
    # The keeper itself may still be on its way out.
    assert not processes(data).keys() - {"keeper"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://taskroom@/taskroom?host=/a%20b", ("taskroom", "taskroom", "", "/a b", "", {})),
        ("postgres://me:p%40ss@db.test:5433/rooms", ("rooms", "me", "p@ss", "db.test", "5433", {})),
        ("postgresql://db/rooms?sslmode=require", ("rooms", "", "", "db", "", {"sslmode": "require"})),
        ("postgres://me@%2Frun%2Fpg/rooms?port=7", ("rooms", "me", "", "/run/pg", "7", {})),
    ],
)
def test_a_database_address_may_name_a_host_or_a_socket(url, expected):
    database = embedded.django_database(url)
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    assert tuple(database[name] for name in names) == expected
