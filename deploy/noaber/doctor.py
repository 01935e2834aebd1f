"""`noaber doctor`: what is missing, occupied, old, full or slow, and the command that mends it."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict

import click

from deploy.bootstrap import home_of
from deploy.doctor.examination import examine
from deploy.doctor.finding import Finding, Weight, exit_code


@click.command(epilog="Example: noaber doctor --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def doctor(as_json: bool) -> None:  # noqa: FBT001 an option of the command line
    """Say what is wrong here, why it matters and what mends it.

    Exit code 0: nothing to mend. 1: something is urgent: it does not work, will not start, or lets somebody
    in. 3: it works, and something wants attention. 2: the command was used wrongly.
    """
    found = sorted(examine(home_of(os.environ)), key=lambda each: each.weight is not Weight.URGENT)
    if as_json:
        click.echo(json.dumps({"well": not found, "findings": [asdict(each) for each in found]}))
    else:
        _print(found)
    sys.exit(exit_code(found))


def _print(found: Sequence[Finding]) -> None:
    if not found:
        click.echo("Nothing to mend.")
    for each in found:
        click.echo(f"{each.weight.upper():9} {each.what}")
        click.echo(f"          why:  {each.why}")
        click.echo(f"          mend: {each.mend}")
