"""Every route and every role, and every place where another organisation's id may be put: written by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploy.client import Refusal, new_id
from tests.badinput.parties import Parties
from tests.push_browser import PushBrowser

Body = Callable[[Parties], dict[str, Any]]


def nothing(_: Parties) -> dict[str, Any]:
    return {}


def claim(parties: Parties) -> dict[str, Any]:
    return {"approach": parties.approach, "terms_version": 1}


def claim_no(parties: Parties) -> dict[str, Any]:
    return {"approach": parties.approach}


def lend(parties: Parties) -> dict[str, Any]:
    return {"lender": parties.lender, "unnamed": 1, "terms_version": 1}


def services(parties: Parties) -> dict[str, Any]:
    return {"affected": parties.case.victim, "services": [{"service": "mail"}]}


def log(_: Parties) -> dict[str, Any]:
    return {"id": new_id(), "text": "balie dicht"}


def lending(_: Parties) -> dict[str, Any]:
    return {"standing": [{"id": "00000000-0000-0000-0000-000000000001", "at_most": 9, "max_days": 30}]}


def invitation(parties: Parties) -> dict[str, Any]:
    return {"person": parties.administered, "checked": "in_person"}


def slips(parties: Parties) -> dict[str, Any]:
    return {"people": [parties.administered], "checked": "in_person"}


def say_number(_: Parties) -> dict[str, Any]:
    return {"phone": "06 00000000", "yes": True}


def guest(parties: Parties) -> dict[str, Any]:
    return {"guest": parties.guest}


def ended(parties: Parties) -> dict[str, Any]:
    return {"guest": parties.guest}


def a_system(_: Parties) -> dict[str, Any]:
    return {"name": "Wand van de regio", "about": "laat hulpvragen zien", "days": 1}


def token(parties: Parties) -> dict[str, Any]:
    return {"grant_type": "client_credentials", **parties.credentials}


def cards(parties: Parties) -> dict[str, Any]:
    return {"organisation": parties.case.victim, "roles": ["ciso"]}


def mandate(person: object, **more: Any) -> dict[str, Any]:
    entry = {"id": new_id(), "person": str(person), "acts": ["confirm"], **more}
    return {"after": 0, "entries": [entry]}


CARD = {"number": "GM0000-0001", "words": "zes woorden van niemand", "name": "Iemand"}
YES = {"use": new_id(), "code": "000000", "person": new_id()}
OPENED = {"secret": "A" * 43, "code": "000000"}
MADE = {"credential": "AA", "client_data": "AA", "attestation": "AA"}
SIGNED = {"credential": "AA", "client_data": "AA", "authenticator_data": "AA", "signature": "AA"}

CALLED = {"name": "Iemand Verzonnen", "phone": "06 00000000"}

AID, DIRECTORY = "/api/aid", "/api/directory"
PEOPLE = f"{DIRECTORY}/organisations/{{organisation}}/people"
SYSTEMS = f"{DIRECTORY}/organisations/{{organisation}}/systems"
Y, F, N, U = "yes", "403", "404", "401"
E = "403 or 404"
"""Whether this colleague of the helper was asked too, and so knows of it, is up to matching."""

# Who:                                nobody outs boss coll rep mand asked help named desk coor ibd
ALL = (U, *(Y,) * 11)
PUBLIC = (Y,) * 12
ADMINISTERS = (U, N, N, F, F, Y, N, N, N, N, N, N)
SAYS_NUMBER = (U, N, N, Y, F, Y, *(N,) * 6)
GONE = "yes or 404"
"""Both may take it away; whoever comes second finds it gone."""

VICTIM_READS = (U, N, N, Y, Y, Y, N, N, N, N, Y, Y)
REPORTS = (U, N, N, F, Y, Y, N, N, N, N, F, Y)
MANDATE_ON_INCIDENT = (U, N, N, F, F, Y, N, N, N, N, F, F)
MANDATE_ON_REQUEST = (U, N, N, F, F, Y, F, F, F, F, F, F)

TABLE: dict[tuple[str, str], tuple[str, Body, tuple[str, ...]]] = {
    ("GET", f"{DIRECTORY}/organisations"): ("", nothing, PUBLIC),
    ("GET", f"{DIRECTORY}/demo/people"): ("", nothing, PUBLIC),
    ("GET", f"{DIRECTORY}/me"): ("", nothing, ALL),
    ("GET", f"{DIRECTORY}/colleagues"): (
        "?organisation={lender}",
        nothing,
        (U, N, N, N, N, N, Y, Y, Y, Y, N, N),
    ),
    ("GET", f"{DIRECTORY}/organisations/{{organisation}}/mandates"): (
        "{case.victim}",
        nothing,
        (U, N, N, Y, Y, Y, *(N,) * 6),
    ),
    ("POST", f"{DIRECTORY}/organisations/{{organisation}}/mandates"): (
        "{case.victim}",
        lambda _: {"after": 0, "entries": []},
        ADMINISTERS,
    ),
    ("GET", f"{PEOPLE}"): ("{case.victim}", nothing, ADMINISTERS),
    ("POST", f"{PEOPLE}"): (
        "{case.victim}",
        lambda p: {"people": [{"id": p.newcomer, **CALLED}]},
        ADMINISTERS,
    ),
    ("POST", f"{PEOPLE}/check"): ("{case.victim}", lambda p: {"people": [p.newcomer]}, ADMINISTERS),
    ("POST", f"{PEOPLE}/{{person}}"): ("{case.victim}/people/{newcomer}", lambda _: CALLED, ADMINISTERS),
    ("POST", f"{PEOPLE}/{{person}}/leave"): ("{case.victim}/people/{newcomer}", nothing, ADMINISTERS),
    # Nothing waits for the colleague, whose own number it would be.
    ("POST", f"{PEOPLE}/{{person}}/number"): ("{case.victim}/people/{administered}", say_number, SAYS_NUMBER),
    ("GET", f"{DIRECTORY}/number"): ("", nothing, ALL),
    ("GET", f"{DIRECTORY}/push"): ("", nothing, ALL),
    ("POST", f"{DIRECTORY}/push"): ("", lambda _: {"subscription": PushBrowser().subscription}, ALL),
    ("POST", f"{DIRECTORY}/push/{{device}}/remove"): ("{newcomer}", nothing, ALL),
    ("GET", f"{DIRECTORY}/language"): ("", nothing, ALL),
    ("POST", f"{DIRECTORY}/language"): ("", lambda _: {"language": "nl"}, ALL),
    ("GET", f"{DIRECTORY}/export"): ("", nothing, ALL),
    ("GET", f"{AID}/export"): ("", nothing, ALL),
    ("GET", f"{DIRECTORY}/wake-list"): (
        "?organisation={case.victim}",
        nothing,
        (U, N, N, F, Y, Y, *(N,) * 6),
    ),
    ("POST", f"{DIRECTORY}/wake-list"): (
        "",
        lambda p: {"organisation": p.case.victim, "turns": []},
        (U, N, N, F, Y, Y, *(N,) * 6),
    ),
    ("GET", f"{AID}/duty"): ("?organisation={case.victim}", nothing, (U, N, N, F, Y, Y, *(N,) * 6)),
    ("GET", SYSTEMS): ("{case.victim}", nothing, ADMINISTERS),
    ("POST", SYSTEMS): ("{case.victim}", a_system, ADMINISTERS),
    ("POST", f"{DIRECTORY}/systems/token"): ("", token, PUBLIC),
    ("POST", f"{SYSTEMS}/{{system}}/end"): ("{case.victim}/systems/{system}", nothing, ADMINISTERS),
    ("GET", f"{AID}/incidents/{{target}}"): ("{incident}", nothing, VICTIM_READS),
    ("GET", f"{AID}/requests/{{target}}"): ("{request}", nothing, (U, N, N, *(Y,) * 9)),
    ("GET", f"{AID}/approaches/{{target}}"): ("{approach}", nothing, (U, N, N, Y, Y, Y, Y, N, N, Y, Y, Y)),
    ("GET", f"{AID}/commitments/{{target}}"): ("{final}", nothing, (U, N, N, Y, Y, Y, N, Y, N, Y, Y, Y)),
    ("POST", f"{AID}/incidents"): ("", Parties.report, (U, F, F, F, Y, Y, F, F, F, F, F, Y)),
    ("POST", f"{AID}/incidents/{{target}}/services"): ("{incident}", services, REPORTS),
    ("POST", f"{AID}/incidents/{{target}}/facts"): ("{incident}", lambda _: {"severity": "crisis"}, REPORTS),
    ("POST", f"{AID}/incidents/{{target}}/coordinators"): (
        "{incident}",
        lambda p: {"coordinators": [p.coordinator]},
        MANDATE_ON_INCIDENT,
    ),
    ("POST", f"{AID}/incidents/{{target}}/log"): (
        "{incident}",
        log,
        (U, N, N, F, Y, Y, N, N, N, N, Y, Y),
    ),
    ("POST", f"{AID}/incidents/{{target}}/redact"): (
        "{incident}",
        lambda _: {"words": ["staat er niet"]},
        (U, N, N, F, Y, Y, N, N, N, N, Y, Y),
    ),
    ("POST", f"{AID}/incidents/{{target}}/guests"): ("{incident}", guest, MANDATE_ON_INCIDENT),
    ("POST", f"{AID}/incidents/{{target}}/guests/end"): (
        "{incident}",
        ended,
        (U, N, N, F, Y, Y, N, N, N, N, Y, Y),
    ),
    ("POST", f"{AID}/requests"): ("", lambda p: p.ask(p.case), REPORTS),
    ("POST", f"{AID}/requests/{{target}}/confirm"): (
        "{request}",
        lambda p: {"circle": [p.lender, p.waiting]},
        MANDATE_ON_REQUEST,
    ),
    ("POST", f"{AID}/requests/{{target}}/number"): ("{request}", lambda _: {"number": 8}, MANDATE_ON_REQUEST),
    ("POST", f"{AID}/requests/{{target}}/claim"): (
        "{request}",
        claim,
        (U, N, N, N, N, N, Y, N, N, N, N, N),
    ),
    ("POST", f"{AID}/requests/{{target}}/decline"): (
        "{request}",
        lambda p: {"approach": p.approach},
        (U, N, N, N, N, N, Y, N, N, Y, N, N),
    ),
    ("POST", f"{AID}/requests/{{target}}/lend"): (
        "{request}",
        lend,
        (U, N, N, F, F, F, E, E, E, Y, F, F),
    ),
    ("POST", f"{AID}/commitments/{{target}}/name"): (
        "{unnamed}",
        lambda p: {"person": str(p.of["asked"].person)},
        (U, N, N, F, F, F, N, N, N, Y, F, F),
    ),
    ("POST", f"{AID}/commitments/{{target}}/accept"): (
        "{to_accept}",
        nothing,
        (U, N, N, N, N, N, N, N, Y, N, N, N),
    ),
    ("POST", f"{AID}/commitments/{{target}}/approve"): (
        "{picked}",
        nothing,
        (U, N, N, F, F, Y, N, N, N, F, F, F),
    ),
    ("POST", f"{AID}/commitments/{{target}}/refuse"): (
        "{reserved}",
        nothing,
        (U, N, N, F, F, F, N, N, N, N, F, F),
    ),
    ("POST", f"{AID}/commitments/{{target}}/give-back"): (
        "{final}",
        nothing,
        (U, N, N, F, F, F, N, Y, N, Y, F, F),
    ),
    ("POST", f"{AID}/lending/{{target}}"): ("{lender}", lending, (U, F, F, F, F, F, F, F, F, Y, F, F)),
    ("POST", f"{AID}/duty"): ("", lambda _: {"on": True}, ALL),
    ("POST", f"{AID}/requests/{{target}}/withdraw"): (
        "{choosy}",
        nothing,
        (U, N, N, F, F, Y, E, E, E, F, F, F),
    ),
    ("POST", f"{AID}/incidents/{{target}}/close"): ("{incident}", nothing, MANDATE_ON_INCIDENT),
    ("POST", f"{DIRECTORY}/invitations"): ("", invitation, ADMINISTERS),
    ("POST", f"{DIRECTORY}/organisations/{{organisation}}/invitations"): (
        "{case.victim}",
        slips,
        ADMINISTERS,
    ),
    ("GET", f"{DIRECTORY}/passkeys"): ("?person={administered}", nothing, (U, N, N, Y, F, Y, *(N,) * 6)),
    ("POST", f"{DIRECTORY}/passkeys/add"): ("", lambda _: {"passkey": SIGNED}, ALL),
    ("POST", f"{DIRECTORY}/passkeys/{{passkey}}/remove"): (
        "{passkey}",
        nothing,
        (U, N, N, GONE, F, GONE, *(N,) * 6),
    ),
    ("POST", f"{DIRECTORY}/guests"): ("", Parties.invited, (U, N, N, F, F, Y, *(N,) * 6)),
    ("POST", f"{DIRECTORY}/guests/{{person}}/end"): ("{guest}", nothing, (U, N, N, N, Y, Y, *(N,) * 6)),
    ("POST", f"{DIRECTORY}/guests/enter"): ("", lambda _: OPENED, PUBLIC),
    ("POST", f"{DIRECTORY}/cards"): ("", cards, ADMINISTERS),
    ("POST", f"{DIRECTORY}/cards/{{number}}/stop"): ("GM0000-0001", nothing, (U, *(N,) * 11)),
    ("GET", f"{DIRECTORY}/cards/asked"): ("", nothing, ALL),
    ("POST", f"{DIRECTORY}/cards/approve"): ("", lambda _: YES, ALL),
    ("POST", f"{DIRECTORY}/cards/open"): ("", lambda _: CARD, PUBLIC),
    ("POST", f"{DIRECTORY}/cards/call"): ("", nothing, PUBLIC),
    ("POST", f"{DIRECTORY}/cards/enter"): ("", nothing, PUBLIC),
    # Where organisations have none: `contract/test_lies_of_providers.py` tells of those that have one.
    ("GET", f"{DIRECTORY}/oidc/providers"): ("", nothing, PUBLIC),
    ("GET", f"{DIRECTORY}/oidc/refusals/{{code}}"): ("provider_refused", nothing, PUBLIC),
    # Only from a page of ours is anybody sent there, and these clients are on none.
    ("POST", f"{DIRECTORY}/oidc/start"): ("", lambda p: {"organisation": p.case.victim}, (F,) * 12),
    ("POST", f"{DIRECTORY}/oidc/bind"): (
        "",
        lambda p: {"organisation": p.case.victim, "passkey": SIGNED},
        (U, N, N, Y, Y, Y, *(N,) * 6),
    ),
    ("GET", f"{DIRECTORY}/oidc/accounts"): ("", nothing, ALL),
    ("POST", f"{DIRECTORY}/oidc/loosen"): ("", nothing, ALL),
    ("GET", f"{DIRECTORY}/sessions"): ("", nothing, ALL),
    ("POST", f"{DIRECTORY}/sessions/{{session}}/end"): (
        "{session}",
        nothing,
        (U, N, N, N, N, N, N, Y, N, N, N, N),
    ),
    # The helper's session was just ended.
    ("POST", f"{DIRECTORY}/organisations/{{organisation}}/trust"): (
        "{case.victim}",
        nothing,
        (U, F, F, F, F, Y, F, U, F, F, F, Y),
    ),
    ("POST", f"{DIRECTORY}/organisations/{{organisation}}/distrust"): (
        "{case.victim}",
        nothing,
        (U, F, F, F, F, Y, F, U, F, F, F, Y),
    ),
    # And now all of the victim.
    ("POST", f"{DIRECTORY}/sign-out"): ("", nothing, (U, Y, Y, U, U, U, Y, U, Y, Y, Y, Y)),
    # Everybody is out by now; that it ends all of them is told in `contract/test_ways_in.py`.
    ("POST", f"{DIRECTORY}/sessions/end-all"): ("", nothing, (U,) * 12),
    ("POST", f"{DIRECTORY}/welcome/options"): ("", lambda _: OPENED, PUBLIC),
    ("POST", f"{DIRECTORY}/welcome/finish"): ("", lambda _: {**OPENED, "passkey": MADE}, PUBLIC),
    ("POST", f"{DIRECTORY}/passkey/options"): ("", lambda _: {"purpose": "sign_in"}, PUBLIC),
    ("POST", f"{DIRECTORY}/passkey/sign-in"): ("", lambda _: {"passkey": SIGNED}, PUBLIC),
    ("POST", f"{DIRECTORY}/demo/sign-in"): ("", lambda p: {"person": p.foreigner}, PUBLIC),
}
"""(method, path) -> what stands for the path's id, the body, and what each role hears, in the order of ROLES.

