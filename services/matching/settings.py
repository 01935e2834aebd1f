"""What `matching` is told by its environment beside what every service is told."""

from typing import Annotated

from pydantic import Field

from services.matching.rules.suggest import OTHERS_PER_SLOT
from services.runtime.settings import Settings


class MatchingSettings(Settings):
    """`approaches_per_slot`: the same setting as that of `aid`, which asks so many; so many are suggested."""

    approaches_per_slot: Annotated[int, Field(ge=1)] = OTHERS_PER_SLOT
