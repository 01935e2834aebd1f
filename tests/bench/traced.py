"""From a claim until the last viewer has it, with traces and without: the whole way, at the default share."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from tests.bench.chain import ASKED, CLAIMS, RATES, Chain
from tests.bench.owner import Owner, until
from tests.bench.rows import Row, ratio_at_most
from tests.bench.setting import Setting
from tests.collector import collecting

GOAL: Final = ratio_at_most(1.1)


def measure(setting: Setting) -> Iterator[Row]:
    """`aid`, relay and `live` twice, on a Kafka and a Postgres of their own; one side tells a collector."""
    with collecting() as collector, ExitStack() as opened:
        telling = _chain(setting, "telling", opened, NOABER_TRACES_URL=collector.url)
        silent = _chain(setting, "silent", opened)
        for each in (telling, silent):
            each.ours(100)
        for rate in RATES:
            pairs = setting.compare(lambda rate=rate: telling.ours(rate), lambda rate=rate: silent.ours(rate))
            for figure in ("p99", "p50"):
                name = f"claim with traces until the last viewer at {rate}/s, {figure}"
                yield setting.row(name, "ms", pairs, figure, GOAL)
            name = f"processor time of a claim with traces at {rate}/s: aid, relay, live"
            yield setting.row(name, "ms", pairs, "cpu", GOAL)
        # Spans leave in batches, seconds later. Without any this would have compared two that tell nobody.
        until(lambda: collector.traces > 0, 30.0)
        setting.say(f"{collector.traces} traces were told")


def _chain(setting: Setting, name: str, opened: ExitStack, **told: str) -> Chain:
    scratch = setting.scratch / name
    scratch.mkdir()
    owner = Owner(replace(setting, scratch=scratch), CLAIMS, ASKED, **told)
    return Chain(setting, opened.enter_context(owner))