"yes": carried out, or refused by a rule for another reason than who asks. In this order: some end things.
"""

BESIDE = {
    "/alive",
    "/health",
    "/internal/card-untold",
    "/internal/cards",
    "/internal/contact-keys",
    "/internal/device-gone",
    "/internal/forget",
    "/internal/invite",
    "/internal/redact",
    "/metrics",
    f"{AID}/openapi.json",
    f"{DIRECTORY}/openapi.json",
    f"{DIRECTORY}/oidc/back/{{organisation}}",
}
"""Routes for machines; keys and forgetting have a secret of their own, and Caddy passes neither on.

And the way back from an identity provider, which answers with a page: `contract/test_lies_of_providers.py`.
"""


def with_ids(path: str, ids: str) -> str:
    """The path with this in the place of its first parameter, of its last, and of what stands between."""
    before, _, rest = path.partition("{")
    return before + ids + rest.rpartition("}")[2]


def heard(answer: dict[str, Any] | Refusal) -> str:
    if isinstance(answer, dict) or answer.status == 409:
        return Y
    return str(answer.status)


MEANT = "meant"
"""Another's id belongs here: a neighbour is asked, a role is given, a made-up person is played."""


@dataclass(frozen=True)
class Try:
    """`who` sends this body to this path, in which one id is another's; the answer is one of these."""

    who: str
    answer: str
    path: str = ""
    body: Body = nothing


