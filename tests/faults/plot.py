"""Line charts as SVG, drawn by hand: small panels under each other, one line per name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 960
HEIGHT: Final = 190
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 28, 26
COLOURS: Final = (
    "#1f5fa8", "#b3541e", "#2e7d4f", "#7a3b8f", "#a02c2c",
    "#4d6a6d", "#8a6d00", "#0f7c8a", "#5b5bd6", "#777777",
)  # fmt: skip

Points = Sequence[tuple[float, float]]
"""Minutes and values."""


@dataclass(frozen=True)
class Panel:
    """One chart: its title with the unit, and a line for each name."""

    title: str
    lines: Mapping[str, Points]


def svg(panels: Sequence[Panel]) -> str:
    """The whole drawing."""
    height = HEIGHT * len(panels)
    drawn = "".join(_panel(panel, HEIGHT * number) for number, panel in enumerate(panels))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">'
    return f'{head}<rect width="{WIDTH}" height="{height}" fill="#fff"/>{drawn}</svg>\n'


def _panel(panel: Panel, top: int) -> str:
    points = [point for line in panel.lines.values() for point in line]
    if not points:
        return ""
    end = max(minute for minute, _ in points) or 1.0
    most = max(value for _, value in points) or 1.0
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(minute: float, value: float) -> tuple[float, float]:
        return LEFT + wide * minute / end, top + TOP + high * (1 - value / most)

    parts = [_text(LEFT, top + 16, panel.title, _Ink("bold 12px"))]
    for share in (0.0, 0.5, 1.0):
        _, y = place(0, most * share)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{LEFT + wide}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{most * share:,.0f}", _Ink(anchor="end")))
    parts.append(_text(LEFT + wide, top + HEIGHT - 8, f"{end:.0f} min", _Ink(anchor="end")))
    for number, (name, line) in enumerate(panel.lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(_text(LEFT + wide + 10, top + TOP + 10 + 14 * number, name, _Ink(fill=colour)))
    return "".join(parts)


@dataclass(frozen=True)
class _Ink:
    """How a text looks."""

    font: str = "11px"
    anchor: str = "start"
    fill: str = "#222"


def _text(x: float, y: float, text: str, ink: _Ink) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{ink.anchor}" fill="{ink.fill}"'
    return f'<text {place} style="font:{ink.font} sans-serif">{escape(text)}</text>'
