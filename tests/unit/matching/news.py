"""What may come in at matching, by chance."""

import random
from datetime import timedelta

from schemas.events.approach import ApproachState
from schemas.events.commitment import CommitmentState, Deadline, DeadlineName
from tests.unit.matching.pictures import (
    BACKUP,
    BORROWER,
    NETWORK,
    NOW,
    approach,
    asked,
    commitment,
    incident,
    lending,
    on_duty,
    organisation,
    person,
    uid,
)

LENDERS = ("GM0001", "GM0002", "GM0003", BORROWER)
NAMES = tuple(f"p{number}" for number in range(7))
ASKED = ("r0", "r1", "r2")


def news(dice: random.Random) -> object:
    """Any one state that may come in, new or in the place of an older one."""
    lender, name = dice.choice(LENDERS), dice.choice(NAMES)
    functions = tuple(dice.sample((BACKUP, NETWORK), dice.choice((1, 2))))
    soon = Deadline(id=uid("d"), name=DeadlineName.EXPIRY, due=NOW + timedelta(minutes=dice.choice((1, 9))))
    more = {"request": uid(dice.choice(ASKED)), "exercise": dice.random() < 0.2}
    return dice.choice(
        (
            lambda: organisation(lender, systems=tuple(dice.sample(("veeam", "ad"), 1))),
            lambda: lending(lender, ask_people=dice.random() < 0.7, cover={dice.choice(functions): 1}),
            lambda: person(name, *dice.sample(LENDERS, dice.choice((1, 2))), functions=functions),
            lambda: person(name, lender, functions=functions, systems=("veeam",), languages=("nl", "de")),
            lambda: on_duty(
                name, on=dice.random() < 0.8, until=dice.choice((None, NOW + timedelta(hours=1)))
            ),
            lambda: incident(f"i {lender}", lender, closed_at=dice.choice((None, NOW))),
            lambda: approach(f"a {name}", lender, name, dice.choice(list(ApproachState)), **more),
            lambda: approach(f"a {lender}", lender, None, dice.choice(list(ApproachState)), **more),
            lambda: commitment(
                f"c {name}",
                lender,
                dice.choice((name, None)),
                state=dice.choice(list(CommitmentState)),
                deadlines=dice.choice(((), (soon,))),
                **more,
            ),
            lambda: asked(
                dice.choice(ASKED),
                slots=dice.choice((1, 2)),
                function=functions[0],
                circle=LENDERS[: dice.randint(1, 3)],
                languages=dice.choice(((), ("de",))),
                systems=dice.choice(((), ("veeam", "ad"))),
                exercise=dice.random() < 0.2,
            ),
        )
    )()
