"""Sealed cards after a backup was put back: what is over stays over, and the vault keeps its own."""

from typing import Any

import asyncpg

from services.directory.recovery import keys_of, restored
from services.directory.store.access import restore_accesses
from services.directory.store.keys import KeyFile
from services.runtime.now import clock
from tests.contract.doorstep import directory
from tests.contract.office import ROLES, Office, code_of, kept


async def test_after_a_restore_a_ready_card_says_that_it_may_have_been_used(app, filled: str) -> None:
    office = await Office(app).open()
    used, ready = (await office.print())["cards"]
    await office.come_in(used)
    connection = await asyncpg.connect(filled)
    async with connection.transaction():
        await restore_accesses(connection, KeyFile(keys={}, forgotten=[]), clock()())
    [living] = await connection.fetch("SELECT count(*) FROM session WHERE state->>'revoked' = 'false'")
    await connection.close()
    assert living["count"] == 0
    assert (await kept(filled, ready["number"]))["restored_at"] is not None
    assert (await kept(filled, used["number"]))["restored_at"] is None


async def test_a_card_that_is_over_opens_nothing_after_an_older_backup_and_the_vaults_stay_good(
    app: Any, filled: str
) -> None:
    office = await Office(app).open()
    old = await office.print()
    used, stopped, vault = (await office.print([*ROLES, "privacy"]))["cards"]
    backup = await as_it_was(filled)
    await office.come_in(used)
    assert (await office.stop(stopped))[0] == 200
    kept_apart = await keys_of(filled)
    assert not any(card["words"] in kept_apart.model_dump_json() for card in (used, stopped, vault))
    await put_back(filled, backup)
    await restored(filled, kept_apart)
    async with directory(filled) as again:
        office.app = again
        for card in (used, stopped, *old["cards"]):
            assert code_of((await office.ask(card))[1]) == "card_refused", card["number"]
        assert (await office.ask(vault))[1][0] == 200
    assert (await kept(filled, used["number"]))["state"] == "stopped"
    assert (await kept(filled, vault["number"]))["restored_at"] is not None


async def as_it_was(database: str) -> list[Any]:
    """The cards as a backup of now holds them."""
    connection = await asyncpg.connect(database)
    rows = await connection.fetch("SELECT * FROM card")
    await connection.close()
    return list(rows)


async def put_back(database: str, cards: list[Any]) -> None:
    """The cards of an older backup, and no data key, as a restore finds the tables."""
    connection = await asyncpg.connect(database)
    async with connection.transaction():
        await connection.execute("DELETE FROM data_key")
        for row in cards:
            await connection.execute("UPDATE card SET state = $2 WHERE id = $1", row["id"], row["state"])
    await connection.close()
