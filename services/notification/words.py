"""What `notification` says when it says no: one sentence each, in two languages."""

from collections.abc import Mapping
from typing import Final

from services.runtime.problems import Words

WORDS: Final[Mapping[str, Words]] = {
    "no_telephone": Words(
        "Er is geen telefoondienst ingesteld, dus er kan niemand gebeld worden.",
        "No telephone service is set up, so nobody can be called.",
    ),
    "called_too_often": Words(
        "Dit nummer is het afgelopen uur al vijf keer gebeld. Wacht een uur, of kies een andere weg.",
        "This number was called five times in the past hour. Wait an hour, or choose another way.",
    ),
}
