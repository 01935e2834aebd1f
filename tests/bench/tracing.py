"""Claims per second of one `aid` that tells a collector of traces, beside one that tells nobody."""

import asyncio
from collections.abc import Iterator
from typing import Final

from tests.bench.claims import PEOPLE, Answering, claimed, enough, warm
from tests.bench.owner import Owner, until
from tests.bench.rows import Row, ratio_at_least
from tests.bench.setting import Setting
from tests.collector import collecting

CLIENTS: Final = 8
GOAL: Final = ratio_at_least(0.9)


def measure(setting: Setting) -> Iterator[Row]:
    """At the default share; both processes stand on one Kafka and one Postgres."""
    with collecting() as collector, Owner(setting, PEOPLE) as owner:
        asyncio.run(owner.reset())
        silent = Answering.of(owner)
        owner.process = owner.start("aid", NOABER_TRACES_URL=collector.url)
        telling = Answering.of(owner)
        for each in (silent, telling):
            warm(each)
        number = enough(setting, CLIENTS)
        pairs = setting.compare(
            lambda: claimed(telling, number, CLIENTS), lambda: claimed(silent, number, CLIENTS)
        )
        # Spans leave in batches, seconds later. Without any this would have compared two that tell nobody.
        until(lambda: collector.traces > 0, 30.0)
        setting.say(f"{collector.traces} traces were told")
        yield setting.row("claims with traces, 8 clients, beside without", "/s", pairs, "per second", GOAL)
        yield setting.row("processor time of aid per claim with traces", "ms", pairs, "ms")
        yield setting.row("claim answered with traces, p99", "ms", pairs, "p99")
