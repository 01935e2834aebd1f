"""Another key signs sessions from now on, and who is signed in stays so."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from deploy.stack import Secrets, signing_keys

KEPT: Final = timedelta(days=8)
"""A retired key is believed as long as anything it signed may last: a guest's session, seven days."""


def rotated(made: Secrets, now: datetime, *, at_once: bool = False) -> Secrets:
    """The same secrets with a new key. `at_once`: no older key is believed any more, so everybody is out.

    Only while nothing signs: a key that is still in use would retire too early.
    """
    private, public = signing_keys()
    if at_once:
        return replace(made, private_key=private, public_keys=public, retired={})
    signed = made.private_key.partition(":")[0]
    retired = {**made.retired, signed: now.isoformat()}
    over = {name for name, since in retired.items() if now >= datetime.fromisoformat(since) + KEPT}
    kept = {name: key for name, key in made.public_keys.items() if name not in over}
    still = {name: since for name, since in retired.items() if name in kept}
    return replace(made, private_key=private, public_keys={**public, **kept}, retired=still)
