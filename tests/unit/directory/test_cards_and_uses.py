"""Cards and their uses, told with plain values."""

import re
import zlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import segno

from schemas.catalogue import Function
from schemas.events.card import Card, CardState
from schemas.refused import Refused
from schemas.values import Right
from services.directory import cards as routes
from services.directory import uses
from services.directory.card_bodies import PrintedCard
from services.directory.card_sheet import QR, sheet
from services.directory.rules.cards import (
    LASTS,
    Printed,
    ask,
    back,
    has_words,
    is_ready,
    is_same_name,
    may_approve,
    may_be_let_in,
    may_print,
    print_cards,
    spend,
    stop,
    untold,
)
from services.directory.uses import MOST_OF_A_CARD, MOST_OF_A_NETWORK, Use, Uses
from tests.unit.directory.persons import a_person

NOW = datetime(2026, 1, 5, 3, 10, tzinfo=UTC)
ANNA, BRAM = UUID(int=1), UUID(int=2)
SIX = "appel peer banaan kers pruim druif"


def printed(count: int = 2, known: tuple[Card, ...] = ()) -> tuple[list[Card], list[Card]]:
    wanted = [Printed(Function.CISO, SIX)] * count
    return print_cards("GM1735", known, wanted, ANNA, NOW)


def a_card() -> Card:
    return printed(1)[0][0]


def a_use(number: int, code: str = "123456", network: str = "192.0.2.1") -> Use:
    return Use(UUID(int=number), network, uses.digest_of(f"t{number}"), a_card(), "Wilma", code, NOW)


def refusal(wanted: str, act, *args: object) -> None:
    with pytest.raises(Refused) as found:
        act(*args)
    assert found.value.code == wanted


def test_the_list_has_2048_words_that_nobody_mistakes_for_another() -> None:
    assert len(set(routes.WORDS)) == len(routes.WORDS) == 2_048
    assert all(word.isascii() and word.isalpha() and word.islower() for word in routes.WORDS)
    assert max(map(len, routes.WORDS)) <= 8


def test_new_cards_count_on_and_make_the_old_ones_void() -> None:
    first, none = printed()
    assert [card.id for card in first] == ["GM1735-0001", "GM1735-0002"] and none == []
    used = spend(first[0], BRAM, ANNA, UUID(int=9), NOW)
    new, old = printed(1, (used, first[1]))
    assert [card.id for card in new] == ["GM1735-0003"]
    assert [(card.id, card.state) for card in old] == [("GM1735-0002", CardState.REPLACED)]


def test_two_cards_with_the_same_words_have_other_digests() -> None:
    one, other = printed()[0]
    assert one.digest != other.digest


@pytest.mark.parametrize("words", [SIX.upper(), SIX.replace(" ", "-"), f"  {SIX.replace(' ', ', ')}."])
def test_words_are_the_same_however_they_are_typed(words: str) -> None:
    assert has_words(a_card(), "GM1735-0001", words)


def test_a_card_has_its_own_words_and_number_and_is_ready_for_so_long() -> None:
    card = a_card()
    assert has_words(card, card.id, SIX)
    assert not has_words(card, "GM1735-0002", SIX) and not has_words(None, card.id, SIX)
    assert not has_words(card, card.id, SIX.replace("kers", "peer"))
    assert is_ready(card, NOW + LASTS - timedelta(seconds=1))
    assert not is_ready(card, NOW + LASTS)


def test_a_card_that_is_used_or_stopped_is_neither_asked_nor_spent() -> None:
    used = spend(a_card(), BRAM, ANNA, UUID(int=9), NOW)
    for card in (used, stop(a_card(), ANNA, NOW)):
        assert not is_ready(card, NOW)
        refusal("card_refused", ask, card, NOW)
        refusal("card_refused", spend, card, BRAM, ANNA, UUID(int=9), NOW)
    refusal("not_found", stop, stop(used, ANNA, NOW), ANNA, NOW)


