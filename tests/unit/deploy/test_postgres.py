"""When the database may be used: not as soon as its port answers."""

import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from deploy.bootstrap import SetupFailed
from deploy.doctor.left_behind import of_left_behind
from deploy.parts.ports import answers, free_port
from deploy.parts.postgres import OUTSIDE, OWNER, WHEEL, Postgres

STARTING_UP = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"


def _refuse(listener: socket.socket) -> None:
    """Answer everybody as Postgres does while it starts up."""
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client:
            client.recv(1024)
            client.sendall(b"E" + (len(STARTING_UP) + 4).to_bytes(4, "big") + STARTING_UP)


@pytest.fixture
def refusing() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=_refuse, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_database_that_starts_up_takes_nobody_though_its_port_answers(
    refusing: int, tmp_path: Path
) -> None:
    server = Postgres(tmp_path, tmp_path / "data", refusing)
    server.prepare()
    try:
        assert answers(refusing)
        assert not server.accepts()
    finally:
        server.remove()


def test_what_we_run_ourselves_stands_where_only_we_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Path] = []

    def note(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(Path(command[0]))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", note)
    server = Postgres(tmp_path, tmp_path / "data", free_port())
    server.data.mkdir()
    (server.data / "password").touch()
    assert server.accepts()
    server.dump("noaber", tmp_path / "dump", "directory.data_key")
    server.load("noaber", tmp_path / "dump")
    assert [each.name for each in ran] == ["pg_isready", "pg_dump", "pg_restore"]
    assert all(each.is_relative_to(WHEEL) for each in ran)


def test_a_folder_that_somebody_else_made_is_not_used(tmp_path: Path) -> None:
    server = Postgres(tmp_path, tmp_path / "data", free_port())
    if server.outside is None:
        return  # Not root: it runs from the wheel itself, and no such folder is used.
    server.outside.mkdir()
    (server.outside / "complete").touch()
    (server.outside / "planted").touch()
    shutil.chown(server.outside / "complete", "nobody")
    try:
        server.prepare()
        assert not (server.outside / "planted").exists()
    finally:
        server.remove()


def test_what_stands_outside_says_whose_it_is(tmp_path: Path) -> None:
    server = Postgres(tmp_path, tmp_path / "data", free_port())
    if server.outside is None:
        return  # Not root: everything stands in the home.
    server.prepare()
    try:
        # One that an earlier release made learns it at its next start.
        (server.outside / OWNER).unlink()
        server.prepare()
        assert (server.outside / OWNER).read_text() == str(tmp_path / "data")
        assert not [each for each in of_left_behind(OUTSIDE) if str(tmp_path) in each.what]
        shutil.rmtree(tmp_path / "data")
        (found,) = [each for each in of_left_behind(OUTSIDE) if str(tmp_path) in each.what]
        assert found.mend.endswith(f": rm -r {server.outside}")
    finally:
        server.remove()


def test_a_database_whose_password_is_gone_says_where_it_stands(tmp_path: Path) -> None:
    server = Postgres(tmp_path, tmp_path / "data", free_port())
    server.prepare()
    try:
        (tmp_path / "data" / "password").unlink()
        with pytest.raises(SetupFailed, match=f"rm -r {server.folder}$"):
            server.prepare()
        # Whoever asks for it meanwhile, as a backup does, makes none that only looks right.
        with pytest.raises(SetupFailed, match=f"its password went with {tmp_path}/data/password"):
            server.dump("noaber", tmp_path / "dump", "directory.data_key")
        assert not (tmp_path / "data" / "password").exists()
        assert server.has_data
    finally:
        server.remove()


def test_a_port_where_nobody_listens_takes_nobody(tmp_path: Path) -> None:
    server = Postgres(tmp_path, tmp_path / "data", free_port())
    server.prepare()
    try:
        assert not server.accepts()
    finally:
        server.remove()
