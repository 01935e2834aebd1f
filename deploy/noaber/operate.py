"""`noaber operate`: a page on this machine alone, behind a secret of that run, for whoever keeps it going."""

import getpass
import logging
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import click

from deploy.backup import platform_in
from deploy.bootstrap import SetupFailed, home_of
from deploy.noaber.state import running_here
from deploy.noaber.status import look
from deploy.overview import Operation, Order
from deploy.overview_page import page
from services.runtime.letters import Act
from services.runtime.logs import JsonLines

log: Final = logging.getLogger(__name__)

HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
}


@click.command(epilog="Example: noaber operate --port 7499")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where; without it any free port.")
def operate(port: int) -> None:
    """Serve a page that says how everything is, and what can be done about it, until Ctrl-C.

    Dead letters can be skipped and replayed, a process that halted at them resumed, and one that is not well
    started again. What cannot be done there is said there, with what to do instead.

    It listens on this machine alone. Its address holds a secret: give it to nobody.
    """
    home = home_of(os.environ)
    state = running_here(home)
    platform = platform_in(Path(state["place"]), int(state["base"]))
    operation = Operation(platform, lambda: look(home)["processes"])
    try:
        server = server_of(operation, f"/{secrets.token_urlsafe(32)}/", port)
    except OSError as taken:
        raise SetupFailed(f"port {port} cannot be had ({taken.strerror}); leave --port out") from taken
    with server, acts_in(Path(state["place"]) / "log" / "operator.log"):
        click.echo(f"Open http://127.0.0.1:{server.server_port}{server.path}")
        click.echo("Ctrl-C ends it.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("Ended.")


class Server(ThreadingHTTPServer):
    """Knows under which path, and so to whom, it answers."""

    def __init__(self, port: int, path: str, handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.path = path


@contextmanager
def acts_in(file: Path) -> Iterator[None]:
    """While the block runs, who skipped or replayed what is a line in the log of operators."""
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(JsonLines("operator"))
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        handler.close()


def server_of(operation: Operation, path: str, port: int = 0) -> Server:
    """Answers under `path` and nowhere else: who does not know it learns nothing."""

    class Door(BaseHTTPRequestHandler):
        def _shows(self) -> None:
            if not self._knows(exactly=True):
                return
            self._answer(200, page(operation.overview(), path))

        def _acts(self) -> None:
            if not self._knows(exactly=False):
                return
            what, _, where = self.path.removeprefix(path).partition("/")
            if what in set(Act):
                self._answer(200, page_after(operation, path, Act(what), where))
            elif what in set(Order):
                self._answer(200, page_told(operation, path, Order(what), where))
            else:
                self._answer(404, "")

        def _knows(self, *, exactly: bool) -> bool:
            asked = self.path if exactly else self.path[: len(path)]
            known = secrets.compare_digest(asked.encode(), path.encode())
            if not known:
                self._answer(404, "")
            return known

        def _answer(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            for name, value in {**HEADERS, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: the path is a secret."""

        do_GET, do_POST = _shows, _acts

    return Server(port, path, Door)


def page_after(operation: Operation, path: str, act: Act, place: str) -> str:
    """Act, write down who did, and say what came of it."""
    try:
        letter = operation.act(act, place)
        log.warning("%s: %s of %s %s at %s", getpass.getuser(), act, letter.kind, letter.key, letter.place)
        said = f"Done: {act} of {letter.place}."
    except SetupFailed as no:
        said = f"Not done: {no}."
    return page(operation.overview(), path, said)


def page_told(operation: Operation, path: str, order: Order, process: str) -> str:
    """Tell a process, write down who did, and say what came of it."""
    try:
        operation.tell(order, process)
        log.warning("%s: %s of %s", getpass.getuser(), order, process)
        said = f"Told {process}: {order}. Its row says within seconds how it is."
    except SetupFailed as no:
        said = f"Not done: {no}."
    return page(operation.overview(), path, said)