def test_a_restore_brings_back_no_card_that_is_known_to_be_over_and_leaves_the_others_good() -> None:
    over, vault = printed()[0]
    ended, good = (back(each, frozenset({over.digest}), NOW) for each in (over, vault))
    assert (ended.state, ended.ended_at, ended.restored_at) == (CardState.STOPPED, NOW, NOW)
    assert (is_ready(ended, NOW), is_ready(good, NOW), good.restored_at) == (False, True, NOW)
    # Another card can have got its number since.
    assert is_ready(back(over, frozenset({vault.digest}), NOW), NOW)


def test_whom_the_text_of_its_use_did_not_reach_stands_at_a_card_once_also_once_it_is_stopped() -> None:
    used = spend(a_card(), BRAM, ANNA, UUID(int=9), NOW)
    told = untold(untold(untold(used, ANNA, NOW), BRAM, NOW), ANNA, NOW)
    assert told == used.model_copy(update={"untold": (ANNA, BRAM)})
    assert untold(stop(used, ANNA, NOW), BRAM, NOW).untold == (BRAM,)


def test_what_got_lost_of_another_use_of_that_number_or_of_none_says_nothing_of_a_card() -> None:
    used = spend(a_card(), BRAM, ANNA, UUID(int=9), NOW)
    assert untold(used, ANNA, NOW - timedelta(days=1)) is used
    assert untold(a_card(), ANNA, NOW) == a_card()


@pytest.mark.parametrize(
    ("rights", "prints", "approves"),
    [
        ((Right.ADMINISTER,), None, None),
        ((Right.MANDATE,), "not_your_right", None),
        ((Right.REPORT, Right.LEND), "not_your_right", "not_your_right"),
    ],
)
def test_who_administers_prints_and_who_is_mandated_says_yes(
    rights: tuple[Right, ...], prints: str | None, approves: str | None
) -> None:
    for may, wanted in ((may_print, prints), (may_approve, approves)):
        refusal("not_found", may, a_person(*rights, organisation="GM0014"), "GM1735")
        if wanted is None:
            may(a_person(*rights), "GM1735")
        else:
            refusal(wanted, may, a_person(*rights), "GM1735")


def test_nobody_lets_in_themselves_a_stranger_or_who_was_forgotten() -> None:
    anna, bram = a_person(), a_person(key=BRAM)
    may_be_let_in(anna, bram, "GM1735")
    refusal("second_person", may_be_let_in, anna, anna, "GM1735")
    gone = bram.model_copy(update={"forgotten": True})
    for whom in (None, a_person(organisation="GM0014", key=BRAM), gone):
        refusal("not_found", may_be_let_in, anna, whom, "GM1735")


def test_a_use_is_found_by_its_browser_and_is_over_after_a_quarter() -> None:
    known = Uses()
    known.add(a_use(1))
    assert known.of_browser("t1", NOW).id == UUID(int=1)
    refusal("card_use_over", known.of_browser, "t2", NOW)
    refusal("card_use_over", known.find, UUID(int=1), NOW + uses.LASTS)
    refusal("card_use_over", known.approve, UUID(int=1), "123456", BRAM, ANNA, NOW + uses.LASTS)
    refusal("card_use_over", known.of_browser, "t1", NOW + uses.LASTS)


def test_a_yes_is_said_once() -> None:
    known = Uses()
    known.add(a_use(1))
    known.approve(UUID(int=1), "123456", BRAM, ANNA, NOW)
    assert known.waiting(NOW) == [] and known.of_browser("t1", NOW).person == BRAM
    refusal("card_use_over", known.approve, UUID(int=1), "123456", BRAM, ANNA, NOW)


