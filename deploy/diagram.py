"""Draws which process reads and writes which topic, from the one description of the platform.

`python -m deploy.diagram` writes the picture, `--check` only says whether it is stale.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT
from deploy.stack import SERVICES, Service, is_relay, reads, writes
from schemas import generated
from schemas.topics import TOPICS, Topic

FILE: Final = "frontend/readme/topics.svg"

WIDTH: Final = 880
MARGIN: Final = 20
ROW: Final = 26
GAP: Final = 12
LOWEST: Final = 50
"""A band holds its writer's name and the line under it."""

TOP: Final = 108
NAMES: Final = 196
"""Where the names of topics begin, to the right of who writes them."""

WAYS: Final = NAMES + 132
LINES: Final = 350
"""Where the lines begin, and the readers' columns."""

PAD: Final = 14
FOOT: Final = 50

STYLE: Final = """\
:root {
  --ground: #f7f8f9; --surface: #fff; --ink: #131a22; --grey: #566372; --line: #d8dee5; --act: #0b63b6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e141b; --surface: #17202a; --ink: #eef2f6; --grey: #93a1b1; --line: #2b3947; --act: #66b8ff;
  }
}
text {
  font: 14px "Atkinson Hyperlegible Next", "Segoe UI", system-ui, Roboto, Arial, sans-serif; fill: var(--ink);
}
.lead { font-size: 18px; font-weight: 600; }
.who { font-weight: 600; }
.small { font-size: 12px; fill: var(--grey); }
.middle { text-anchor: middle; }
.alone { paint-order: stroke; stroke: var(--surface); stroke-width: 8; }
.ground { fill: var(--ground); }
.surface { fill: var(--surface); stroke: var(--line); }
.column { stroke: var(--line); }
.way { stroke: var(--act); stroke-width: 2; }
.read { fill: var(--act); stroke: var(--surface); stroke-width: 2; }"""
"""The colours of the pages, light and dark (frontend/src/styles/tokens.css)."""


@dataclass(frozen=True)
class Band:
    """One writer, with its topics from top to bottom; `top` in pixels."""

    writer: Service
    topics: tuple[Topic, ...]
    top: int

    @property
    def height(self) -> int:
        """In pixels."""
        return max(len(self.topics) * ROW + GAP, LOWEST)

    def middle_of(self, position: int) -> float:
        """Where the line of a topic runs."""
        return self.top + self.height / 2 + (position - (len(self.topics) - 1) / 2) * ROW

    @property
    def role(self) -> str:
        """A word on what is written here."""
        return f"what {self.writer.owner} decided" if is_relay(self.writer) else "hints, never truth"


def drawing(services: Sequence[Service] = SERVICES) -> str:
    """The picture. Raises ValueError where a topic has no writer, which would leave it out."""
    bands = _bands(services)
    drawn = {topic.name for band in bands for topic in band.topics}
    if missing := [topic.name for topic in TOPICS if topic.name not in drawn]:
        raise ValueError(f"no process writes {', '.join(missing)}")
    readers = [each for each in services if not is_relay(each)]
    bottom = bands[-1].top + bands[-1].height
    height = bottom + FOOT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="title told">',
        "<!-- Written by `python -m deploy.diagram` from deploy/stack.py and schemas/topics.py. -->",
        '<title id="title">Which process writes and which reads each topic of Kafka</title>',
        f'<desc id="told">{escape(told(services))}</desc>',
        f"<style>\n{STYLE}\n</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}" rx="12"/>',
        *_head(readers),
        *(line for band in bands for line in _surface(band)),
        *_columns(readers, bottom),
        *(line for band in bands for line in _band(band, readers)),
        *_foot(bottom),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def told(services: Sequence[Service]) -> str:
    """The same in words, for who does not see it."""
    sentences = []
    for writer in filter(writes, services):
        for topic in writes(writer):
            names = [each.name for each in services if topic in reads(each)]
            sentences.append(f"{topic.name}: written by {writer.name}, read by {', '.join(names) or 'none'}.")
    return " ".join(sentences)


def _bands(services: Sequence[Service]) -> list[Band]:
    bands: list[Band] = []
    top = TOP
    for writer in filter(writes, services):
        bands.append(Band(writer, writes(writer), top))
        top += bands[-1].height + GAP
    return bands


def _x(position: int, readers: Sequence[Service]) -> float:
    width = (WIDTH - MARGIN - PAD - LINES) / len(readers)
    return LINES + (position + 0.5) * width


def _head(readers: Sequence[Service]) -> Iterator[str]:
    first, last = _x(0, readers), _x(len(readers) - 1, readers)
    yield _text(MARGIN + PAD, 50, "Who writes, who reads", "lead")
    yield _text(MARGIN + PAD, 92, "written by", "small")
    yield _text(NAMES, 92, "topic", "small")
    yield _text((first + last) / 2, 50, "read by", "small middle")
    yield f'<path class="column" d="M{first - 40:.1f} 62H{last + 40:.1f}"/>'
    for position, reader in enumerate(readers):
        yield _text(_x(position, readers), 88, reader.name, "who middle")


def _surface(band: Band) -> Iterator[str]:
    width = WIDTH - 2 * MARGIN
    yield f'<rect class="surface" x="{MARGIN}" y="{band.top}" width="{width}" height="{band.height}" rx="8"/>'


def _columns(readers: Sequence[Service], bottom: int) -> Iterator[str]:
    for position in range(len(readers)):
        yield f'<path class="column" d="M{_x(position, readers):.1f} {TOP - 10}V{bottom}"/>'


def _band(band: Band, readers: Sequence[Service]) -> Iterator[str]:
    middle = band.top + band.height / 2
    yield _text(MARGIN + PAD, middle - 3, band.writer.name, "who")
    yield _text(MARGIN + PAD, middle + 15, band.role, "small")
    for position, topic in enumerate(band.topics):
        y = band.middle_of(position)
        yield _text(NAMES, y + 5, topic.name)
        stops = [_x(at, readers) for at, reader in enumerate(readers) if topic in reads(reader)]
        if stops:
            yield f'<path class="way" d="M{WAYS} {y:g}H{stops[-1]:.1f}"/>'
        else:
            yield _text(WAYS, y + 4, "its relay alone", "small alone")
        for x in stops:
            yield f'<circle class="read" cx="{x:.1f}" cy="{y:g}" r="7"/>'


def _foot(bottom: int) -> Iterator[str]:
    y = bottom + 26
    yield f'<circle class="read" cx="{MARGIN + PAD + 6}" cy="{y - 4}" r="6"/>'
    words = "reads it. Each relay also reads back what it wrote, so that an old version never stays the last."
    yield _text(MARGIN + PAD + 20, y, words, "small")


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:g}" y="{y:g}">{escape(words)}</text>'


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Do what is asked; 1 where --check found something."""
    about = "Draws which process reads and writes which topic."
    asked = generated.command("deploy.diagram", about).parse_args(arguments)
    return generated.keep({Path(FILE): drawing()}, root, check=asked.check)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
