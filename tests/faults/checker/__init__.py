"""Judges the history of one run by its own eyes: it reads plain data and imports nothing of the platform."""

from tests.faults.checker.commands import check_commands
from tests.faults.checker.facts import Facts
from tests.faults.checker.history import History
from tests.faults.checker.ledger import check_ledger
from tests.faults.checker.night import check_night
from tests.faults.checker.pictures import check_pictures
from tests.faults.checker.promises import check_promises
from tests.faults.checker.readers import check_readers
from tests.faults.checker.sight import check_sight
from tests.faults.checker.verdict import Lost, Verdict, Violation

__all__ = ["History", "Lost", "Verdict", "Violation", "check", "judge"]


def judge(history: History) -> Verdict:
    """All violations, and the acknowledged commands that a restore took away."""
    facts, verdict = Facts(history), Verdict()
    looks = (
        check_ledger, check_commands, check_promises, check_readers, check_sight, check_pictures, check_night,
    )  # fmt: skip
    for look in looks:
        try:
            look(facts, verdict)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError) as odd:
            # A state of no known shape: what else this look would have found is not known, and that is said.
            verdict.wrong("not_judged", "states and frames of a known shape", repr(odd), look=look.__name__)
    return verdict


def check(history: History) -> list[Violation]:
    """Every promise that the history breaks; empty where all was kept."""
    return judge(history).violations
