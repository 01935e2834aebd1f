"""The visibility table on real parts: who reads which row, at which level, with exactly which fields."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from deploy.client import Client, new_id
from schemas.catalogue import Function
from schemas.values import IBD, Right
from tests.journey.case import Case, approached, claimed
from tests.journey.cast import Lender, done
from tests.journey.looking import Page
from tests.journey.waiting import until

DESCRIPTION = "Alles ligt plat: dagboek van een stil archief"
PLACE = "Kelder onder het stadhuis"
NOTE = "Bel bij de poort en vraag naar de wacht"
LOGGED = "De back-up van dinsdag is teruggevonden"
PHONE = "+31 570 112 358"
CALLER = "Een bezorgde bode"
SECRETS = (DESCRIPTION, PLACE, NOTE, LOGGED, PHONE, CALLER)

BASE = {"exercise", "tlp", "id"}
INCIDENT_PARTNER = BASE | {
    *("phase", "source", "affected", "since", "reported_at"),
    *("description", "pattern", "severity", "closed_at", "guests"),
}
INCIDENT_COORDINATOR = INCIDENT_PARTNER | {"call_back", "on_behalf_of", "coordinators"}
REQUEST_ASKED = BASE | {
    *("region", "function", "lane", "where", "needed_by", "ends", "assumed_days", "at_least"),
    *("languages", "systems", "state", "asked_at", "choose_self", "terms_version", "counts", "wake"),
}
REQUEST_PARTNER = REQUEST_ASKED | {"incident", "borrower", "place", "note", "call_back"}
REQUEST_COORDINATOR = REQUEST_PARTNER | {
    "confirmed",
    "circle",
    "slots",
    "could_ask",
    "shortfall",
    "first_yes",
    "proposed",
}
APPROACH_ASKED = BASE | {"request", "lender", "function", "state", "asked_at", "answered_at", "wake"}
COMMITMENT = BASE | {
    *("request", "incident", "function", "where", "lender", "borrower", "person", "team_lead", "state"),
    *("waits_for", "starts", "ends", "claimed_at", "deadlines", "over_at", "over_by", "yeses", "contact"),
}
LINE = BASE | {
    "incident",
    "at",
    "entry",
    "by_organisation",
    "request",
    "about",
    "by_person",
    "text",
    "mandate",
}
OWN_ONLY = {
    "duty": BASE | {"on", "until", "changed_at"},
    "lending": BASE | {"cover", "standing", "ask_people", "given_under"},
    "wake_list": BASE | {"turns", "minutes", "phone"},
    "person": BASE
    | {
        "memberships",
        "functions",
        "languages",
        "called_in",
        "systems",
        "fictitious",
        "forgotten",
        "guest",
        "system",
    },
}
TRUST_ASKED = BASE | {"distrusted", "since", "by_organisation"}
TRUST = TRUST_ASKED | {"by_person", "mandate"}
FIELDS: dict[tuple[str, str], set[str]] = {
    ("incident", "coordinator"): INCIDENT_COORDINATOR,
    ("incident", "own"): INCIDENT_COORDINATOR | {"reported_by"},
    ("help_request", "asked"): REQUEST_ASKED,
    ("help_request", "partner"): REQUEST_PARTNER,
    ("help_request", "coordinator"): REQUEST_COORDINATOR,
    ("help_request", "own"): REQUEST_COORDINATOR | {"asked_by"},
    ("approach", "coordinator"): APPROACH_ASKED,
    ("approach", "own"): APPROACH_ASKED | {"person", "standing_yes", "reasons"},
    ("commitment", "coordinator"): COMMITMENT,
    ("commitment", "own"): COMMITMENT,
    ("log_entry", "coordinator"): LINE,
    ("log_entry", "own"): LINE,
    ("trust", "asked"): TRUST_ASKED,
    ("trust", "coordinator"): TRUST,
    ("trust", "own"): TRUST,
    **{(kind, "own"): fields for kind, fields in OWN_ONLY.items()},
}
"""Kind and level -> exactly these fields, written by hand from law 4 of the domain."""

ELSEWHERE = {
    ("delivery", "coordinator"): BASE
    | {"id", "request", "organisation", "asks", "function", "state", "asked_at", "phone", "late"}
}
"""What nobody of this case sees since nobody is called in it, and the IBD may see of another one."""

SEEN: dict[str, dict[str, str | None]] = {
    "victim": {"incident": "own", "help_request": "own", "approach": "coordinator", "log_entry": "own"},
    "ibd": dict.fromkeys(("incident", "help_request", "approach", "log_entry"), "coordinator"),
    "coordinator": dict.fromkeys(("incident", "help_request", "approach", "log_entry"), "coordinator"),
    "asked": {"help_request": "asked", "approach": "own"},
    "asked desk": {"help_request": "asked", "approach": "own"},
    "helper": {"help_request": "partner", "approach": "own", "commitment": "own"},
    "helper's desk": {"help_request": "partner", "approach": "own", "commitment": "own"},
    "neighbour": {},
}
for role in ("victim", "ibd", "coordinator"):
    SEEN[role] |= {"commitment": "own" if role == "victim" else "coordinator"}
SEEN["system"] = dict(SEEN["victim"])
"""Who -> the level at which they see each kind of row of this case; not named: not at all."""


@dataclass
class Scene:
    """One case with somebody in every role, and the open page of each; the neighbour is distrusted."""

    case: Case
    request: str
    pages: dict[str, Page]
    helping: Lender
    asked: Lender
    commitment: dict[str, Any]
    distrusted: str

    def rows(self, role: str) -> dict[str, list[dict[str, Any]]]:
        """Kind -> the rows of this case that the role sees now."""
        found: dict[str, list[dict[str, Any]]] = {}
        for (kind, key), row in self.pages[role].picture.rows.items():
            if {key, row["data"].get("incident"), row["data"].get("request")} & {
                self.case.incident,
                self.request,
            }:
                found.setdefault(kind, []).append(row)
        return found


@pytest.fixture(scope="module")
def scene(people, places):
    """Everybody looks from before the first word of it."""
    victim = places.take()
    coordinator, neighbour = places.take(), places.take()
    helping, asked = places.lender(Function.NETWORK, standing=True), places.lender(Function.NETWORK)
    ibd = people.with_right(Right.IBD, IBD)
    done(ibd.send(f"/api/directory/organisations/{neighbour}/distrust", {}))
    who: dict[str, Client] = {
        "victim": people.with_right(Right.MANDATE, victim),
        "ibd": ibd,
        "coordinator": people.be(people.staff(coordinator)[0].person.id),
        "asked": asked.helpers[0],
        "asked desk": asked.desk,
        "helper": helping.helpers[0],
        "helper's desk": helping.desk,
        "neighbour": people.be(people.staff(neighbour)[0].person.id),
    }
    wanted = {"name": "Wand van de regio", "about": "laat hulpvragen zien", "days": 1}
    key = done(who["victim"].send(f"/api/directory/organisations/{victim}/systems", wanted))
    system = Client(people.origin).come_in(key["client_id"], key["client_secret"])
    who["system"] = system
    pages = {role: Page(client) for role, client in who.items()}
    case = Case(people, places, victim, description=DESCRIPTION, call_back={"phone": PHONE, "name": CALLER})
    path = f"/api/aid/incidents/{case.incident}"
    done(case.mandate.send(f"{path}/coordinators", {"coordinators": [coordinator]}))
    done(case.mandate.send(f"{path}/log", {"id": case.incident, "text": LOGGED}))
    request = case.request(Function.NETWORK, 2, helping.id, asked.id, place=PLACE, note=NOTE)
    approached(asked.helpers[0], request)
    commitment = claimed(helping.helpers[0], request)
    made = Scene(case, request, pages, helping, asked, commitment, neighbour)
    _settled(made)
    yield made
    for page in pages.values():
        page.drop()
    system.__exit__()


def _settled(scene: Scene) -> None:
    """Every page has heard of the last change of this case."""
    version = scene.case.mandate.rows()["help_request"][scene.request]["v"]
    for role, levels in SEEN.items():
        page = scene.pages[role]
        page.until(lambda _, role=role, levels=levels: set(scene.rows(role)) >= set(levels))
        if "commitment" in levels:
            page.until(lambda picture: picture.get("commitment", scene.commitment["id"])["contact"])
        for kind, key in (("incident", scene.case.incident), ("help_request", scene.request)):
            if "call_back" in FIELDS.get((kind, levels.get(kind) or ""), ()):
                page.until(lambda picture, kind=kind, key=key: picture.get(kind, key)["call_back"])
        page.until(lambda picture: picture.get("trust", scene.distrusted)["distrusted"])
        if "help_request" in levels:
            spot = ("help_request", scene.request)
            page.until(lambda picture, spot=spot: picture.rows.get(spot, {"v": [0]})["v"] >= version)
    neighbour = scene.pages["neighbour"]
    key = ("duty", str(neighbour.client.person))
    before = neighbour.picture.rows[key]["v"]
    done(neighbour.client.send("/api/aid/duty", {"on": False}))
    neighbour.until(lambda picture: picture.rows[key]["v"] > before)


@pytest.mark.parametrize("role", SEEN)
def test_each_role_sees_these_kinds_at_these_levels_and_no_others(scene, role) -> None:
    levels = {kind: {row["level"] for row in rows} for kind, rows in scene.rows(role).items()}
    assert levels == {kind: {level} for kind, level in SEEN[role].items()}


@pytest.mark.parametrize("role", SEEN)
def test_every_row_has_exactly_the_fields_of_its_kind_and_level(scene, role) -> None:
    snapshot = scene.pages[role].client.read("/api/live/snapshot")
    assert snapshot["tables"]
    for table in snapshot["tables"]:
        expected = (FIELDS | ELSEWHERE)[table["kind"], table["level"]]
        # The IBD sees other cases too.
        rows = [dict(zip(table["fields"], row[2:], strict=True)) for row in table["rows"]]
        if role == "ibd" and table["kind"] == "incident" and "guest_names" in table["fields"]:
            named = [(row["guest_names"] or {}, {each["person"] for each in row["guests"]}) for row in rows]
            assert all(set(names) <= guests for names, guests in named)
            expected = expected | {"guest_names"}
        if table["kind"] == "commitment" and "contact" not in table["fields"]:
            # What is over, or has no name yet, has nobody to call.
            assert all(row["person"] is None or row["state"] not in {"reserved", "final"} for row in rows)
            expected = expected - {"contact"}
        assert set(table["fields"]) == expected, (table["kind"], table["level"])


def test_every_kind_and_level_that_the_table_names_was_seen_by_somebody(scene) -> None:
    seen = {
        (kind, row["level"]) for page in scene.pages.values() for (kind, _), row in page.picture.rows.items()
    }
    assert seen - ELSEWHERE.keys() == set(FIELDS)


def test_every_peer_reads_whom_not_to_believe_and_only_those_it_is_about_who_said_so(scene) -> None:
    found = {role: page.picture.rows["trust", scene.distrusted] for role, page in scene.pages.items()}
    apart = {"neighbour": "own", "ibd": "coordinator"}
    assert {role: row["level"] for role, row in found.items()} == {
        role: apart.get(role, "asked") for role in SEEN
    }
    assert {role for role, row in found.items() if "by_person" in row["data"]} == set(apart)


def test_who_is_asked_receives_no_name_number_place_or_borrower_in_any_frame(scene) -> None:
    for role in ("asked", "asked desk"):
        text = "".join(scene.pages[role].raw)
        for secret in (*SECRETS, scene.case.victim, scene.case.incident, scene.helping.id):
            assert json.dumps(secret)[1:-1] not in text, (role, secret)
        assert str(scene.helping.helpers[0].person) not in text


def test_a_neighbour_receives_nothing_at_all_of_the_case_in_any_frame(scene) -> None:
    text = "".join(scene.pages["neighbour"].raw)
    for secret in (*SECRETS, scene.case.victim, scene.case.incident, scene.request, scene.commitment["id"]):
        assert json.dumps(secret)[1:-1] not in text, secret


def test_no_answer_names_what_its_reader_may_not_know(scene) -> None:
    request, incident, commitment = scene.request, scene.case.incident, scene.commitment["id"]
    stolen = {"approach": of_asked(scene), "terms_version": 99}
    sent = [
        *((f"incidents/{incident}/{what}", body) for what, body in ABOUT_THE_INCIDENT.items()),
        *((f"requests/{request}/{what}", body) for what, body in ABOUT_THE_REQUEST.items()),
        *((f"commitments/{commitment}/{what}", {}) for what in ("accept", "approve", "refuse", "give-back")),
        (f"requests/{request}/claim", stolen),
    ]
    reads = (f"incidents/{incident}", f"requests/{request}", f"commitments/{commitment}")
    for role in ("asked", "asked desk", "neighbour"):
        cookie = {"Cookie": scene.pages[role].client.cookie}
        with httpx.Client(base_url=f"{scene.case.mandate.origin}/api/aid/", headers=cookie) as client:
            answers = [client.get(path) for path in reads]
            answers += [
                client.post(path, json=body, headers={"Idempotency-Key": new_id()}) for path, body in sent
            ]
        text = "".join(answer.text for answer in answers)
        for secret in (*SECRETS, scene.case.victim, scene.helping.id, str(scene.commitment["person"])):
            assert json.dumps(secret)[1:-1] not in text, (role, secret)
        statuses = {answer.status_code for answer in answers[len(reads) :]}
        assert statuses <= ({404} if role == "neighbour" else {403, 404, 409}), role


def of_asked(scene) -> str:
    """The approach to the one who was asked and has not answered."""
    return approached(scene.asked.helpers[0], scene.request)["id"]


ABOUT_THE_INCIDENT: dict[str, dict[str, Any]] = {
    "services": {"affected": "GM9999", "services": [{"service": "mail"}]},
    "facts": {"phase": "recovery"},
    "coordinators": {"coordinators": []},
    "log": {"id": "0193f3a0-0000-7000-8000-0000000000aa", "text": "nieuwsgierig"},
    "close": {},
}
ABOUT_THE_REQUEST: dict[str, dict[str, Any]] = {
    "confirm": {"circle": ["GM0153"]},
    "withdraw": {},
    "number": {"number": 1},
    "lend": {"lender": "GM0153", "unnamed": 1, "terms_version": 1},
}
"""Commands that none of the three may send, with bodies that are in order."""


def test_helper_borrower_and_case_see_the_helpers_number_and_nobody_elses(scene, people) -> None:
    helper = people.all[scene.helping.helpers[0].person]
    asked = people.all[scene.asked.helpers[0].person]
    for role, levels in SEEN.items():
        commitment = scene.pages[role].picture.get("commitment", scene.commitment["id"])
        expected = {"name": helper.name, "phone": helper.phone} if "commitment" in levels else None
        assert commitment["contact"] == expected, role
        if role not in {"asked", "asked desk"}:
            assert asked.phone not in "".join(scene.pages[role].raw), role
        if "commitment" not in levels:
            assert helper.phone not in "".join(scene.pages[role].raw), role


def test_whom_to_call_is_opened_for_helper_borrower_and_case_and_is_there_for_nobody_else(scene) -> None:
    said = {"phone": PHONE, "name": CALLER}
    for role, levels in SEEN.items():
        for kind, key in (("incident", scene.case.incident), ("help_request", scene.request)):
            may = "call_back" in FIELDS.get((kind, levels.get(kind) or ""), ())
            assert scene.pages[role].picture.get(kind, key)["call_back"] == (said if may else None), (
                role,
                kind,
            )
        assert '"reach"' not in "".join(scene.pages[role].raw), role


def test_a_stricter_label_takes_the_rows_away_from_who_was_asked_and_gives_them_back(scene) -> None:
    page, path = scene.pages["asked"], f"/api/aid/incidents/{scene.case.incident}/facts"
    done(scene.case.mandate.send(path, {"tlp": "TLP:AMBER"}))
    page.until(lambda picture: not picture.get("help_request", scene.request))
    assert scene.pages["asked"].client.read(f"/api/aid/requests/{scene.request}").status == 404
    done(scene.case.mandate.send(path, {"tlp": "TLP:GREEN"}))
    page.until(lambda picture: picture.get("help_request", scene.request))


def test_http_shows_the_same_rows_at_the_same_level_as_the_websocket(scene) -> None:
    for role, levels in SEEN.items():
        for kind, key in (("help_request", scene.request), ("commitment", scene.commitment["id"])):
            plural = "requests" if kind == "help_request" else "commitments"
            answer = scene.pages[role].client.read(f"/api/aid/{plural}/{key}")
            if kind not in levels:
                assert answer.status == 404, (role, kind)
                continue
            assert answer["level"] == levels[kind]
            assert set(answer["data"]) == FIELDS[kind, levels[kind]] - {"contact"}


def test_duty_is_seen_by_the_person_alone_and_lending_by_the_own_organisation(scene, people) -> None:
    desk, helper = scene.pages["helper's desk"].client, scene.helping.helpers[0]
    until(lambda: scene.helping.id in helper.rows()["lending"])
    assert set(desk.rows()["lending"]) == {scene.helping.id}
    assert set(desk.rows().get("duty", {})) <= {str(desk.person)}
    own = {str(each.person.id) for each in people.staff(scene.helping.id)}
    assert set(desk.rows()["person"]) == own
