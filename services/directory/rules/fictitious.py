"""Made-up people for demonstrations and tests: the same seed always makes the same people."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from schemas.catalogue import Function
from schemas.events.organisation import Kind, Organisation
from schemas.events.person import Membership, Person
from schemas.events.wake_list import Turn, WakeList
from schemas.values import IBD, Level, Right, organisation_key
from services.directory.rules.people import readers_of

PEOPLE: Final = 1_500
SEED: Final = 1735
NAMESPACE: Final = UUID("4a2f6f0b-52e8-5d0f-b3ad-0a1c2e3f4d55")

SYSTEMS: Final = ("burgerbalie", "zaakpad", "herstelkluis", "financie+", "postkamer", "netwacht")
"""Made-up products: what real municipalities run is nobody's business."""

_FIRST: Final = (
    "Aafke", "Bilal", "Carlijn", "Dirk", "Esra", "Floor", "Gijs", "Hanna", "Ilias", "Jolien",
    "Karim", "Lotte", "Merel", "Noor", "Okke", "Pleun", "Quinten", "Roos", "Sanne", "Teun",
    "Umar", "Vera", "Wietske", "Yara", "Zeger",
)  # fmt: skip
_LAST: Final = (
    "Aalbers", "Blokzijl", "Claassen", "Driesen", "Eshuis", "Franken", "Grevink", "Hulshof",
    "IJzerman", "Jellema", "Kolkman", "Lansink", "Meijerink", "Nijhuis", "Oude Wesselink", "Pierik",
    "Roelofs", "Scholten", "Tijink", "Uiterwijk", "Veldhuis", "Wolbers", "Yilmaz", "Zandbergen",
)  # fmt: skip


_IN_THE_STORY: Final = {
    # Anouk's colleagues: the demonstration tells of a back-up engineer who waits for her yes.
    ("GM0164", 2): (Function.BACKUP_RECOVERY,),
    ("GM0164", 3): (Function.BACKUP_RECOVERY, Function.SYSTEM_ADMINISTRATION),
    ("GM0164", 4): (Function.CIVIL_AFFAIRS,),
    # Winterswijk lends before it is hit itself, in the story of the partnership.
    ("GM0294", 0): (Function.CUSTOMER_CONTACT,),
    ("GM0294", 1): (Function.CIVIL_AFFAIRS,),
    ("GM0294", 2): (Function.CIVIL_AFFAIRS,),
    # Oost Gelre has recovered by then, and helps.
    ("GM1586", 1): (Function.CIVIL_AFFAIRS,),
    ("GM1586", 2): (Function.CIVIL_AFFAIRS, Function.RECORDS),
}

_ENGINEERS: Final = (
    (Function.SYSTEM_ADMINISTRATION, Function.BACKUP_RECOVERY),
    (Function.PROJECT_MANAGEMENT, Function.NETWORK),
    (Function.BACKUP_RECOVERY, Function.NETWORK),
    (Function.SYSTEM_ADMINISTRATION, Function.BACKUP_RECOVERY),
)
"""What the four of each partnership do: it runs the computers of others, and has no counter."""


@dataclass(frozen=True)
class MadeUp:
    """A person as the directory keeps them, and the name and number that only `contacts` holds."""

    person: Person
    name: str
    phone: str
    host: str | None = None
    blurb_nl: str = ""
    blurb_en: str = ""


@dataclass(frozen=True)
class Persona:
    """Somebody whose role the demonstration invites a visitor to play; each has a host name of their own."""

    name: str
    organisation: str
    functions: tuple[Function, ...]
    rights: tuple[Right, ...]
    nl: str
    en: str


PERSONAS: Final = (
    Persona(
        "Wilma", "GM1735", (Function.CRISIS_COORDINATION,), (Right.REPORT,),
        "Wacht bij de getroffen gemeente: meldt het incident en vraagt hulp.",
        "On call for the municipality that is hit: reports the incident and asks for help.",
    ),
    Persona(
        "Gert", "GM1735", (Function.EXECUTIVE_ADVICE,), (Right.MANDATE, Right.REPORT, Right.ADMINISTER),
        "Gemeentesecretaris: bevestigt de hulpvraag en kiest de kring.",
        "Municipal secretary: confirms the request and chooses whom to ask.",
    ),
    Persona(
        "Joris", "GM0153", (Function.BACKUP_RECOVERY,), (),
        "Back-upbeheerder van een buurgemeente, in de trein.",
        "Back-up engineer of a neighbour, in the train.",
    ),
    Persona(
        "Anouk", "GM0164", (Function.PROJECT_MANAGEMENT,), (Right.LEND,),
        "Leidinggevende bij een buurgemeente: zegt ja voor haar mensen.",
        "Manager at a neighbour: says yes for her people.",
    ),
    Persona(
        "Fatima", "GM0141", (Function.CRISIS_COORDINATION,), (Right.REPORT,),
        "Coördinator: volgt het herstel op de wand.",
        "Coordinator: follows the recovery on the wall.",
    ),
    Persona(
        "Ruud", IBD, (Function.CISO,), (Right.IBD, Right.ADMINISTER),
        "Dienstdoende bij de IBD: voert in namens een beller.",
        "Duty officer at the IBD: enters on behalf of a caller.",
    ),
    Persona(
        "Kees", "GM0168", (Function.RECORDS,), (),
        "Nieuwsgierige buurman die niet gevraagd is: ziet niets.",
        "A curious neighbour who was not asked: sees nothing.",
    ),
)  # fmt: skip


