"""Who may be let in with a passkey: invitations, the code that goes with them, and keys that come and go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from schemas.events.access import Access, Checked, Invitation, Passkey
from schemas.events.person import Person
from schemas.refused import Refused
from schemas.values import Right

OPEN_FOR: Final = {
    Checked.IN_PERSON: timedelta(minutes=15),
    Checked.CALL_BACK: timedelta(hours=24),
    Checked.OWN_DEVICE: timedelta(minutes=15),
}
"""In person both are there; who is called back may have to find the phone first."""

ON_PAPER: Final = timedelta(hours=24)
"""As long as for a call-back: slips are printed, handed out in a meeting, and the code is said apart."""

TRIES: Final = 5
"""Wrong codes that end an invitation: five of a million."""

MOST_PASSKEYS: Final = 10
"""A person's phones and keys; more than that is somebody else's."""


@dataclass(frozen=True)
class Opening:
    """What an invitation opens with, in clear text: 32 random bytes as base64url, and six digits."""

    secret: str
    code: str

    @property
    def secret_digest(self) -> str:
        """What is kept of the secret, and what an invitation is found by."""
        return digest_of(self.secret)

    @property
    def code_digest(self) -> str:
        """What is kept of the code: without the secret nobody can try them all."""
        return sha256(self.secret.encode() + self.code.encode()).hexdigest()


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


def may_administer(asker: Person, whom: Person) -> None:
    """Whether the asker looks after the ways in of that colleague.

    Refused: `not_found` for whoever is no colleague, `not_your_right` without the right where both work.
    """
    shared = [member.organisation for member in whom.memberships if asker.works_for(member.organisation)]
    if not shared or whom.forgotten:
        raise Refused("not_found")
    if not any(asker.may(Right.ADMINISTER, organisation) for organisation in shared):
        raise Refused("not_your_right")


def may_invite(asker: Person, whom: Person) -> None:
    """As `may_administer`, and `not_yourself`: a stolen session must not make a key of its own."""
    may_administer(asker, whom)
    if asker.id == whom.id:
        raise Refused("not_yourself")


def without_key(access: Access) -> bool:
    """Whether somebody still waits to be let in for the first time."""
    return not access.passkeys


def invite(access: Access, opening: Opening, checked: Checked, made_by: UUID | None, now: datetime) -> Access:
    """An invitation is open; one that was open before is over. Refused: `too_many_passkeys`."""
    if len(access.passkeys) >= MOST_PASSKEYS:
        raise Refused("too_many_passkeys")
    made = Invitation(
        secret=opening.secret_digest,
        code=opening.code_digest,
        checked=checked,
        made_by=made_by,
        made_at=now,
        expires_at=now + OPEN_FOR[checked],
    )
    return access.model_copy(update={"invitation": made})


def on_paper(access: Access) -> Access:
    """The open invitation lasts as long as one does that is printed."""
    found = access.invitation
    if found is None:
        return access
    longer = found.model_copy(update={"expires_at": found.made_at + ON_PAPER})
    return access.model_copy(update={"invitation": longer})


def try_code(access: Access, opening: Opening, now: datetime) -> tuple[Access, Refused | None]:
    """What a try leaves, and why it does not open: `invitation_over`, or `code_wrong` with the tries left.

    A wrong code is written down whatever comes of it, so the refusal is handed over and not raised.
    """
    found = access.invitation
    if found is None or found.secret != opening.secret_digest or now >= found.expires_at:
        return access, Refused("invitation_over")
    # Digests of something secret: how much of two of them is the same tells nothing, nor how long it took.
    if found.code == opening.code_digest:
        return access, None
    tries = found.tries + 1
    if tries >= TRIES:
        return access.model_copy(update={"invitation": None}), Refused("invitation_over")
    counted = found.model_copy(update={"tries": tries})
    return access.model_copy(update={"invitation": counted}), Refused("code_wrong", left=TRIES - tries)


def admit(access: Access, passkey: Passkey) -> Access:
    """The key opens from now on, and the invitation is used."""
    return access.model_copy(update={"passkeys": (*access.passkeys, passkey), "invitation": None})


def remove(access: Access, passkey: UUID) -> Access:
    """The key opens nothing any more, nor does an open invitation. Refused: `not_found`.

    Whoever takes a key away distrusts a phone, and with it what that phone may have asked for.
    """
    left = tuple(each for each in access.passkeys if each.id != passkey)
    if len(left) == len(access.passkeys):
        raise Refused("not_found")
    return access.model_copy(update={"passkeys": left, "invitation": None})


def after_restore(access: Access, removed: frozenset[str], at: datetime) -> Access:
    """As it may be after a backup came back: no old invitation opens, what is known as removed stays so.

    `removed`: credentials. What was removed after the newest key file nobody knows: `restored_at` says so.
    """
    left = tuple(each for each in access.passkeys if each.credential not in removed)
    return access.model_copy(update={"passkeys": left, "invitation": None, "restored_at": at})
