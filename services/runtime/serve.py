"""Runs a FastAPI application until the process is told to stop."""

from typing import Final

import uvicorn
from fastapi import FastAPI

from services.runtime.process import begin
from services.runtime.settings import LOOPBACK

GRACE_SECONDS: Final = 3
"""uvicorn waits for ever for a parked connection unless it is told how long."""


def serve(app: FastAPI, port: int, host: str = LOOPBACK) -> None:
    """Answer on host:port; SIGTERM stops it, and what is being answered is finished first."""
    begin()
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        loop="uvloop",
        http="httptools",
    )
