"""Draws sealed cards as a PDF: two on a page of A4, to be cut, folded and sealed."""

import io
from collections.abc import Sequence
from typing import Final

import pydyf
import segno

from schemas.catalogue import FUNCTIONS
from schemas.values import IBD_PHONE
from services.directory.card_bodies import PrintedCard

WIDTH, HEIGHT = 595.0, 842.0
"""Points (1/72 inch) of A4."""

PER_PAGE: Final = 2
MARGIN: Final = 48.0
QR: Final = 150.0
"""Points: 5.3 cm, which any phone reads by torchlight."""

QUIET: Final = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""

PLAIN, BOLD = "F1", "F2"

BLANK: Final = "_" * 22
"""To be filled in by hand where the organisation keeps no number; as wide as the longest that it can keep."""

STEPS: Final = (
    "Alleen als je niet met je eigen telefoon kunt inloggen. Open de envelop pas dan.",
    "1. Scan de code met een telefoon. Kan dat niet? Typ nummer en woorden over op:",
    "    {page}",
    "2. Zeg wie je bent. Je krijgt zes cijfers te zien.",
    "3. Bel een collega die wel kan inloggen en mag meebeslissen. Lees de zes cijfers voor.",
    "    Of laat je bellen op je eigen nummer, als dat bekend is, en toets ze daar in.",
    "4. Na het ja of de cijfers ben je twee uur binnen. Laat daarna een eigen sleutel maken.",
    "De kaart werkt één keer. Iedereen van de organisatie ziet meteen dat hij is gebruikt.",
)


def sheet(organisation: str, cards: Sequence[PrintedCard]) -> bytes:
    """The cards of an organisation as a PDF, with the fonts that every reader and printer has by itself."""
    pdf = pydyf.PDF()
    pdf.info["Title"] = pydyf.String("Noaber: kaarten")
    pdf.catalog["Lang"] = pydyf.String("nl")
    fonts = {PLAIN: _font(pdf, "Helvetica"), BOLD: _font(pdf, "Helvetica-Bold")}
    for first in range(0, len(cards), PER_PAGE):
        stream = pydyf.Stream(compress=True)
        for place, card in enumerate(cards[first : first + PER_PAGE]):
            _draw(stream, organisation, card, HEIGHT - place * HEIGHT / PER_PAGE)
        pdf.add_object(stream)
        pdf.add_page(
            pydyf.Dictionary(
                {
                    "Type": "/Page",
                    "Parent": pdf.pages.reference,
                    "MediaBox": pydyf.Array([0, 0, WIDTH, HEIGHT]),
                    "Contents": stream.reference,
                    "Resources": pydyf.Dictionary({"Font": pydyf.Dictionary(fonts)}),
                }
            )
        )
    written = io.BytesIO()
    pdf.write(written)
    return written.getvalue()


def _font(pdf: pydyf.PDF, base: str) -> bytes:
    font = pydyf.Dictionary(
        {"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{base}", "Encoding": "/WinAnsiEncoding"}
    )
    pdf.add_object(font)
    return font.reference


def _draw(stream: pydyf.Stream, organisation: str, card: PrintedCard, top: float) -> None:
    """One card, downwards from `top`."""
    y = top - MARGIN
    _line(stream, (MARGIN, y - 8), (BOLD, 20), f"Kaart {card.number}")
    _line(stream, (MARGIN, y - 28), (PLAIN, 13), f"{organisation} · {FUNCTIONS[card.role].names.nl}")
    dates = f"Uitgegeven {card.printed_at:%d-%m-%Y} · werkt tot {card.expires_at:%d-%m-%Y}"
    _line(stream, (MARGIN, y - 46), (PLAIN, 10), dates)
    _line(stream, (MARGIN, y - 72), (PLAIN, 10), "Zes woorden")
    words = card.words.split()
    for row, trio in enumerate((words[:3], words[3:])):
        _line(stream, (MARGIN, y - 96 - row * 24), (BOLD, 18), "   ".join(trio))
    _code(stream, card.link, WIDTH - MARGIN - QR, y + 8)
    for row, step in enumerate(STEPS):
        _line(stream, (MARGIN, y - 178 - row * 18), (PLAIN, 11), step.format(page=card.page))
    call = f"Lukt het niet? Bel eerst: {card.phone or BLANK}   of de IBD, dag en nacht: {IBD_PHONE}"
    _line(stream, (MARGIN, y - 178 - len(STEPS) * 18 - 12), (BOLD, 11), call)
    stream.set_line_width(0.5)
    stream.set_dash([4, 4], 0)
    stream.move_to(0, top - HEIGHT / PER_PAGE)
    stream.line_to(WIDTH, top - HEIGHT / PER_PAGE)
    stream.stroke()


def _line(stream: pydyf.Stream, at: tuple[float, float], font: tuple[str, int], text: str) -> None:
    stream.begin_text()
    stream.set_font_size(*font)
    stream.set_text_matrix(1, 0, 0, 1, *at)
    # Windows-1252 has every letter of a Dutch name; what it does not have is shown as a question mark.
    stream.show_text(f"<{text.encode('cp1252', 'replace').hex()}>")
    stream.end_text()


def _code(stream: pydyf.Stream, link: str, x: float, top: float) -> None:
    """The QR code: one square per dark module, with the quiet zone inside its 150 points."""
    rows = [bytes(row) for row in segno.make_qr(link, error="m").matrix]
    module = QR / (len(rows) + 2 * QUIET)
    for down, row in enumerate(rows):
        for right, dark in enumerate(row):
            if dark:
                left = x + (QUIET + right) * module
                stream.rectangle(left, top - (QUIET + down + 1) * module, module, module)
    stream.fill()
