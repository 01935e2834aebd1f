"""A provider of our own that signs whatever a test wants, over real HTTP on this machine."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

KEY = rsa.generate_private_key(65537, 2048)


class Liar:
    """What it answers: path -> status and body; `asked`: forms that came to /token."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.asked: list[dict[str, str]] = []
        self.gets: list[str] = []
        jwk = {**RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "r", "use": "sig"}
        self.answers: dict[str, tuple[int, bytes]] = {
            "/jwks": (200, json.dumps({"keys": [jwk]}).encode()),
            "/token": (200, b"{}"),
        }
        self.about()

    def about(self, **other: Any) -> None:
        """Say this of itself."""
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            **other,
        }
        self.answers["/.well-known/openid-configuration"] = 200, json.dumps(said).encode()

    def hand_out(self, token: str) -> None:
        """Give this ID token for any code."""
        said = {"access_token": "a", "token_type": "Bearer", "id_token": token}
        self.answers["/token"] = 200, json.dumps(said).encode()


def claims(liar: Liar, nonce: str, **other: Any) -> dict[str, Any]:
    """What a provider says that tells the truth, but for what is `other`."""
    now = int(time.time())
    true = {"iss": liar.issuer, "aud": "noaber", "sub": "7f3a", "nonce": nonce, "iat": now, "exp": now + 300}
    return {**true, **other}


def true(said: dict[str, Any]) -> str:
    """Signed as it should be."""
    return jwt.encode(said, KEY, "RS256", headers={"kid": "r"})


@contextmanager
def lying() -> Iterator[Liar]:
    """One on a free port, while the block runs."""
    liar: list[Liar] = []

    class Handler(BaseHTTPRequestHandler):
        def _get(self) -> None:
            liar[0].gets.append(self.path)
            self._answer()

        def _post(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            liar[0].asked.append(dict(parse_qsl(form)))
            self._answer()

        def _answer(self) -> None:
            status, body = liar[0].answers.get(self.path, (404, b"{}"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        do_GET, do_POST = _get, _post

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar.append(Liar(f"http://127.0.0.1:{server.server_port}"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield liar[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def part(value: object) -> str:
    """One part of a token that no library would make."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
