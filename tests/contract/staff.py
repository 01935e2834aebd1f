"""Bringing people into an organisation over HTTP."""

from typing import Any
from uuid import uuid4

from tests.contract import office
from tests.contract.doorstep import Answer, Browser
from tests.phone import Phone

HOME = "organisations/GM1735/people"


def person(**more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "name": "Wilma Verzonnen",
        "phone": "06 00000002",
        "rights": ["report"],
        **more,
    }


async def proven(here: Browser, phone: Phone, path: str, body: dict[str, Any]) -> Answer:
    """Send it, and show with one's own phone that it is oneself."""
    return await office.proven(here, phone, "people", path, body)


async def add(here: Browser, phone: Phone, *people: dict[str, Any]) -> Answer:
    return await proven(here, phone, HOME, {"people": list(people)})


def names(staff: dict[str, Any]) -> list[str]:
    return [each["name"] for each in staff["people"]]
