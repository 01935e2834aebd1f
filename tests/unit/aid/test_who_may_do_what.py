"""Rights: for every command exactly these people may; to everybody else it is not theirs or not there."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from schemas.catalogue import Function, ResidentService
from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.incident import CallBack, Incident, ServiceState
from schemas.refused import Refused
from schemas.values import Command, Level, Right, Tlp
from schemas.visibility import keys_of, level_of
from services.aid.handlers.commands import HANDLERS
from services.aid.rules import commands
from services.aid.rules.duty import must_keep_list
from tests.unit.aid.stage import Stage, key

EVERYBODY = ("wilma", "gert", "ruud", "fatima", "anouk", "bas", "joris", "hugo", "hans", "kees", "petra")
NOT_YOURS = {"not_your_right", "not_found"}

Sent = tuple[Command, UUID | str | None]
Make = Callable[[Stage], Awaitable[Sent]]


async def a_case(**more: object) -> tuple[Stage, UUID]:
    """Three slots; three are asked and Almelo (Fatima) coordinates. Petra reads along where it is hit."""
    stage = Stage()
    stage.person("petra", "GM1735", rights=(Right.LEND, Right.ADMINISTER))
    request = await stage.request(3, **more)
    await stage.suggest(request, "joris", "hugo", "hans")
    await stage.do("gert", commands.ChangeCoordinators(coordinators=("GM0141",)), key("incident"))
    return stage, request


async def about_the_incident(stage: Stage, command: Command) -> Sent:
    return command, key("incident")


async def about_the_request(stage: Stage, command: Command) -> Sent:
    return command, key("request")


async def held_by_hugo(stage: Stage) -> Commitment:
    return await stage.claim("hugo", key("request"))


async def without_a_name(stage: Stage) -> Commitment:
    lend = commands.Lend(lender="GM0164", unnamed=1, terms_version=1)
    await stage.do("anouk", lend, key("request"))
    return next(each for each in stage.all(Commitment) if each.person is None)


async def services(stage: Stage) -> Sent:
    down = commands.ServiceDown(service=ResidentService.MAIL, state=ServiceState.DOWN)
    return commands.ChangeServices(affected="GM1735", services=(down,)), key("incident")


async def a_guest(stage: Stage) -> Sent:
    guest = stage.guest("bram", "gert")
    return commands.AdmitGuest(guest=guest), key("incident")


async def an_end_of_a_guest(stage: Stage) -> Sent:
    admit, target = await a_guest(stage)
    await stage.do("gert", admit, target)
    return commands.EndGuest(guest=key("bram")), target


async def an_ask(stage: Stage) -> Sent:
    return stage.ask("another"), None


async def a_decline(stage: Stage) -> Sent:
    return commands.Decline(approach=stage.approach("joris", key("request")).id), key("request")


async def a_lenders_yes(stage: Stage) -> Sent:
    held = await held_by_hugo(stage)
    yes = commands.Lend(lender="GM0164", reservations=(held.id,), terms_version=1)
    return yes, key("request")


async def an_accept(stage: Stage) -> Sent:
    held = await without_a_name(stage)
    await stage.do("anouk", commands.NamePerson(person=key("hans")), held.id)
    return commands.AcceptCommitment(), held.id


def incident(command: Command) -> Make:
    return lambda stage: about_the_incident(stage, command)


def request(command: Command) -> Make:
    return lambda stage: about_the_request(stage, command)


def held(command: Command) -> Make:
    async def make(stage: Stage) -> Sent:
        return command, (await held_by_hugo(stage)).id

    return make


async def a_name(stage: Stage) -> Sent:
    return commands.NamePerson(person=key("hans")), (await without_a_name(stage)).id


async def a_claim(stage: Stage) -> Sent:
    return stage.a_claim("joris", key("request")), key("request")


async def a_lending(stage: Stage) -> Sent:
    return commands.ChangeLending(), "GM0164"


VICTIM_AND_IBD = {"wilma", "gert", "ruud"}

MAY: dict[type[Command], tuple[Make, set[str]]] = {
    commands.ChangeServices: (services, VICTIM_AND_IBD),
    commands.ChangeFacts: (incident(commands.ChangeFacts(severity="crisis")), VICTIM_AND_IBD),
    commands.ChangeCoordinators: (incident(commands.ChangeCoordinators(coordinators=())), {"gert"}),
    commands.AdmitGuest: (a_guest, {"gert"}),
    commands.EndGuest: (an_end_of_a_guest, {*VICTIM_AND_IBD, "fatima"}),
    commands.WriteLog: (
        incident(commands.WriteLog(id=key("note"), text="Balie dicht")),
        {*VICTIM_AND_IBD, "fatima"},
    ),
    commands.CloseIncident: (incident(commands.CloseIncident()), {"gert"}),
    commands.AskHelp: (an_ask, VICTIM_AND_IBD),
    commands.ConfirmRequest: (request(commands.ConfirmRequest(circle=("GM0153",))), {"gert"}),
    commands.WithdrawRequest: (request(commands.WithdrawRequest()), {"gert"}),
    commands.ChangeNumber: (request(commands.ChangeNumber(number=4)), {"gert"}),
    commands.Claim: (a_claim, {"joris"}),
    commands.Decline: (a_decline, {"joris", "bas"}),
    commands.Lend: (a_lenders_yes, {"anouk"}),
    commands.ApproveCommitment: (held(commands.ApproveCommitment()), {"gert"}),
    commands.RefuseCommitment: (held(commands.RefuseCommitment()), {"gert", "anouk"}),
    commands.GiveBack: (held(commands.GiveBack()), {"hugo", "anouk"}),
    commands.NamePerson: (a_name, {"anouk"}),
    commands.AcceptCommitment: (an_accept, {"hans"}),
    commands.ChangeLending: (a_lending, {"anouk"}),
}
"""Written by hand from the domain: `report`, `mandate`, `lend` and `ibd` of an organisation, or oneself."""

ANYBODYS = {commands.ReportIncident, commands.ChangeDuty}
"""A report has a table of its own below; duty is each person's own switch."""


