"""Who runs the platform finds a command by its key, why somebody was asked, and nothing to mend."""

import json
import os
from uuid import uuid4

from deploy.bootstrap import home_of
from deploy.doctor.examination import examine_running
from deploy.doctor.finding import Weight
from deploy.noaber.explain import told, told_lately, why
from deploy.noaber.status import ask_health
from deploy.running import STATE, Running
from deploy.steps import run_step
from deploy.tracing.trace import Trace, Verdict, lately, trace
from schemas.catalogue import Function
from tests.journey.case import approached
from tests.journey.cast import done
from tests.journey.waiting import until

BACKUP = Function.BACKUP_RECOVERY
STORES = {"postgres", "kafka", "topics", "migrations", "clock", "private", "postgres-data", "restore"}
"""Findings that no other test of this platform can be the cause of."""


def test_a_claim_is_followed_from_its_key_to_the_pages(case, places, platform: Running) -> None:
    lender = places.lender(BACKUP, standing=True)
    request = case.request(BACKUP, 1, lender.id)
    body = {"approach": approached(lender.helpers[0], request)["id"], "terms_version": 1}
    key = str(uuid4())
    row = done(lender.helpers[0].send(f"/api/aid/requests/{request}/claim", body, key))["row"]

    def arrived() -> Trace | None:
        live = ask_health("live", platform.platform.base)
        found = trace(platform.platform, key, live)
        return found if found.verdict is Verdict.ARRIVED else None

    found = until(arrived)
    assert found.known_as == "command" and found.answered_at is not None
    written = {(step.change.aggregate, step.change.key) for step in found.steps}
    assert {("commitment", row["id"]), ("help_request", request), ("approach", body["approach"])} <= written
    # Who has no id at hand finds the cause among the newest.
    known = {step.change.correlation for step in found.steps}
    (late,) = {tuple(late.kinds) for owner, late in lately(platform.platform) if late.cause in known}
    assert {"commitment", "help_request"} <= set(late)
    assert trace(platform.platform, str(uuid4()), found.live).verdict is Verdict.UNKNOWN


def test_a_command_to_the_directory_is_followed_from_its_key_as_well(places, platform: Running) -> None:
    helper, key = places.lender(BACKUP, standing=True).helpers[0], str(uuid4())
    for language in ("en", "en"):
        done(helper.send("/api/directory/language", {"language": language}, key))

    def arrived() -> Trace | None:
        found = trace(platform.platform, key, ask_health("live", platform.platform.base))
        return found if found.verdict is Verdict.ARRIVED else None

    found = until(arrived)
    assert (found.known_as, found.answered_by) == ("command", "directory")
    assert [(step.owner, step.change.key) for step in found.steps] == [("directory", str(helper.person))]
    same = str(uuid4())
    done(helper.send("/api/directory/language", {"language": "en"}, same))
    assert trace(platform.platform, same, found.live).verdict is Verdict.NOTHING


def test_why_somebody_was_asked_is_told_in_ids_functions_and_reasons(case, places, platform: Running) -> None:
    lender = places.lender(BACKUP, standing=True)
    request = case.request(BACKUP, 1, lender.id, note="the note is content")
    helper = lender.helpers[0]
    approached(helper, request)
    home = home_of(os.environ)
    found = until(lambda: _with_hint(why(home, platform.platform, request)))
    asked = {each["person"]: each for each in found["approaches"]}
    assert asked[str(helper.person)]["lender"] == lender.id
    assert {"distance", "function"} <= {each["code"] for each in asked[str(helper.person)]["reasons"]}
    assert any(each["lender"] == lender.id for each in found["hint"]["candidates"])
    late = json.loads(run_step(platform.platform, home, "services.aid", ["explain"]))
    assert request in {each["request"] for each in late}
    said = json.dumps([found, late]) + "\n".join([*told(found), *told_lately(late)])
    assert "the note is content" not in said and "06 0" not in said


def _with_hint(found):
    return found if found["hint"] else None


def test_a_platform_that_runs_has_stores_in_order(platform: Running) -> None:
    state = json.loads((platform.platform.home / STATE).read_text())
    found = examine_running(home_of(os.environ), state)
    assert [each for each in found if each.about in STORES and each.weight is Weight.URGENT] == []
