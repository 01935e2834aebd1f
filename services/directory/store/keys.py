"""The data keys as they leave for a backup and come back: apart from everything that they unseal."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from schemas.events.trust import Trust
from services.directory.store.writes import forget


class KeyFile(BaseModel):
    """Person -> data key in base64, who was forgotten, which passkeys were taken away, who is distrusted,
    and the keys of which systems ended.

    `void`: digests of sealed cards that open nothing any more. Digests, since after a restore a number can be
    printed anew. Only the newest is kept: that is what forgets, and what keeps a lost phone and a used card
    out after a restore.
    """

    # What is wrong with a file is said without what stands in it.
    model_config = ConfigDict(hide_input_in_errors=True)

    keys: dict[UUID, str]
    forgotten: list[UUID]
    removed: list[str] = []
    distrusted: list[Trust] = []
    void: list[str] = []
    ended: list[UUID] = []


# What was once somebody's and is nobody's now; the journal remembers, so that no table has to.
_REMOVED: Final = """
SELECT was->>'credential' AS credential
FROM journal, jsonb_array_elements(convert_from(payload, 'UTF8')::jsonb->'passkeys') was
WHERE aggregate = 'access'
EXCEPT SELECT has->>'credential' FROM access, jsonb_array_elements(state->'passkeys') has
ORDER BY credential
"""

_VOID: Final = "SELECT state->>'digest' AS digest FROM card WHERE state->>'state' <> 'ready' ORDER BY digest"

_DISTRUSTED: Final = "SELECT state FROM trust WHERE state->>'distrusted' = 'true' ORDER BY id"

_ENDED: Final = "SELECT id FROM access WHERE state->'system'->>'ended_at' IS NOT NULL ORDER BY id"


async def exported(connection: Any) -> KeyFile:
    """The keys there are now, and who was forgotten, at one moment."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        rows = await connection.fetch("SELECT person, key FROM data_key ORDER BY person")
        gone = await connection.fetch("SELECT id FROM person WHERE state->>'forgotten' = 'true' ORDER BY id")
        removed = await connection.fetch(_REMOVED)
        distrusted = await connection.fetch(_DISTRUSTED)
        void = await connection.fetch(_VOID)
        ended = await connection.fetch(_ENDED)
    return KeyFile(
        keys={UUID(row["person"]): base64.b64encode(row["key"]).decode() for row in rows},
        forgotten=[UUID(row["id"]) for row in gone],
        removed=[row["credential"] for row in removed],
        distrusted=[Trust.model_validate_json(row["state"]) for row in distrusted],
        void=[row["digest"] for row in void],
        ended=[UUID(row["id"]) for row in ended],
    )


@dataclass(frozen=True)
class Restored:
    """How many keys came back, who was forgotten again, and who is there without a key to read their name."""

    keys: int
    forgotten: int
    unreadable: int


# Only of those who are there and not forgotten. The file can be older than the tables, and then it holds keys
# of people who are forgotten by now; or newer, and then it holds keys of people who are made again later.
_BACK: Final = """
INSERT INTO data_key (person, key)
SELECT person.id, file.key FROM unnest($1::text[], $2::bytea[]) AS file (person, key)
JOIN person ON person.id = file.person AND person.state->>'forgotten' <> 'true'
ON CONFLICT DO NOTHING
"""

# A system has no name that is sealed.
_UNREADABLE: Final = """
SELECT count(*) FROM person
WHERE state->>'forgotten' <> 'true' AND state->>'system' IS NULL
AND NOT EXISTS (SELECT FROM data_key WHERE data_key.person = person.id)
"""


async def _nowhere(words: Sequence[str]) -> int:
    """Out of no text: what was taken out of those is in the same file, and `aid` takes it out again."""
    return 0


async def imported(connection: Any, file: KeyFile, at: datetime) -> Restored:
    """Put the keys back, and forget again who was forgotten since; what came of it.

    Inside the caller's transaction. A dump holds no keys; a cluster's own copy of the database does.
    """
    people = [str(person) for person in file.keys]
    keys = [base64.b64decode(key) for key in file.keys.values()]
    await connection.execute(_BACK, people, keys)
    again = [await forget(connection, person, at, _nowhere) for person in file.forgotten]
    return Restored(
        keys=await connection.fetchval("SELECT count(*) FROM data_key"),
        forgotten=sum(left is not None for left in again),
        unreadable=await connection.fetchval(_UNREADABLE),
    )
