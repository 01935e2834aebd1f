"""`noaber explain`: why these people were asked, from what was stored when they were."""

import asyncio
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import click

from deploy.backup import platform_in
from deploy.bootstrap import SetupFailed, home_of
from deploy.noaber.state import running_here
from deploy.stack import Platform
from deploy.steps import run_step
from deploy.tracing.spot import newest_records
from schemas.events.approach import ReasonCode
from schemas.events.help_request import ShortfallReason
from schemas.events.suggestion import Candidate, Suggestion
from schemas.topics import SUGGESTIONS
from services.aid.store.explained import without_content

REASONS: Final = {
    ReasonCode.DISTANCE: "{value} km away",
    ReasonCode.FUNCTION: "has the function {value}",
    ReasonCode.LANGUAGE: "speaks {value}",
    ReasonCode.SAME_SYSTEM: "knows a system that is asked for, or the employer uses it",
    ReasonCode.LOAD: "holds {value} commitments already",
    ReasonCode.URGENCY: "needed within {value} hours",
}
"""Reason -> what it says; its minutes stand beside it, and less is better."""

SHORTFALL: Final = {
    ShortfallReason.NOBODY_HAS_THE_FUNCTION: "do not have this function",
    ShortfallReason.OUTSIDE_CIRCLE: "are outside the circle",
    ShortfallReason.OFF_DUTY: "are off duty",
    ShortfallReason.ALREADY_HELD: "are already out",
    ShortfallReason.BELOW_COVER: "are needed at home",
    ShortfallReason.LENDER_AFFECTED: "work for an affected organisation themselves",
    ShortfallReason.SAID_NO: "said no before",
}
"""Why people were left out -> what it says; a screen says it in the same words."""


@click.command(epilog="Example: noaber explain 01936b1c-7000-7000-8000-000000000007")
@click.argument("request", type=click.UUID, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def explain(request: UUID | None, as_json: bool) -> None:  # noqa: FBT001 an option of the command line
    """Say why these people were asked for REQUEST (an id), and who else could be.

    Without REQUEST: what was asked last, with the id of each. Ids, functions and reasons stand there, and no
    names, notes or places; nor who said no.
    """
    home = home_of(os.environ)
    state = running_here(home)
    platform = platform_in(Path(state["place"]), int(state["base"]))
    if request is None:
        late: list[dict[str, Any]] = json.loads(run_step(platform, home, "services.aid", ["explain"]))
        click.echo(json.dumps(late) if as_json else "\n".join(told_lately(late)))
        return
    found = why(home, platform, str(request))
    click.echo(json.dumps(found) if as_json else "\n".join(told(found)))


def why(home: Path, platform: Platform, request: str) -> dict[str, Any]:
    """What `aid` keeps of a request and the newest hint of `matching` about it. Raises SetupFailed."""
    found: dict[str, Any] | None = json.loads(run_step(platform, home, "services.aid", ["explain", request]))
    if found is None:
        raise SetupFailed(f"there is no request {request}; which there are: noaber explain")
    return {**found, "hint": asyncio.run(_hint(platform, request, found))}


async def _hint(platform: Platform, request: str, found: dict[str, Any]) -> dict[str, Any] | None:
    since = {request: datetime.fromisoformat(found["asked_at"])}
    spots = await newest_records(platform.kafka, platform.topic_prefix, SUGGESTIONS, since)
    if request not in spots:
        return None
    hint = Suggestion.model_validate_json(spots[request].value)
    return {
        "about_version": hint.request_version,
        "candidates": [_candidate(each) for each in hint.candidates],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    reasons = [without_content(each) for each in candidate.reasons]
    return {**candidate.model_dump(mode="json", exclude={"reasons"}), "reasons": reasons}


def told_lately(late: list[dict[str, Any]]) -> list[str]:
    """The newest requests in lines."""
    lines = [f"{each['asked_at']}  {each['request']}  {each['function']}, {each['state']}" for each in late]
    return [*lines, "Why these people: noaber explain REQUEST" if lines else "Nobody asked for help yet."]


def told(found: dict[str, Any]) -> list[str]:
    """The same in lines."""
    counts = ", ".join(f"{number} {state}" for state, number in found["counts"].items())
    lines = [f"{found['request']}: {found['function']}, {found['state']}; slots: {counts}"]
    could = found["could_ask"]
    if could:
        lines.append(f"Could be asked: {could['people']} people of {could['organisations']} organisations.")
    lines += [
        f"Left out: {each['people']} {SHORTFALL[ShortfallReason(each['reason'])]}."
        for each in found["shortfall"]
    ]
    asked = len(found["approaches"])
    lines.append(f"Asked: {asked}; in minutes, where less is better:" if asked else "Asked: nobody")
    for each in found["approaches"]:
        lines += [f"  {_who(each)}, at {each['asked_at']}: {each['state']}", *_reasons(each)]
    hint = found["hint"]
    if hint is None:
        return [*lines, "Matching has said nothing about it yet."]
    plan = f"The newest plan, about version {hint['about_version']} of it, would take"
    lines.append(f"{plan}:" if hint["candidates"] else f"{plan} nobody.")
    for each in hint["candidates"]:
        chosen = (
            f"chosen; without, the plan costs {each['price_minutes']} more" if each["chosen"] else "spare"
        )
        lines += [f"  {_who(each)}, {each['cost_minutes']} minutes: {chosen}", *_reasons(each)]
    return lines


def _who(each: dict[str, Any]) -> str:
    return f"{each['person'] or 'the desk'} of {each['lender']}"


def _reasons(each: dict[str, Any]) -> list[str]:
    return [
        f"    {reason['minutes']:+5d}  {REASONS[ReasonCode(reason['code'])].format(value=reason['value'])}"
        for reason in each["reasons"]
    ]
