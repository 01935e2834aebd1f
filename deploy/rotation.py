"""Another key signs sessions from now on, and who is signed in stays so."""

import secrets
from argparse import ArgumentParser
from dataclasses import replace
from datetime import datetime

from deploy.stack import KEPT, Secrets, signing_keys
from services.runtime.push_keys import new_push_key


def rotated(made: Secrets, now: datetime, *, at_once: bool = False) -> Secrets:
    """The same secrets with a new key. `at_once`: nothing of the old ones is believed, so everybody is out.

    Only while nothing signs: a key that is still in use would retire too early.
    """
    private, public = signing_keys()
    if at_once:
        # Whoever has the key has the file: what is shown inside opens `/internal/invite`, a key for anybody.
        return Secrets(
            passwords={owner: secrets.token_urlsafe(24) for owner in made.passwords},
            private_key=private,
            public_keys=public,
            internal_token=secrets.token_urlsafe(32),
            # With it and the tables one could show people anything in our name: they switch it on anew.
            push_key=new_push_key(),
        )
    signed = made.private_key.partition(":")[0]
    retired = {**made.retired, signed: now.isoformat()}
    over = {name for name, since in retired.items() if now >= datetime.fromisoformat(since) + KEPT}
    kept = {name: key for name, key in made.public_keys.items() if name not in over}
    still = {name: since for name, since in retired.items() if name in kept}
    return replace(made, private_key=private, public_keys={**public, **kept}, retired=still)


def with_secrets(parser: ArgumentParser) -> ArgumentParser:
    """Let a command of a platform in containers be told `secrets` or `rotate [--at-once]` too, as `what`."""
    words = parser.add_subparsers(dest="what", metavar="secrets | rotate")
    module = parser.prog
    words.add_parser("secrets", help="make them, once, and say them", epilog=f"Example: {module} secrets")
    another = words.add_parser(
        "rotate", help="another key signs, while nothing runs", epilog=f"Example: {module} rotate --at-once"
    )
    another.add_argument("--at-once", action="store_true", help="every secret is new: after a theft")
    return parser
