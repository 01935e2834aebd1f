"""The emergency switch over HTTP, and who is out after it."""

from deploy.client import Client

SOON = 5
"""Seconds; it is meant to be one, on a machine that does nothing else."""

DUTY = "/api/aid/duty"
LOOKS = ("/api/directory/me", "/api/live/snapshot")


def out_everywhere(client: Client) -> bool:
    """Whether no service takes this session for somebody any more."""
    answers = [client.read(path) for path in LOOKS] + [client.send(DUTY, {"on": True})]
    return {getattr(each, "status", 200) for each in answers} == {401}


def switch(organisation: str, way: str) -> str:
    return f"/api/directory/organisations/{organisation}/{way}"