def test_a_use_is_called_once_and_the_keys_count_while_it_waits() -> None:
    known = Uses()
    known.add(a_use(1))
    known.call(UUID(int=1), NOW)
    refusal("card_called", known.call, UUID(int=1), NOW)
    refusal("card_use_over", known.keyed_in, UUID(int=1), BRAM, NOW + uses.LASTS)
    known.keyed_in(UUID(int=1), BRAM, NOW)
    found = known.of_browser("t1", NOW)
    assert (found.person, found.approver) == (BRAM, None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Wilma de Vries", "wilma  DE vries", True),
        ("Zoë Jansen-Bakker", "zoe jansen bakker", True),
        ("Wilma de Vries", "Wilma", False),
        ("", "", False),
        (" - ", "...", False),
    ],
)
def test_a_name_is_the_same_however_it_is_written(one: str, other: str, *, same: bool) -> None:
    assert is_same_name(one, other) is same


def test_who_asks_too_often_from_one_place_pushes_out_their_own_uses_alone() -> None:
    known = Uses()
    known.add(a_use(99, network="192.0.2.99"))
    for number in range(MOST_OF_A_NETWORK + 2):
        known.add(a_use(number))
    assert [each.id.int for each in known.waiting(NOW)] == [99, *range(2, MOST_OF_A_NETWORK + 2)]


def test_of_too_many_uses_of_a_card_the_oldest_makes_room() -> None:
    known = Uses()
    for number in range(MOST_OF_A_CARD + 2):
        known.add(a_use(number, network=f"192.0.2.{number}"))
    assert [each.id.int for each in known.waiting(NOW)] == list(range(2, MOST_OF_A_CARD + 2))
    known.over("GM1735-0001")
    assert known.waiting(NOW) == []


A_FACE = PrintedCard(
    number="GM1735-0001",
    role=Function.CRISIS_COORDINATION,
    words=SIX,
    link="https://noaber.example/card#GM1735-0001." + SIX.replace(" ", "-"),
    page="https://noaber.example/card",
    printed_at=NOW,
    expires_at=NOW + LASTS,
)


def test_a_sheet_has_two_cards_on_a_page() -> None:
    for count, pages in ((1, 1), (2, 1), (3, 2)):
        assert f"/Count {pages}".encode() in sheet("Súdwest-Fryslân", [A_FACE] * count)


def drawn(card: PrintedCard) -> str:
    """What a sheet of one card draws, in the words of PDF."""
    pdf = sheet("Hof van Twente", [card])
    [page] = (zlib.decompress(each) for each in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL))
    return page.decode("ascii")


@pytest.mark.parametrize(("phone", "said"), [("14 0547", "14 0547"), ("", "_" * 22)])
def test_a_card_says_whom_to_call_first_or_has_a_line_for_it(phone: str, said: str) -> None:
    page = drawn(A_FACE.model_copy(update={"phone": phone}))
    assert f"Bel eerst: {said} ".encode("cp1252").hex() in page


def test_a_card_says_its_number_words_dates_organisation_and_where_to_type_them() -> None:
    lines = [bytes.fromhex(each).decode("cp1252") for each in re.findall("<([0-9a-f]+)>", drawn(A_FACE))]
    words = A_FACE.words.split()
    assert [*lines[:3], *lines[4:6]] == [
        "Kaart GM1735-0001",
        "Hof van Twente · Crisiscoördinatie",
        f"Uitgegeven {NOW:%d-%m-%Y} · werkt tot {NOW + LASTS:%d-%m-%Y}",
        "   ".join(words[:3]),
        "   ".join(words[3:]),
    ]
    assert A_FACE.page in [each.strip() for each in lines]


def test_the_code_on_a_card_is_its_link_and_has_room_around_it() -> None:
    squares = re.findall(r"(\S+) (\S+) (\S+) \S+ re", drawn(A_FACE))
    places = [(float(left), float(top)) for left, top, _ in squares]
    module, left, top = float(squares[0][2]), min(x for x, _ in places), max(y for _, y in places)
    dark = {(round((top - y) / module), round((x - left) / module)) for x, y in places}
    rows = segno.make_qr(A_FACE.link, error="m").matrix
    assert dark == {(down, right) for down, row in enumerate(rows) for right, each in enumerate(row) if each}
    assert module * (len(rows) + 2 * 4) == pytest.approx(QR)
