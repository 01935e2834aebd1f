"""What a text message says, who gets it for what, and how often it is tried."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schemas.catalogue import Function
from schemas.events.card import Card, CardState
from schemas.events.contact import Contact, FormerNumber
from schemas.events.delivery import Delivery, DeliveryState
from schemas.events.person import Membership, Person
from schemas.events.wake_list import Turn
from schemas.night import Wake
from schemas.values import IBD_PHONE, OurLanguage, Right
from services.notification.caller import GRACE
from services.notification.carrier import SECONDS
from services.notification.rules.ladder import STALE
from services.notification.rules.notices import (
    APART,
    TO_FORMER,
    About,
    Notice,
    of_approach,
    of_card,
    of_contact,
    of_delivery,
    over_since,
    told,
)
from services.notification.rules.sending import WAITS, TextMessage, TextState, after_no, next_try
from services.notification.rules.text_words import LONGEST, text_message
from tests.unit.notification.asked import approach as asked

NIGHT = datetime(2026, 11, 26, 2, 10, tzinfo=UTC)
ILSE, BAS, COR = (UUID(int=number) for number in (1, 2, 3))
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic alphabet of GSM 03.38, of which 160 characters fit in one message."""

WIDEST = "(+31) 070 - 204 55 11/12"


def notice(**more: Any) -> Notice:
    made = {
        "id": UUID(int=5),
        "about": About.CARD_ASKED,
        "subject": "GM0153-0001",
        "organisation": "GM0153",
        "at": NIGHT,
        "phone": "",
        "exercise": False,
    }
    return Notice(**{**made, **more})


def card(**more: Any) -> Card:
    made = {
        "id": "GM0153-0001",
        "organisation": "GM0153",
        "role": Function.CISO,
        "digest": "0" * 64,
        "printed_at": NIGHT - timedelta(days=30),
        "printed_by": None,
        "expires_at": NIGHT + timedelta(days=300),
        "exercise": False,
    }
    return Card(**{**made, **more})


def person(who: UUID, *rights: Right, at: str = "GM0153", **more: Any) -> Person:
    return Person(id=who, memberships=(Membership(organisation=at, rights=rights),), exercise=False, **more)


def about(found: list[Notice]) -> list[About]:
    return [each.about for each in found]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", [{}, {"exercise": True}], ids=["real", "exercise"])
@pytest.mark.parametrize("what", list(About))
def test_every_message_is_one_sms_without_a_link_a_name_or_an_organisation(
    what: About, kind: dict[str, bool], language: OurLanguage
) -> None:
    said = text_message(notice(about=what, phone=WIDEST, **kind), language)
    assert len(said) <= LONGEST and set(said) <= GSM_7
    assert not any(each in said for each in ("http", "www", ".nl", "GM0153", "@"))
    assert said.startswith({"nl": "Oefening. ", "en": "Exercise. "}[language]) == bool(kind)
    assert "Noaber: " in said and "26-11 03:10" in said


def test_the_two_languages_differ() -> None:
    for what in About:
        assert text_message(notice(about=what), "nl") != text_message(notice(about=what), "en")


def test_whom_to_phone_is_said_where_it_is_a_number_and_else_the_ibd() -> None:
    for given, said in (
        (WIDEST, WIDEST),
        ("14 053", "14 053"),
        ("bel Ilse thuis", IBD_PHONE),
        ("", IBD_PHONE),
    ):
        assert f"Bel {said}." in text_message(notice(about=About.NOBODY, phone=given), "nl")


def test_a_card_is_told_when_it_is_asked_and_when_it_lets_in_and_each_once() -> None:
    assert of_card(card(), (), NIGHT) == []
    asked = card(asked_at=NIGHT, asked=1)
    assert about(of_card(asked, (), NIGHT)) == [About.CARD_ASKED]
    assert of_card(asked, (), NIGHT) == of_card(asked, (), NIGHT + timedelta(hours=3))
    used = card(state=CardState.USED, asked_at=NIGHT, used_at=NIGHT + timedelta(minutes=2))
    later = NIGHT + timedelta(minutes=3)
    # Also where only the newest state was heard, and when the card is stopped after that.
    assert about(of_card(used, (), later)) == [About.CARD_USED]
    assert of_card(used.model_copy(update={"state": CardState.STOPPED}), (NIGHT,), later) == of_card(
        used, (), later
    )
    ids = {of_card(each, (), later)[0].id for each in (asked, used, card(id="GM0153-0002", asked_at=NIGHT))}
    assert len(ids) == 3


