"""Which faults come in which life: chosen by a seed, so that a run can be repeated and gone on with."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from deploy.stack import SERVICES
from schemas.topics import TOPICS
from tests.faults.clocks import library
from tests.faults.house import LINKS, PEOPLE
from tests.faults.kinds import EVERYTHING, Fault
from tests.faults.telephone import Mood

PER_LIFE: Final = 20
PROCESSES: Final = (*(each.name for each in SERVICES), "caddy", "kafka", "postgres")
CLOCKS: Final = (*(each.name for each in SERVICES), "+".join(each.name for each in SERVICES))
WIRES: Final = tuple(f"{each.asker}>{each.asked}" for each in LINKS if each.asker != PEOPLE)
MOODS: Final = tuple(mood.value for mood in Mood if mood is not Mood.WELL)

Dice = random.Random


def _one_or_more(dice: Dice) -> str:
    """Mostly one process, often two at once, now and then everything at once."""
    number = dice.choices((1, 2, 0), (6, 3, 1))[0]
    return "+".join(sorted(dice.sample(PROCESSES, number))) if number else EVERYTHING


def _short(dice: Dice) -> float:
    return round(dice.uniform(2, 8), 1)


def _stop(dice: Dice) -> float:
    """5 to 30 s, mostly short: the shorter ones find as much, and there are more of them in an hour."""
    return round(5 + 25 * dice.random() ** 3, 1)


def _swallowed(dice: Dice) -> float:
    """Silence has to last longer than what notices it (5 to 12 s) for some of them."""
    return round(dice.uniform(3, 18), 1)


def _wire(dice: Dice) -> str:
    return dice.choice(WIRES)


def _at_once(dice: Dice) -> float:
    return 0.0


CHOICES: Final[dict[str, tuple[int, Callable[[Dice], str], Callable[[Dice], float]]]] = {
    "kill": (30, _one_or_more, _at_once),
    "stop": (15, _one_or_more, _stop),
    "cut": (10, _wire, _short),
    "frozen": (7, _wire, _swallowed),
    "half_open": (7, _wire, _swallowed),
    "slow": (7, _wire, _short),
    "disk": (7, lambda dice: dice.choice(("kafka", "postgres")), _short),
    "clock": (6, lambda dice: dice.choice(CLOCKS), _short),
    "jump": (4, lambda dice: dice.choice(CLOCKS), _short),
    "woken_relay": (5, lambda dice: "aid-relay", _short),
    "topic": (4, lambda dice: dice.choice(TOPICS).name, _at_once),
    "postgres_restored": (3, lambda dice: "postgres", _short),
    "kafka_lost": (3, lambda dice: "kafka", _at_once),
    "telephone": (8, lambda dice: dice.choice(MOODS), _swallowed),
}
"""Kind -> how often it is chosen beside the others, its target, and how many seconds it lasts."""


def of_life(seed: str, life: int) -> list[Fault]:
    """The faults of one life, in order; where no running clock can be moved, it is started with another."""
    dice = random.Random(f"{seed}/{life}")
    kinds = dice.choices(list(CHOICES), [weight for weight, _, _ in CHOICES.values()], k=PER_LIFE)
    faults = [Fault(kind, CHOICES[kind][1](dice), CHOICES[kind][2](dice)) for kind in kinds]
    if library() is None:
        faults = [replace(fault, kind="clock") if fault.kind == "jump" else fault for fault in faults]
    return faults
