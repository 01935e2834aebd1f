"""Runs a FastAPI application on loopback until the process is told to stop."""

from typing import Final

import uvicorn
from fastapi import FastAPI

from services.runtime.process import begin

GRACE_SECONDS: Final = 3
"""uvicorn waits for ever for a parked connection unless it is told how long."""


def serve(app: FastAPI, port: int) -> None:
    """Answer on 127.0.0.1:port; SIGTERM stops it, and what is being answered is finished first."""
    begin()
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        loop="uvloop",
        http="httptools",
    )
