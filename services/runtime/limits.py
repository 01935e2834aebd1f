"""How much anybody may ask of one process: token buckets per session, person, organisation and client."""

import ipaddress
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from schemas.events.person import Person
from services.runtime.problems import Problem

log: Final = logging.getLogger(__name__)

MOST_BUCKETS: Final = 50_000
"""Names remembered at once: more than there are people; what strangers make up must not fill the memory."""


@dataclass(frozen=True)
class Rate:
    """So many at once, and so many a minute when that is used up."""

    burst: int
    per_minute: int

    @property
    def per_second(self) -> float:
        """Tokens that come back in a second."""
        return self.per_minute / 60


OF_A_PERSON: Final = 4
"""A person's share is that of so many sessions: who stole one uses that up, and its owner signs in anew."""

SYSTEM: Final = Rate(20, 6)
"""Tokens for one system from one address; it needs one in fifteen minutes."""


@dataclass(frozen=True)
class Bucket:
    """What was left at a moment (seconds of any clock that only goes forward)."""

    tokens: float
    at: float

    def left(self, rate: Rate, now: float) -> float:
        """What is there now; never more than the burst."""
        return min(rate.burst, self.tokens + max(0.0, now - self.at) * rate.per_second)


class Buckets:
    """A bucket per name, all of one rate; a name that was not heard of has a full one."""

    def __init__(self, rate: Rate, most: int = MOST_BUCKETS) -> None:
        self._rate = rate
        self._most = most
        self._known: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def wait(self, name: str, now: float) -> float:
        """Seconds until there is a token for this name; 0 when there is one."""
        missing = 1 - self._left(name, now)
        # Just short of a whole token by rounding is a token.
        return missing / self._rate.per_second if missing > 1e-9 else 0.0

    def take(self, name: str, now: float) -> None:
        """One token is used; only after `wait` was 0."""
        self._known[name] = Bucket(self._left(name, now) - 1, now)
        self._known.move_to_end(name)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def _left(self, name: str, now: float) -> float:
        found = self._known.get(name)
        return self._rate.burst if found is None else found.left(self._rate, now)


class Limits:
    """Counts what is asked of this process. What is refused takes no token: to repeat costs nothing more."""

    def __init__(
        self,
        person: Rate,
        organisation: Rate,
        client: Rate,
        forged: Rate,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        whole = Rate(OF_A_PERSON * person.burst, OF_A_PERSON * person.per_minute)
        self._sessions, self._persons = Buckets(person), Buckets(whole)
        self._organisations = Buckets(organisation)
        self._clients, self._forgers = Buckets(client), Buckets(forged)
        self._systems, self._their_clients = Buckets(SYSTEM), Buckets(client)
        self._elapsed = elapsed

    def admit(self, person: Person, session: UUID) -> None:
        """A request of somebody who is signed in. Raises Problem (429) with the seconds to wait."""
        employers = [(self._organisations, member.organisation) for member in person.memberships]
        self._take([(self._sessions, str(session)), (self._persons, str(person.id)), *employers])

    def admit_client(self, address: str) -> None:
        """A sign-in from a network address. Raises Problem (429) with the seconds to wait."""
        self._take([(self._clients, network_of(address))])

    def admit_forger(self, address: str, path: str) -> None:
        """A forged session from a network address. Raises Problem (429) with the seconds to wait.

        Counted apart, and asked only after a token proved false: a victim behind the same address works and
        signs in as before. What is counted is logged, so the log is bounded.
        """
        self._take([(self._forgers, network_of(address))])
        log.warning("a forged session from %s at %r", network_of(address), path)

    def admit_system(self, address: str, system: str) -> None:
        """A system asks for a token. Raises Problem (429) with the seconds to wait.

        Counted per address, apart from the sign-ins of people, and per address and system: who tries from
        elsewhere uses up nothing of the one whose key it is.
        """
        network = network_of(address)
        self._take([(self._their_clients, network), (self._systems, f"{network} {system}")])

    def _take(self, wanted: Sequence[tuple[Buckets, str]]) -> None:
        now = self._elapsed()
        wait = max(buckets.wait(name, now) for buckets, name in wanted)
        if wait > 0:
            raise Problem(429, "too_many", retry_after=math.ceil(wait))
        for buckets, name in wanted:
            buckets.take(name, now)


def network_of(address: str) -> str:
    """Whom an address stands for: itself, or its /64, since that many IPv6 addresses are one house."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