@pytest.mark.parametrize("state", [CardState.STOPPED, CardState.REPLACED])
def test_a_card_that_is_void_before_it_is_heard_of_is_told_only_where_it_let_somebody_in(
    state: CardState,
) -> None:
    assert of_card(card(state=state, asked_at=NIGHT, asked=1), (), NIGHT) == []
    used = card(state=state, asked_at=NIGHT, used_at=NIGHT + timedelta(minutes=2))
    assert about(of_card(used, (), NIGHT + timedelta(minutes=3))) == [About.CARD_USED]


def test_who_asks_again_and_again_buzzes_nobody_more_than_once_an_hour() -> None:
    soon, later = NIGHT + APART / 2, NIGHT + APART
    assert of_card(card(asked_at=soon, asked=2), (NIGHT,), soon) == []
    assert about(of_card(card(asked_at=later, asked=3), (NIGHT,), later)) == [About.CARD_ASKED]


def test_a_card_that_a_restore_made_ready_is_told_anew_when_it_is_asked_anew() -> None:
    used = NIGHT - timedelta(hours=5)
    again = card(asked_at=NIGHT, used_at=used, state=CardState.READY, restored_at=NIGHT)
    assert about(of_card(again, (), NIGHT)) == [About.CARD_ASKED]


@pytest.mark.parametrize("more", [{"asked_at": NIGHT}, {"asked_at": NIGHT, "used_at": NIGHT}])
def test_what_was_long_ago_is_not_told(more: dict[str, Any]) -> None:
    assert of_card(card(**more), (), NIGHT + STALE * 2) == []


def test_nobody_left_to_call_is_told_once_with_whom_to_phone() -> None:
    made = Delivery(
        id=UUID(int=4),
        request=UUID(int=8),
        organisation="GM0153",
        function=Function.CISO,
        asked_at=NIGHT,
        phone="14 053",
        exercise=True,
    )
    for state in DeliveryState:
        said = of_delivery(made.model_copy(update={"state": state}), NIGHT)
        assert bool(said) == (state is DeliveryState.NOBODY)
    [first] = of_delivery(made.model_copy(update={"state": DeliveryState.NOBODY}), NIGHT)
    [again] = of_delivery(made.model_copy(update={"state": DeliveryState.NOBODY}), NIGHT + STALE)
    assert (first.id, first.phone, first.exercise) == (again.id, "14 053", True)


def test_everybody_on_the_list_who_still_works_there_is_told_and_of_an_exercise_only_who_enrolled() -> None:
    turns = (Turn(person=ILSE), Turn(person=BAS, exercises=True), Turn(person=COR))
    people = [person(ILSE), person(BAS), person(COR, at="GM0001")]
    assert [each.id for each in told(notice(), turns, people)] == [ILSE, BAS]
    assert [each.id for each in told(notice(exercise=True), turns, people)] == [BAS]
    gone = person(ILSE, forgotten=True)
    assert [each.id for each in told(notice(), turns, [gone, person(BAS)])] == [BAS]


def test_a_card_is_told_to_who_may_stop_it_whatever_the_list_says_and_a_ladder_to_the_list_only() -> None:
    people = [person(ILSE, Right.ADMINISTER), person(BAS), person(COR, Right.MANDATE)]
    for listed, whom in ((), [ILSE, COR]), ((BAS,), [BAS, ILSE, COR]), ((COR,), [COR, ILSE]):
        turns = [Turn(person=each, exercises=True) for each in listed]
        assert [each.id for each in told(notice(), turns, people)] == whom
        for less in ({"exercise": True}, {"about": About.NOBODY}):
            assert [each.id for each in told(notice(**less), turns, people)] == [*listed]


