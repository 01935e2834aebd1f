"""The data keys as they leave for a backup and come back: apart from everything that they unseal."""

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.directory.store.writes import forget


class KeyFile(BaseModel):
    """Person -> data key in base64, and who was forgotten. Only the newest is kept: that is what forgets."""

    keys: dict[UUID, str]
    forgotten: list[UUID]


async def exported(connection: Any) -> KeyFile:
    """The keys there are now."""
    rows = await connection.fetch("SELECT person, key FROM data_key ORDER BY person")
    gone = await connection.fetch("SELECT id FROM person WHERE state->>'forgotten' = 'true' ORDER BY id")
    return KeyFile(
        keys={UUID(row["person"]): base64.b64encode(row["key"]).decode() for row in rows},
        forgotten=[UUID(row["id"]) for row in gone],
    )


async def imported(connection: Any, file: KeyFile, at: datetime) -> int:
    """Put the keys back, and forget again who was forgotten since; how many those were.

    Inside the caller's transaction.
    """
    await connection.executemany(
        "INSERT INTO data_key (person, key) VALUES ($1, $2)"
        " ON CONFLICT (person) DO UPDATE SET key = excluded.key",
        [(str(person), base64.b64decode(key)) for person, key in file.keys.items()],
    )
    return sum([await forget(connection, person, at) is not None for person in file.forgotten])
