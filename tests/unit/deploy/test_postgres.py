"""When the database may be used: not as soon as its port answers."""

import socket
import threading
from pathlib import Path

import pytest

from deploy.parts.ports import answers, free_port
from deploy.parts.postgres import Postgres

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


def test_a_port_where_nobody_listens_takes_nobody(tmp_path: Path) -> None:
    server = Postgres(tmp_path, tmp_path / "data", free_port())
    server.prepare()
    try:
        assert not server.accepts()
    finally:
        server.remove()
