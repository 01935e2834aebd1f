"""What a service's command line may say beside nothing: its other words, each with what it does."""

from collections.abc import Mapping

from schemas.command_line import command_line


def asked(service: str, words: Mapping[str, str]) -> list[str]:
    """The words that were said; none: run the service itself. Leaves for --help, and for what is no word.

    `words`: word -> what it does; `word [ID]`: one that may have an ID behind it.
    """
    about = f"Runs {service} as its environment tells it (services/*/settings.py), or one of its other words."
    parser = command_line(f"services.{service}", about, next(reversed([*words]), ""))
    if words:
        kinds = parser.add_subparsers(dest="word", metavar="[WORD]")
        for said, what in words.items():
            name, _, more = said.partition(" ")
            kind = kinds.add_parser(name, help=what, description=what)
            if more:
                kind.add_argument("more", nargs="?", metavar=more.strip("[]"))
    found = vars(parser.parse_args())
    return [found[name] for name in ("word", "more") if found.get(name) is not None]