def test_the_table_names_every_command() -> None:
    assert set(MAY) | ANYBODYS == set(HANDLERS)


@pytest.mark.parametrize("kind", MAY, ids=lambda kind: kind.__name__)
async def test_exactly_these_people_may(kind: type[Command]) -> None:
    make, allowed = MAY[kind]
    may: set[str] = set()
    for who in EVERYBODY:
        stage, _ = await a_case(choose_self=True)
        command, target = await make(stage)
        assert type(command) is kind
        before = dict(stage.memory.states)
        try:
            await stage.do(who, command, target)
            may.add(who)
        except Refused as no:
            assert no.code in NOT_YOURS, (who, no.code)
            assert stage.memory.states == before, who
    assert may == allowed


TAKES_A_KEY: dict[type[Command], set[str]] = {
    commands.ChangeCoordinators: {"gert"},
    commands.AdmitGuest: {"gert"},
    commands.CloseIncident: {"gert"},
    commands.ConfirmRequest: {"gert"},
    commands.WithdrawRequest: {"gert"},
    commands.ChangeNumber: {"gert"},
    commands.Lend: {"anouk"},
    commands.ApproveCommitment: {"gert"},
    commands.RefuseCommitment: {"gert"},
    commands.ChangeLending: {"anouk"},
}
"""Written by hand: who of those who may is refused where an identity provider alone says who they are."""


@pytest.mark.parametrize("kind", MAY, ids=lambda kind: kind.__name__)
async def test_whom_a_provider_vouches_for_binds_no_organisation(kind: type[Command]) -> None:
    make, allowed = MAY[kind]
    refused: set[str] = set()
    for who in allowed:
        stage, _ = await a_case(choose_self=True)
        command, target = await make(stage)
        before = dict(stage.memory.states)
        try:
            await stage.do(who, command, target, vouched=True)
        except Refused as no:
            assert no.code == "provider_not_enough", (who, no.code)
            assert stage.memory.states == before, who
            refused.add(who)
    assert refused == TAKES_A_KEY.get(kind, set())


async def test_whom_a_provider_vouches_for_says_neither_who_reads_along_nor_whom_helpers_call() -> None:
    stage, _ = await a_case()
    # Under a stricter label nobody is asked any more.
    strict, stricter, loose = (commands.ChangeFacts(tlp=each) for each in (Tlp.AMBER, Tlp.RED, Tlp.GREEN))
    call_me = commands.ChangeFacts(call_back=CallBack(phone="06 00000009"))
    before = dict(stage.memory.states)
    for each in (strict, call_me):
        with pytest.raises(Refused, match="provider_not_enough"):
            await stage.do("gert", each, key("incident"), vouched=True)
    assert stage.memory.states == before
    await stage.do("gert", strict, key("incident"))
    await stage.do("gert", stricter, key("incident"), vouched=True)
    with pytest.raises(Refused, match="provider_not_enough"):
        await stage.do("gert", loose, key("incident"), vouched=True)
    for each in (loose, call_me):
        await stage.do("gert", each, key("incident"))


