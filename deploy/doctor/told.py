"""Settings in the environment that no process knows: one that is misspelt changes nothing in silence."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Final

from pydantic_settings import BaseSettings

from deploy.bootstrap import ROOT
from deploy.doctor.finding import Finding, attention

PREFIX: Final = "NOABER_"
OURS: Final = frozenset({"NOABER_HOME", "NOABER_COUNTS"})
"""Known to those who start and test processes, and to none of them."""


def known() -> set[str]:
    """Every name that some process reads."""
    for file in (ROOT / "services").glob("*/settings.py"):
        import_module(f"services.{file.parent.name}.settings")
    fields = {field for kind in _below(BaseSettings) for field in kind.model_fields}
    return {*OURS, *(f"{PREFIX}{field.upper()}" for field in fields)}


def _below(kind: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
    for each in kind.__subclasses__():
        yield from (each, *_below(each))


def of_environment(environment: Mapping[str, str]) -> list[Finding]:
    """Which names there are that nobody reads, and what was meant perhaps."""
    names = known()
    why = "what it says is not done, and whoever set it thinks that it is"
    return [
        attention("settings", f"no process reads {name}{_meant(name, names)}", why, f"unset {name}")
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in names
    ]


def _meant(name: str, names: set[str]) -> str:
    near = get_close_matches(name, names, 1, 0.8)
    return f"; perhaps {near[0]} was meant" if near else ""
