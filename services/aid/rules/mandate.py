"""Under which mandate somebody acts for an organisation, or why not and who else may (domain, law 3)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from schemas.mandate import Act, Limit, MandateList, UsedMandate
from schemas.refused import Refused
from schemas.values import Right
from services.aid.rules.story import Story


@dataclass(frozen=True)
class Wanted:
    """What is to be done for which organisation, and how much of it takes place; what is not said is None."""

    act: Act
    organisation: str
    amounts: Mapping[Limit, int | None] = field(default_factory=dict)


def holds(story: Story, right: Right, organisations: Collection[str]) -> None:
    """Judge that the asker holds this right at one of these, and came in with a key of their own.

    Refused: `not_your_right`, `provider_not_enough`.
    """
    if not any(story.context.person.may(right, each) for each in organisations):
        raise Refused("not_your_right", right=right)
    own_key(story)


def own_key(story: Story) -> None:
    """What binds an organisation takes a key: who holds its identity provider must not bind it.

    Refused: `provider_not_enough`.
    """
    if story.context.vouched:
        raise Refused("provider_not_enough")


def used_mandate(story: Story, wanted: Wanted) -> UsedMandate | None:
    """The first entry of the asker's that allows it; None where the organisation keeps no list.

    Without a list the right on the membership decides alone, without limits. A list only narrows: it gives
    nothing to somebody without the right.
    Refused: as `holds`, and `mandate_missing`, `mandate_not_yet`, `mandate_over`, `mandate_euros_unsaid`,
    `mandate_euros`, `mandate_days`, `mandate_people`.
    """
    person = story.context.person
    holds(story, wanted.act.right, [wanted.organisation])
    kept = list_of(story, wanted.organisation)
    if kept is None:
        return None
    mine = [each for each in kept.entries if each.person == person.id and wanted.act in each.acts]
    refusals = [each.objection(story.context.now, wanted.amounts) for each in mine]
    for entry, refusal in zip(mine, refusals, strict=True):
        if refusal is None:
            return kept.used(entry)
    first = next((each for each in refusals if each is not None), Refused("mandate_missing"))
    facts = {**first.facts, "act": wanted.act, "organisation": wanted.organisation}
    raise Refused(first.code, **facts, others=others(story, wanted))


def used_by_any(story: Story, act: Act, organisations: Iterable[str]) -> UsedMandate | None:
    """The same for the first of these that lets the asker; the refusal that says most where none does."""
    refusals: list[Refused] = []
    for each in organisations:
        try:
            return used_mandate(story, Wanted(act, each))
        except Refused as no:
            refusals.append(no)
    said = [each for each in refusals if each.code != "not_your_right"]
    raise (said or refusals)[0]


def takes_two(story: Story, act: Act, organisation: str) -> bool:
    """Whether the organisation wants a second mandated person for this."""
    kept = list_of(story, organisation)
    return kept is not None and act in kept.two_persons


def others(story: Story, wanted: Wanted) -> list[str]:
    """Who else may do it now, in the order of the list; ids, for the asker's own organisation to name."""
    kept = list_of(story, wanted.organisation)
    asker = story.context.person.id
    found = [
        str(each.person)
        for each in (kept.entries if kept is not None else ())
        if each.person != asker
        and wanted.act in each.acts
        and _may(story, wanted, each.person)
        and each.objection(story.context.now, wanted.amounts) is None
    ]
    return list(dict.fromkeys(found))


def list_of(story: Story, organisation: str) -> MandateList | None:
    """The organisation's list, if it keeps one."""
    known = story.world.picture.organisations.get(organisation)
    if known is None or known.mandates is None or not known.mandates.entries:
        return None
    return known.mandates


def _may(story: Story, wanted: Wanted, person: UUID) -> bool:
    """Whether somebody on the list still holds the right: who left stays on paper for a while."""
    known = story.world.picture.people.get(person)
    return known is not None and known.may(wanted.act.right, wanted.organisation)