def test_who_is_asked_without_a_call_is_told_once_and_only_the_list_is() -> None:
    plain = asked(wake=Wake.NOT, asked_at=NIGHT, exercise=True)
    [first] = of_approach(plain, NIGHT)
    assert of_approach(plain.model_copy(update={"id": UUID(int=1), "person": ILSE}), NIGHT + STALE) == [first]
    assert (first.about, first.organisation, first.exercise) == (About.ASKED, "GM0153", True)
    assert all(
        of_approach(asked(wake=wake, asked_at=NIGHT), NIGHT) == [] for wake in (Wake.NOW, Wake.MORNING)
    )
    assert of_approach(plain, NIGHT + STALE + timedelta(seconds=1)) == []
    people = [person(ILSE, Right.ADMINISTER), person(BAS)]
    assert told(replace(first, exercise=False), [Turn(person=BAS)], people) == people[1:]


@pytest.mark.parametrize(
    ("by", "later", "what"),
    [
        (COR, timedelta(0), [About.NUMBER_CHANGED]),
        (ILSE, timedelta(0), [About.OWN_NUMBER]),
        (COR, STALE + timedelta(seconds=1), []),
    ],
)
def test_a_changed_number_is_told_at_the_one_before_to_whose_it_was(
    by: UUID, later: timedelta, what: list[About]
) -> None:
    contact = Contact(id=ILSE, former=FormerNumber(phone="sealed", until=NIGHT, changed_by=by))
    found = of_contact(contact, NIGHT + later)
    assert about(found) == what and found == of_contact(contact, NIGHT + later)
    assert all(each.about in TO_FORMER and each.subject == str(ILSE) for each in found)
    then = FormerNumber(phone="sealed", until=NIGHT + timedelta(minutes=1), changed_by=by)
    again = of_contact(contact.model_copy(update={"former": then}), NIGHT + later)
    assert not {each.id for each in again} & {each.id for each in found}, "changed twice is told twice"
    for each in found:
        assert told(each, [Turn(person=BAS)], [person(ILSE), person(BAS, Right.ADMINISTER)]) == [person(ILSE)]
        assert told(each, (), [person(ILSE, forgotten=True)]) == []
    assert of_contact(Contact(id=ILSE), NIGHT) == []
    assert of_contact(contact.model_copy(update={"forgotten": True}), NIGHT) == []


def text(state: TextState, tries: int) -> TextMessage:
    return TextMessage(UUID(int=6), ILSE, "x", state, tries, at=NIGHT)


def test_only_an_order_that_cannot_have_been_taken_goes_out_without_asking_first() -> None:
    late = NIGHT + timedelta(hours=1)
    assert text(TextState.WAITING, 0).surely_not_taken(NIGHT)
    # From a backup perhaps, which knows nothing of the order that followed: also one of just after a no.
    for tries in (0, 2):
        assert not text(TextState.WAITING, tries).surely_not_taken(late)
    assert not text(TextState.ORDERED, 1).surely_not_taken(NIGHT)
    # An earlier try may have been taken, however soon.
    assert not text(TextState.WAITING, 1).surely_not_taken(NIGHT)


def test_a_try_is_over_before_it_is_repeated_of_a_call_as_of_a_message() -> None:
    look_up = order = timedelta(seconds=SECONDS)
    assert WAITS[0] == GRACE and look_up + order < GRACE


@pytest.mark.parametrize(
    ("more", "until"),
    [
        ({"asked_at": NIGHT}, None),
        ({"asked_at": NIGHT, "state": CardState.STOPPED}, NIGHT),
        ({"asked_at": NIGHT, "state": CardState.REPLACED}, NIGHT),
        ({"asked_at": NIGHT, "state": CardState.USED, "used_at": NIGHT + STALE}, NIGHT + STALE),
        ({"asked_at": NIGHT + STALE, "state": CardState.USED, "used_at": NIGHT}, None),
        ({"state": CardState.STOPPED}, None),
    ],
)
def test_that_somebody_asks_is_no_news_once_the_card_is_void_or_let_them_in(more: Any, until: Any) -> None:
    assert over_since(card(**more)) == until


def test_tries_come_further_apart_and_end() -> None:
    waits = [next_try(tries, NIGHT) - NIGHT for tries in range(1, len(WAITS) + 2)]
    assert waits == sorted(waits) and waits[0] < waits[-1] <= timedelta(minutes=15)
    states = [after_no(text(TextState.WAITING, tries)) for tries in range(len(WAITS))]
    assert states == [TextState.WAITING] * (len(WAITS) - 1) + [TextState.REFUSED]
    assert text(TextState.ORDERED, len(WAITS)).tried_enough
