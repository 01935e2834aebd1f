"""In which language somebody is called and written to, as they choose themselves."""

from fastapi import FastAPI
from pydantic import BaseModel

from schemas.values import Command, OurLanguage
from services.directory.bodies import Nothing
from services.directory.directory import Directory
from services.directory.doors import PREFIX
from services.runtime.gate import Asking


class Speak(Command):
    """The language that was chosen."""

    language: OurLanguage


class Spoken(BaseModel):
    """The language of their calls and text messages."""

    language: OurLanguage


def add_language(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/language")
    async def language(asker: Asking) -> Spoken:
        return Spoken(language=asker.person.spoken_to)

    @app.post(f"{PREFIX}/language")
    async def speak(asker: Asking, body: Speak) -> Nothing:
        directory.heard(await directory.people.speak(asker.person.id, body.language, directory.now()))
        return Nothing()
