"""The organisations there are: 342 municipalities and 25 safety regions as CBS lists them, and the IBD."""

import csv
from collections.abc import Collection, Sequence
from typing import Final

from schemas.events.organisation import Kind, Organisation, Place
from schemas.values import IBD


def real_organisations(text: str) -> list[Organisation]:
    """Organisations from the facts' text: municipalities, their safety regions, and the IBD."""
    rows = list(csv.DictReader(text.splitlines()))
    municipalities = [
        Organisation(
            id=row["code"],
            kind=Kind.MUNICIPALITY,
            name=row["name"],
            province=row["province"],
            region=row["vr_code"],
            population=int(row["population_2023"]),
            place=Place(latitude=float(row["lat"]), longitude=float(row["lon"])),
        )
        for row in rows
    ]
    names = {row["vr_code"]: row["vr_name"] for row in rows}
    regions = [
        Organisation(id=code, kind=Kind.SAFETY_REGION, name=f"Veiligheidsregio {name}")
        for code, name in sorted(names.items())
    ]
    ibd = Organisation(id=IBD, kind=Kind.CSIRT, name="Informatiebeveiligingsdienst (IBD)")
    return [*municipalities, *regions, ibd]


def fictitious_partnerships(municipalities: Sequence[Organisation]) -> list[Organisation]:
    """Seven made-up partnerships that deliver ICT to neighbours; the screens say that they are made up."""
    known = {each.id: each for each in municipalities}
    return [
        Organisation(
            id=code,
            kind=Kind.PARTNERSHIP,
            name=f"{name} (fictief)",
            region=known[members[0]].region,
            place=known[members[0]].place,
            delivers_ict_to=members,
            fictitious=True,
        )
        for code, name, members in _PARTNERSHIPS
    ]


def named_by(all_there_are: Sequence[Organisation], own: Collection[str]) -> list[Organisation]:
    """Whom a report by somebody of these organisations can name: themselves, and those whose ICT they run."""
    wanted = {*own, *(member for each in all_there_are if each.id in own for member in each.delivers_ict_to)}
    return [each for each in all_there_are if each.id in wanted]


_PARTNERSHIPS: Final = (
    ("SV01", "ICT-samenwerking Twentse Es", ("GM0141", "GM0147", "GM0168")),
    ("SV02", "Gedeelde Diensten Oude IJssel", ("GM0222", "GM1509", "GM1955")),
    ("SV03", "Bedrijfsbureau Waddenrand", ("GM0072", "GM0080", "GM1891")),
    ("SV04", "Rekenhuis Brabantse Beek", ("GM0772", "GM0794", "GM0866")),
    ("SV05", "Servicecentrum Zeeuwse Stroom", ("GM0654", "GM0664", "GM0687")),
    ("SV06", "Digidienst Limburgse Maas", ("GM0957", "GM0983", "GM0946")),
    ("SV07", "Rekencentrum Vijf Beken", ("GM0158", "GM1742", "GM1859", "GM1586", "GM0294")),
)
