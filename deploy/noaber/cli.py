"""`noaber`: run the platform, let people in, see how it is and why, back it up and bring it back."""

import os
import sys
from typing import Final

import click

from deploy.bootstrap import SetupFailed
from deploy.noaber.backup import backup_verb, restore_verb
from deploy.noaber.doctor import doctor
from deploy.noaber.explain import explain
from deploy.noaber.forget import forget
from deploy.noaber.here import inside_here
from deploy.noaber.init import init
from deploy.noaber.invite import invite
from deploy.noaber.logs import logs
from deploy.noaber.operate import operate
from deploy.noaber.play import play
from deploy.noaber.rotate import rotate
from deploy.noaber.status import status
from deploy.noaber.stop import stop
from deploy.noaber.trace import trace_verb
from deploy.noaber.up import demo, up
from deploy.noaber.verify import verify
from schemas.setting_names import refuse_unknown


class _Plain(click.Group):
    """A failure to set up is one sentence and exit code 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SetupFailed as failure:
            click.echo(f"Stopped: {failure}", err=True)
            sys.exit(1)


@click.group(cls=_Plain)
@click.pass_context
def main(context: click.Context) -> None:
    """Mutual aid between municipalities in digital incidents."""
    if context.invoked_subcommand != doctor.name:
        # The doctor says it beside all else.
        refuse_unknown(os.environ)
    context.obj = inside_here


VERBS: Final = (
    *(up, demo, play, status, stop),
    *(doctor, operate, logs, trace_verb, explain),
    *(backup_verb, restore_verb, verify, forget, init, invite, rotate),
)
"""In the order of an installation's life; help sorts them by name."""

for verb in VERBS:
    main.add_command(verb)

if __name__ == "__main__":
    main(prog_name="noaber")