async def test_a_right_that_is_missing_is_said_before_a_key_that_is() -> None:
    stage, request = await a_case()
    confirm = commands.ConfirmRequest(circle=("GM0153",))
    with pytest.raises(Refused, match="not_your_right"):
        await stage.do("wilma", confirm, request, vouched=True)


@pytest.mark.parametrize(
    ("who", "affected", "source"),
    [
        ("pia", "GM0141", "SV01"),
        ("fatima", "GM0141", "GM0141"),
        ("ruud", "GM0141", "GM0141"),
        ("pia", "GM0168", None),
        ("piet", "GM0141", None),
        ("anouk", "GM0141", None),
    ],
)
async def test_a_partnership_reports_for_its_members_and_the_ibd_for_anybody(
    who: str, affected: str, source: str | None
) -> None:
    stage = Stage()
    stage.person("pia", "SV01", rights=(Right.REPORT,))
    stage.person("piet", "SV01")
    report = commands.ReportIncident(
        id=key("incident"),
        affected=affected,
        since=stage.now,
        call_back=CallBack(phone="06 00000000"),
        caller="Wacht" if who == "ruud" else None,
    )
    if source is None:
        await stage.refused("not_your_right", who, report)
        return
    await stage.do(who, report)
    (found,) = stage.all(Incident)
    assert (found.source, found.victims) == (source, {affected})


@pytest.mark.parametrize(
    ("rights", "at", "code"),
    [
        ((Right.LEND,), "GM0153", ""),
        ((Right.ADMINISTER,), "GM0153", ""),
        ((Right.MANDATE, Right.REPORT), "GM0153", "not_your_right"),
        ((), "GM0153", "not_your_right"),
        ((Right.LEND, Right.ADMINISTER), "GM0141", "not_found"),
    ],
)
def test_only_who_keeps_the_list_of_an_organisation_reads_who_is_on_duty_there(
    rights: tuple[Right, ...], at: str, code: str
) -> None:
    asker = Stage().person("iris", at, rights=rights)
    try:
        must_keep_list(asker, "GM0153")
    except Refused as refused:
        assert refused.code == code
    else:
        assert not code


async def test_a_member_keeps_its_own_mandate_when_its_partnership_reports_and_drafts() -> None:
    stage = Stage()
    stage.person("pia", "SV01", rights=(Right.REPORT, Right.MANDATE))
    stage.person("frank", "GM0141", rights=(Right.MANDATE,))
    report = commands.ReportIncident(
        id=key("incident"), affected="GM0141", since=stage.now, call_back=CallBack(phone="06 00000000")
    )
    await stage.do("pia", report)
    ask, _ = await an_ask(stage)
    await stage.do("pia", ask.model_copy(update={"borrower": "GM0141"}))
    confirm = commands.ConfirmRequest(circle=("GM0153",))
    await stage.refused("not_your_right", "pia", confirm, key("another"))
    await stage.do("frank", confirm, key("another"))


async def test_a_partnership_follows_what_it_drafted_for_a_member() -> None:
    stage = Stage()
    pia = stage.person("pia", "SV01", rights=(Right.REPORT,))
    stage.person("frank", "GM0141", rights=(Right.MANDATE,))
    report = commands.ReportIncident(
        id=key("incident"), affected="GM0141", since=stage.now, call_back=CallBack(phone="06 00000000")
    )
    await stage.do("pia", report)
    ask, _ = await an_ask(stage)
    request = key("another")
    own = {"borrower": "GM0141", "function": Function.BACKUP_RECOVERY}
    await stage.do("pia", ask.model_copy(update=own))
    await stage.do("frank", commands.ConfirmRequest(circle=("GM0164",)), request)
    await stage.suggest(request, "hugo", "GM0164")
    await stage.claim("hugo", request)
    (found,) = stage.all(Incident)
    keys = keys_of(pia, [found])
    rows = [stage.the_request(request), *stage.all(Approach), *stage.all(Commitment)]
    assert len(rows) == 4
    assert {level_of(row, keys, found) for row in rows} == {Level.COORDINATOR}
