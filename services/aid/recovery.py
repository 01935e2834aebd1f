"""What `aid` adds to backup and restore: what was taken out of texts goes out of older ones again."""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from services.aid.store.recovery import Redaction, kept, take_out_again
from services.runtime.database import connected
from services.runtime.now import clock
from services.runtime.restored import begin_anew
from services.runtime.taken_in import forget_places

REDACTIONS: Final = TypeAdapter(list[Redaction])


class _File(BaseModel):
    """As much of a key file as is ours."""

    model_config = ConfigDict(hide_input_in_errors=True)

    redacted: list[Redaction] = []


async def redactions_of(database: str) -> list[Redaction]:
    """What the key file of a backup holds of texts: where something was taken out, never what."""
    async with connected(database) as connection:
        return await kept(connection)


def redactions_in(file: str) -> list[Redaction]:
    """What a key file says; one of before anything could be taken out says nothing. Raises ValueError."""
    return _File.model_validate_json(file).redacted


async def restored(database: str, redactions: Sequence[Redaction]) -> None:
    """Make restored tables good to start on: words taken out again, everything read anew, a new epoch."""
    async with connected(database) as connection, connection.transaction():
        await forget_places(connection)
        again = await take_out_again(connection, redactions)
        epoch = await begin_anew(connection, clock()())
    print(f"aid: epoch {epoch}, words taken out of texts again {again} times")
