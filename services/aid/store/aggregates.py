"""Which aggregates `aid` owns; each has a table of its type's name."""

from typing import Final

from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.log_entry import LogEntry
from schemas.state import Row
from services.runtime.aggregates import Tables

AGGREGATES: Final[tuple[type[Row], ...]] = (
    Incident,
    HelpRequest,
    Approach,
    Commitment,
    Duty,
    Lending,
    LogEntry,
)
TABLES: Final = Tables(AGGREGATES)
