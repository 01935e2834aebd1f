"""The directory as another owner knows it never goes back to an older state."""

from uuid import UUID

from schemas.codec import decode, state_bytes
from schemas.events.person import Membership, Person
from services.runtime.known import Directory
from tests.enveloped import record_of

ME = UUID(int=1)


def works_for(organisation: str) -> Person:
    return Person(id=ME, memberships=(Membership(organisation=organisation),), exercise=False)


class Rows:
    """A pool that holds one person, at (epoch 2, version 5)."""

    async def fetch(self, statement: str, kinds: object) -> list[dict[str, object]]:
        state = state_bytes(works_for("GM0005"))
        return [{"aggregate": "person", "key": str(ME), "epoch": 2, "version": 5, "state": state}]


def take(directory: Directory, organisation: str, version: int, epoch: int = 1) -> None:
    directory.take([decode(record_of(works_for(organisation), version, epoch))])


def test_an_older_state_that_comes_late_changes_nothing() -> None:
    directory = Directory()
    take(directory, "GM0002", version=2)
    take(directory, "GM0001", version=1)
    assert ME in directory.staff["GM0002"] and ME not in directory.staff["GM0001"]
    take(directory, "GM0003", version=1, epoch=2)
    assert ME in directory.staff["GM0003"] and ME not in directory.staff["GM0002"]


async def test_what_was_loaded_at_start_is_not_undone_by_reading_again() -> None:
    directory = Directory()
    await directory.load(Rows())
    take(directory, "GM0004", version=4, epoch=2)
    take(directory, "GM0009", version=9, epoch=1)
    assert [key for key, staff in directory.staff.items() if staff] == ["GM0005"]
    take(directory, "GM0006", version=6, epoch=2)
    assert [key for key, staff in directory.staff.items() if staff] == ["GM0006"]