def make_people(organisations: Sequence[Organisation], number: int = PEOPLE) -> list[MadeUp]:
    """The personas first, then people spread over the municipalities by population, at least three each.

    `number` counts these; after them come four engineers of each made-up partnership.
    """
    dice = random.Random(SEED)  # noqa: S311 made-up people need no secrets
    made = [_persona(persona) for persona in PERSONAS]
    places = [each for each in organisations if each.population is not None]
    for organisation, count in zip(places, _shares(places, number - len(made)), strict=True):
        made += [_person(organisation.id, ordinal, dice) for ordinal in range(count)]
    for organisation in organisations:
        if organisation.kind is Kind.PARTNERSHIP:
            made += [_person(organisation.id, ordinal, dice) for ordinal in range(len(_ENGINEERS))]
    return made


def _shares(places: Sequence[Organisation], number: int) -> list[int]:
    """How many people each place has: three, and the rest by population (largest remainder)."""
    rest = number - 3 * len(places)
    total = sum(each.population or 0 for each in places)
    exact = [rest * (each.population or 0) / total for each in places]
    shares = [int(each) for each in exact]
    by_remainder = sorted(range(len(places)), key=lambda i: shares[i] - exact[i])
    for position in by_remainder[: rest - sum(shares)]:
        shares[position] += 1
    return [3 + each for each in shares]


def _persona(persona: Persona) -> MadeUp:
    key = uuid5(NAMESPACE, persona.name)
    system = ("herstelkluis",) if Function.BACKUP_RECOVERY in persona.functions else ()
    member = Membership(organisation=persona.organisation, rights=persona.rights)
    person = _as_person(key, member, persona.functions, ("nl",), system)
    return MadeUp(person, persona.name, "06 00000000", persona.name.lower(), persona.nl, persona.en)


def _person(organisation: str, ordinal: int, dice: random.Random) -> MadeUp:
    rights: tuple[Right, ...] = ()
    if ordinal == 0:
        rights = (Right.MANDATE, Right.REPORT, Right.ADMINISTER)
    elif ordinal == 1:
        rights = (Right.LEND, Right.REPORT)
    functions = tuple(dice.sample(list(Function), k=dice.choice((1, 1, 2, 2, 3))))
    functions = _IN_THE_STORY.get((organisation, ordinal), functions)
    if organisation.startswith("SV"):
        functions = _ENGINEERS[ordinal]
    languages = ("nl", *(dice.sample(("en", "de", "tr", "ar", "pl", "fy"), k=dice.choice((0, 1, 1)))))
    systems = tuple(dice.sample(SYSTEMS, k=dice.choice((0, 1, 2))))
    key = uuid5(NAMESPACE, f"{organisation}/{ordinal}")
    name = f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"
    phone = f"06 0{dice.randrange(10_000_000):07d}"
    member = Membership(organisation=organisation, rights=rights)
    return MadeUp(_as_person(key, member, functions, languages, systems), name, phone)


def _as_person(
    key: UUID,
    member: Membership,
    functions: tuple[Function, ...],
    languages: tuple[str, ...],
    systems: tuple[str, ...],
) -> Person:
    return Person(
        id=key,
        memberships=(member,),
        functions=functions,
        languages=languages,
        systems=systems,
        fictitious=True,
        exercise=False,
        readers=readers_of(key, [member.organisation]),
    )


def made_up_lists(made: Sequence[MadeUp]) -> list[WakeList]:
    """A list for each organisation with somebody to play: who lends first, then who may decide."""
    played = {each.person.memberships[0].organisation for each in made if each.host is not None}
    return [_list(organisation, made) for organisation in sorted(played)]


def _list(organisation: str, made: Sequence[MadeUp]) -> WakeList:
    people = [each.person for each in made if each.person.works_for(organisation)]
    order = [
        person.id
        for right in (Right.LEND, Right.MANDATE)
        for person in people
        if person.may(right, organisation)
    ]
    return WakeList(
        id=organisation,
        turns=tuple(Turn(person=person, exercises=True) for person in dict.fromkeys(order)),
        exercise=False,
        readers={organisation_key(organisation): Level.OWN},
    )
