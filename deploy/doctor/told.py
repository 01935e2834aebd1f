"""Settings in the environment that nobody reads: with one of those nothing starts."""

from collections.abc import Iterable

from deploy.doctor.finding import Finding, urgent
from schemas.setting_names import unknown


def of_environment(environment: Iterable[str]) -> list[Finding]:
    """Which names there are that nobody reads, and what was meant perhaps."""
    why = "nothing starts with it: what it says would not be done, and whoever set it thinks that it is"
    return [
        urgent(
            "settings",
            f"nobody reads {name}" + (f"; perhaps {near} was meant" if near else ""),
            why,
            f"unset {name}",
        )
        for name, near in unknown(environment).items()
    ]