def boss(answer: str, path: str = "", body: Body = nothing) -> Try:
    """Somebody with every right at home, where nothing of this case belongs."""
    return Try("boss", answer, path, body)


INCIDENTS, REQUESTS, COMMITMENTS = f"{AID}/incidents", f"{AID}/requests", f"{AID}/commitments"
EXISTS, NOT_AFFECTED, NOT_YOURS = "exists", "not_affected", "not_yours_to_name"
PERSONS_OWN = "the sender's own id of it: nobody else's can stand here"

FOREIGN: dict[str, Try | str] = {
    f"POST {INCIDENTS} affected": boss(F, "", lambda p: p.theirs.report(id=new_id(), affected=p.case.victim)),
    f"POST {INCIDENTS} id": boss(EXISTS, "", lambda p: p.theirs.report(id=p.case.incident)),
    f"POST {INCIDENTS}/{{target}}/services target": boss(N, "{incident}", services),
    f"POST {INCIDENTS}/{{target}}/services affected": boss(NOT_AFFECTED, "{their_incident}", services),
    f"POST {INCIDENTS}/{{target}}/facts target": boss(N, "{incident}", lambda _: {"phase": "recovery"}),
    f"POST {INCIDENTS}/{{target}}/coordinators target": boss(N, "{incident}", lambda _: {"coordinators": []}),
    f"POST {INCIDENTS}/{{target}}/coordinators coordinators": MEANT,
    f"POST {INCIDENTS}/{{target}}/log target": boss(N, "{incident}", log),
    f"POST {INCIDENTS}/{{target}}/log id": boss(
        EXISTS, "{their_incident}", lambda p: {"id": p.line, "text": "eroverheen"}
    ),
    f"POST {INCIDENTS}/{{target}}/redact target": boss(N, "{incident}", lambda _: {"words": ["eroverheen"]}),
    f"POST {INCIDENTS}/{{target}}/guests target": boss(N, "{incident}", guest),
    f"POST {INCIDENTS}/{{target}}/guests guest": boss("no_such_guest", "{their_incident}", guest),
    f"POST {INCIDENTS}/{{target}}/guests/end target": boss(N, "{incident}", ended),
    f"POST {INCIDENTS}/{{target}}/guests/end guest": boss("no_such_guest", "{their_incident}", ended),
    f"POST {INCIDENTS}/{{target}}/close target": boss(N, "{incident}"),
    f"POST {REQUESTS} id": boss(EXISTS, "", lambda p: p.ask(p.theirs, id=p.request)),
    f"POST {REQUESTS} incident": boss(N, "", lambda p: p.ask(p.theirs, incident=p.case.incident)),
    f"POST {REQUESTS} borrower": boss(NOT_AFFECTED, "", lambda p: p.ask(p.theirs, borrower=p.case.victim)),
    f"POST {REQUESTS}/{{target}}/confirm target": boss(N, "{request}", lambda p: {"circle": [p.lender]}),
    f"POST {REQUESTS}/{{target}}/confirm circle": MEANT,
    f"POST {REQUESTS}/{{target}}/withdraw target": boss(N, "{request}"),
    f"POST {REQUESTS}/{{target}}/number target": boss(N, "{request}", lambda _: {"number": 9}),
    f"POST {REQUESTS}/{{target}}/claim target": Try("asked", N, "{their_request}", claim),
    f"POST {REQUESTS}/{{target}}/claim approach": Try("named", N, "{request}", claim),
    f"POST {REQUESTS}/{{target}}/decline target": Try("asked", N, "{their_request}", claim_no),
    f"POST {REQUESTS}/{{target}}/decline approach": Try("named", N, "{request}", claim_no),
    f"POST {REQUESTS}/{{target}}/lend target": Try("desk", N, "{their_request}", lend),
    f"POST {REQUESTS}/{{target}}/lend lender": Try(
        "desk", f"{F} {N}", "{request}", lambda p: {**lend(p), "lender": p.waiting}
    ),
    f"POST {REQUESTS}/{{target}}/lend reservations": Try(
        "desk", N, "{request}", lambda p: {**lend(p), "unnamed": 0, "reservations": [p.reserved]}
    ),
    f"POST {REQUESTS}/{{target}}/lend team_lead": Try(
        "desk", NOT_YOURS, "{request}", lambda p: {**lend(p), "team_lead": p.foreigner}
    ),
    f"POST {COMMITMENTS}/{{target}}/accept target": boss(N, "{to_accept}"),
    f"POST {COMMITMENTS}/{{target}}/approve target": boss(N, "{picked}"),
    f"POST {COMMITMENTS}/{{target}}/refuse target": boss(N, "{reserved}"),
    f"POST {COMMITMENTS}/{{target}}/give-back target": Try("desk", N, "{reserved}"),
    f"POST {COMMITMENTS}/{{target}}/name target": Try(
        "desk", N, "{reserved}", lambda p: {"person": p.foreigner}
    ),
    f"POST {COMMITMENTS}/{{target}}/name person": Try(
        "desk", NOT_YOURS, "{unnamed}", lambda p: {"person": p.foreigner}
    ),
    f"POST {AID}/lending/{{target}} target": Try("desk", F, "{waiting}", lending),
    f"POST {AID}/lending/{{target}} id": PERSONS_OWN,
    f"POST {AID}/lending/{{target}} circle": MEANT,
    f"GET {INCIDENTS}/{{target}} target": boss(N, "{incident}"),
    f"GET {REQUESTS}/{{target}} target": boss(N, "{request}"),
    f"GET {AID}/approaches/{{target}} target": boss(N, "{approach}"),
    f"GET {COMMITMENTS}/{{target}} target": boss(N, "{final}"),
    f"GET {DIRECTORY}/colleagues organisation": boss(N, "?organisation={lender}"),
    f"GET {DIRECTORY}/organisations/{{organisation}}/mandates organisation": boss(N, "{case.victim}"),
    f"POST {DIRECTORY}/organisations/{{organisation}}/mandates organisation": boss(
        N, "{case.victim}", lambda p: mandate(p.foreigner)
    ),
    f"POST {DIRECTORY}/organisations/{{organisation}}/mandates person": boss(
        "mandate_without_right", "{theirs.victim}", lambda p: mandate(p.of["mandate"].person)
    ),
    f"POST {DIRECTORY}/organisations/{{organisation}}/mandates deputy_for": boss(
        "deputy_unknown", "{theirs.victim}", lambda p: mandate(p.of["boss"].person, deputy_for=new_id())
    ),
    f"POST {DIRECTORY}/organisations/{{organisation}}/mandates id": PERSONS_OWN,
    f"GET {PEOPLE} organisation": boss(N, "{case.victim}"),
    f"POST {PEOPLE} organisation": boss(
        N, "{case.victim}", lambda _: {"people": [{"id": new_id(), **CALLED}]}
    ),
    f"POST {PEOPLE} id": boss(
        EXISTS, "{theirs.victim}", lambda p: {"people": [{"id": p.administered, **CALLED}]}
    ),
    f"POST {PEOPLE}/check organisation": boss(N, "{case.victim}", lambda p: {"people": [p.administered]}),
    f"POST {PEOPLE}/check people": boss(N, "{theirs.victim}", lambda p: {"people": [p.administered]}),
    f"POST {PEOPLE}/{{person}} organisation": boss(
        N, "{case.victim}/people/{administered}", lambda _: CALLED
    ),
    f"POST {PEOPLE}/{{person}} person": boss(N, "{theirs.victim}/people/{administered}", lambda _: CALLED),
    f"POST {PEOPLE}/{{person}}/leave organisation": boss(N, "{case.victim}/people/{administered}"),
    f"POST {PEOPLE}/{{person}}/leave person": boss(N, "{theirs.victim}/people/{administered}"),
    f"POST {PEOPLE}/{{person}}/number organisation": boss(
        N, "{case.victim}/people/{administered}", say_number
    ),
    f"POST {PEOPLE}/{{person}}/number person": boss(N, "{theirs.victim}/people/{administered}", say_number),
    f"POST {DIRECTORY}/push/{{device}}/remove device": PERSONS_OWN,
    f"GET {AID}/duty organisation": boss(N, "?organisation={lender}"),
    f"GET {DIRECTORY}/wake-list organisation": boss(N, "?organisation={lender}"),
    f"POST {DIRECTORY}/wake-list organisation": boss(
        N, "", lambda p: {"organisation": p.lender, "turns": []}
    ),
    f"POST {DIRECTORY}/wake-list person": boss(
        "not_a_colleague",
        "",
        lambda p: {"organisation": p.theirs.victim, "turns": [{"person": p.foreigner}]},
    ),
    f"GET {SYSTEMS} organisation": boss(N, "{case.victim}"),
    f"POST {SYSTEMS} organisation": boss(N, "{case.victim}", a_system),
    f"POST {SYSTEMS}/{{system}}/end organisation": boss(N, "{case.victim}/systems/{system}"),
    f"POST {SYSTEMS}/{{system}}/end system": boss(N, "{theirs.victim}/systems/{system}"),
    f"POST {DIRECTORY}/organisations/{{organisation}}/distrust organisation": boss(F, "{case.victim}"),
    f"POST {DIRECTORY}/organisations/{{organisation}}/trust organisation": boss(F, "{case.victim}"),
    f"GET {DIRECTORY}/organisations of": MEANT,
    f"GET {DIRECTORY}/demo/people organisation": MEANT,
    f"POST {DIRECTORY}/demo/sign-in person": MEANT,
    f"POST {DIRECTORY}/invitations person": boss(
        N, "", lambda p: {"person": p.foreigner, "checked": "call_back"}
    ),
    f"POST {DIRECTORY}/organisations/{{organisation}}/invitations organisation": boss(
        N, "{case.victim}", slips
    ),
    f"POST {DIRECTORY}/organisations/{{organisation}}/invitations people": boss(
        N, "{theirs.victim}", lambda p: {"people": [p.foreigner], "checked": "call_back"}
    ),
    # Whichever it names: a guest sees nothing until that incident names them (`aid`).
    f"POST {DIRECTORY}/guests incident": MEANT,
    f"POST {DIRECTORY}/guests organisation": boss(N, "", Parties.invited),
    f"POST {DIRECTORY}/guests/{{person}}/end person": boss(N, "{guest}"),
    f"POST {DIRECTORY}/cards organisation": boss(N, "", lambda p: {**cards(p), "organisation": p.lender}),
    f"POST {DIRECTORY}/cards/open number": MEANT,
    f"POST {DIRECTORY}/cards/approve use": boss("card_use_over", "", lambda _: YES),
    f"POST {DIRECTORY}/cards/approve person": boss("card_use_over", "", lambda _: YES),
    f"POST {DIRECTORY}/oidc/start organisation": MEANT,
    f"POST {DIRECTORY}/oidc/bind organisation": boss(
        N, "", lambda p: {"organisation": p.case.victim, "passkey": SIGNED}
    ),
    f"GET {DIRECTORY}/passkeys person": boss(N, "?person={foreigner}"),
    f"POST {DIRECTORY}/passkeys/{{passkey}}/remove passkey": boss(N, "{passkey}"),
    f"POST {DIRECTORY}/sessions/{{session}}/end session": boss(N, "{session}"),
}
"""Method, path and field -> who tries it with an id of another organisation, and what they hear."""

A_GUEST_READS = {
    f"{DIRECTORY}/me": Y,
    f"{DIRECTORY}/sessions": Y,
    f"{DIRECTORY}/cards/asked": Y,
    f"{DIRECTORY}/export": Y,
    f"{DIRECTORY}/number": Y,
    f"{DIRECTORY}/push": Y,
    f"{DIRECTORY}/language": Y,
    f"{DIRECTORY}/oidc/accounts": Y,
    f"{AID}/export": Y,
    f"{AID}/duty": N,
    PEOPLE: N,
    SYSTEMS: N,
    f"{DIRECTORY}/passkeys": N,
    f"{DIRECTORY}/colleagues": N,
    f"{DIRECTORY}/organisations/{{organisation}}/mandates": N,
    f"{DIRECTORY}/wake-list": N,
    f"{AID}/incidents/{{target}}": Y,
    f"{AID}/requests/{{target}}": N,
    f"{AID}/approaches/{{target}}": N,
    f"{AID}/commitments/{{target}}": N,
}
"""By hand; `cards/asked` and `oidc/accounts` answer with nothing: a guest has no colleague or employer."""
