"""A part stops or dies while people work: commands go on, and the picture is right again."""

import os
import signal
import time
from contextlib import contextmanager

import httpx
import pytest

from deploy.running import is_healthy
from deploy.stack import SERVICES
from schemas.catalogue import Function
from schemas.values import Right
from tests.journey.case import Case, approached, claimed
from tests.journey.looking import Data, Picture
from tests.journey.waiting import until

BACK = 60.0


def child(platform, name: str):
    return next(each for each in platform.supervisor.children if each.name == name)


@contextmanager
def stopped(platform, name: str):
    pid = child(platform, name).pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def final(request: Data) -> int:
    return request["counts"]["final"] if request else 0


def healthy(platform) -> bool:
    return all(is_healthy(platform.platform.port(service.name)) for service in SERVICES)


def test_reporting_works_while_kafka_stands_still_and_appears_once_it_goes_on(
    platform, people, places, ibd, look
) -> None:
    page, victim = look(ibd), places.take()
    mandate = people.with_right(Right.MANDATE, victim)
    until(lambda: mandate.send("/api/aid/incidents", {}).status == 400, what="the session at aid")
    with stopped(platform, "kafka"):
        began = time.monotonic()
        case = Case(people, places, victim)
        request = case.ask(Function.NETWORK)
        assert time.monotonic() - began < 3
        assert case.slots(request)["open"] == 1
        page.hear(0.5)
        assert not page.picture.get("incident", case.incident)
    page.until(lambda picture: picture.get("incident", case.incident), BACK)
    page.until(lambda picture: picture.get("help_request", request), BACK)
    until(lambda: healthy(platform), BACK, what="health of every process")


@pytest.mark.parametrize("name", [service.name for service in SERVICES])
def test_a_service_that_is_killed_comes_back_and_the_picture_is_right_again(
    platform, people, places, look, name
) -> None:
    lender = places.lender(Function.NETWORK, 2, standing=True)
    case = Case(people, places)
    first = case.request(Function.NETWORK, 1, lender.id)
    commitment = claimed(lender.helpers[0], first)
    page = look(case.mandate)
    page.drop()
    killed = child(platform, name)
    before, restarts = killed.pid, killed.restarts
    os.kill(before, signal.SIGKILL)
    until(lambda: killed.restarts > restarts and killed.pid not in {None, before}, BACK, what="the restart")
    until(lambda: healthy(platform), BACK, what="health of every process")
    # What was there is there still, and the whole path works again.
    second = case.request(Function.NETWORK, 1, lender.id)
    other = claimed(lender.helpers[1], second)
    approached(lender.helpers[1], second, state="claimed")
    page.resume()
    for each in (commitment, other):
        page.until(lambda picture, key=each["id"]: picture.get("commitment", key)["state"] == "final")
    for each in (first, second):
        page.until(lambda picture, key=each: final(picture.get("help_request", key)) == 1)
    page.until(lambda picture: picture.rows == Picture(case.mandate.read("/api/live/snapshot")).rows)


def test_without_its_owner_a_command_is_answered_with_a_problem_and_not_with_an_error_page(
    platform, people, places
) -> None:
    case = Case(people, places)
    killed = child(platform, "aid")
    os.kill(killed.pid, signal.SIGKILL)
    until(lambda: killed.pid is None or not is_healthy(platform.platform.port("aid")), 5)
    headers = {"Idempotency-Key": "x", "Cookie": case.mandate.cookie, "Content-Type": "application/json"}
    answer = httpx.post(f"{people.origin}/api/aid/duty", json={"on": True}, headers=headers)
    assert answer.status_code == 503 and answer.json()["code"] == "unavailable"
    until(lambda: healthy(platform), BACK, what="health of every process")
