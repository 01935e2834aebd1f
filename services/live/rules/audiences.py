"""Who is sent the same: viewers by the keys that they share, so that a tick looks at groups of them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from schemas.visibility import Keys


class Member(Protocol):
    """Somebody who looks: all keys they hold, and which of them nobody else does."""

    @property
    def keys(self) -> Keys:
        """All of them."""

    @property
    def own_key(self) -> str:
        """The person's own; it need not be among `keys`."""


M = TypeVar("M", bound=Member)
K = TypeVar("K")


class Audiences(Generic[M]):
    """Members by what they share with others, and by the key that is theirs alone.

    Everybody holds a key of their own, so by whole sets of keys each would be a group of one. Most rows are
    read by keys that many hold: then one look at a group stands for all its members.
    """

    def __init__(self) -> None:
        # Dicts instead of sets: whoever came first is written to first, at every start alike.
        self._by_shared: defaultdict[Keys, dict[M, None]] = defaultdict(dict)
        self._by_own: defaultdict[str, dict[M, None]] = defaultdict(dict)
        self._everybody: dict[M, None] = {}

    def __len__(self) -> int:
        return len(self._everybody)

    def __iter__(self) -> Iterator[M]:
        return iter(self._everybody)

    def add(self, member: M) -> None:
        """Their keys may not change from now on."""
        self._everybody[member] = None
        self._by_shared[member.keys - {member.own_key}][member] = None
        if member.own_key in member.keys:
            self._by_own[member.own_key][member] = None

    def discard(self, member: M) -> None:
        """They went; nothing where they are not here."""
        self._everybody.pop(member, None)
        _drop(self._by_shared, member.keys - {member.own_key}, member)
        _drop(self._by_own, member.own_key, member)

    def of(self, keys: Keys) -> dict[Keys, list[M]]:
        """Members by those of their keys that are among these; who holds none of them is left out."""
        apart = {member: None for key in keys for member in self._by_own.get(key, ())}
        found: defaultdict[Keys, list[M]] = defaultdict(list)
        for shared, members in self._by_shared.items():
            if held := shared & keys:
                found[held] += [each for each in members if each not in apart] if apart else members
        for member in apart:
            found[member.keys & keys].append(member)
        return {held: members for held, members in found.items() if members}


def _drop(groups: dict[K, dict[M, None]], key: K, member: M) -> None:
    members = groups.get(key, {})
    members.pop(member, None)
    if not members:
        groups.pop(key, None)
