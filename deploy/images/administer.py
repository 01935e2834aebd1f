"""`noaber init`, `invite` and `forget` where there is no `noaber`: in the directory's own container."""

import os
import sys
from collections.abc import Mapping

import click

from deploy.bootstrap import SetupFailed
from deploy.noaber.forget import forget
from deploy.noaber.init import init
from deploy.noaber.inside import Inside
from deploy.noaber.invite import invite
from schemas.setting_names import refuse_unknown
from services.directory.settings import DirectorySettings
from services.runtime.settings import read


def inside_container(environment: Mapping[str, str]) -> Inside:
    """The directory that is told these settings. Raises SetupFailed in another container."""
    if "NOABER_TOKEN_PRIVATE_KEY" not in environment:
        raise SetupFailed("this is not the directory's container; run it there")
    told = read(DirectorySettings)
    return Inside(told.origins.patterns[0], told.mode, told.http_port, told.internal_token)


@click.group(epilog="Example: python -m deploy.images.administer invite --help")
@click.pass_context
def main(context: click.Context) -> None:
    """Let people in and forget them, from the directory's container."""
    refuse_unknown(os.environ)
    context.obj = lambda: inside_container(os.environ)


for verb in (init, invite, forget):
    main.add_command(verb)

if __name__ == "__main__":
    try:
        main()
    except SetupFailed as failed:
        sys.exit(f"Stopped: {failed}")
