"""Draws a card: the code as vectors, the words as real text in an embedded font that has every letter."""

import io
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from storage.papers.card import Card
from storage.papers.placing import Form
from storage.papers.qr import MODULE_MM, QUIET, Qr, encode
from storage.papers.sheets import POINTS_PER_MM
from storage.papers.wording import Line, Look, lines, wrapped

_FONTS = {False: "NotoSans-Regular", True: "NotoSans-Bold"}
_WIDEST_TEXT = 58 * POINTS_PER_MM
_PADDING = 2 * POINTS_PER_MM
_FRAME, _FRAME_GREY, _CORNER = 0.4, 0.55, 3.0
_ASCENT = 0.75
"""Of the font's size: the capitals with the marks that Vietnamese puts upon them."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """A card in its two forms, at its own size: one module is `MODULE_MM`.

    Attributes:
        card: what it says.
        signed: whether the original carries signatures.
    """

    card: Card
    signed: bool

    @cached_property
    def qr(self) -> Qr:
        """The code."""
        return encode(self.card.link)

    @cached_property
    def side(self) -> float:
        """Points on a side of the code with its quiet zone."""
        return self.qr.size * MODULE_MM * POINTS_PER_MM

    @cached_property
    def wide(self) -> Form:
        """The words stand beside the code."""
        text = self._wide_lines
        widest = max(_measure(words, look) for words, look in text)
        return Form(width=self.side + widest + _PADDING, height=max(self.side, _height(text) + 2 * _PADDING))

    @cached_property
    def tall(self) -> Form:
        """The words stand below the code."""
        return Form(width=self.side, height=self.side + _height(self._tall_lines) + _PADDING)

    def draw(self, form: Form) -> bytes:
        """Return one of the forms as a PDF of one page of that size."""
        written = io.BytesIO()
        canvas = Canvas(
            written, pagesize=(form.width, form.height), invariant=True, initialFontName=_font(bold=False)
        )
        canvas.setFillGray(1)
        canvas.setStrokeGray(_FRAME_GREY)
        canvas.setLineWidth(_FRAME)
        inner = form.width - _FRAME, form.height - _FRAME
        canvas.roundRect(_FRAME / 2, _FRAME / 2, *inner, _CORNER, stroke=1, fill=1)
        if form == self.wide:
            self._draw_code(canvas, 0, (form.height - self.side) / 2)
            top = (form.height + _height(self._wide_lines)) / 2
            _write(canvas, self._wide_lines, self.side, top)
        else:
            self._draw_code(canvas, 0, form.height - self.side)
            # The quiet zone is margin enough between the code and the words.
            _write(canvas, self._tall_lines, self._quiet, form.height - self.side)
        canvas.showPage()
        canvas.save()
        return written.getvalue()

    @cached_property
    def _wide_lines(self) -> list[Line]:
        return list(wrapped(lines(self.card, signed=self.signed), _WIDEST_TEXT, _measure))

    @cached_property
    def _tall_lines(self) -> list[Line]:
        width = self.side - 2 * self._quiet
        return list(wrapped(lines(self.card, signed=self.signed), width, _measure))

    @property
    def _quiet(self) -> float:
        return QUIET * MODULE_MM * POINTS_PER_MM

    def _draw_code(self, canvas: Any, x: float, y: float) -> None:
        module = self.side / self.qr.size
        canvas.saveState()
        _begin(canvas, f"Mã QR: {self.card.link}")
        canvas.setFillGray(0)
        canvas.transform(module, 0, 0, -module, x, y + self.side)
        # One path, filled once: so no reader shows seams between the rows.
        bars = (f"{column} {row} {length} 1 re" for row, column, length in self.qr.bars())
        _operators(canvas, *bars, "f")
        _end(canvas)
        canvas.restoreState()


def _write(canvas: Any, text: list[Line], x: float, top: float) -> None:
    at = top
    for number, (words, look) in enumerate(text):
        at -= look.leading if number else look.size * _ASCENT
        canvas.setFillGray(look.grey)
        canvas.setFont(_font(bold=look.bold), look.size)
        canvas.drawString(x, at, words)


def _height(text: list[Line]) -> float:
    looks = [look for _, look in text]
    return looks[0].size * _ASCENT + sum(look.leading for look in looks[1:]) + looks[-1].size * (1 - _ASCENT)


def _measure(text: str, look: Look) -> float:
    width: float = pdfmetrics.stringWidth(text, _font(bold=look.bold), look.size)
    return width


def _begin(canvas: Any, instead: str) -> None:
    """Begin what a screen reader and a search read as the text `instead` (ISO 32000-2, 14.9.4)."""
    written = ("\ufeff" + instead).encode("utf-16-be").hex()
    _operators(canvas, f"/Span <</ActualText <{written}>>> BDC")


def _end(canvas: Any) -> None:
    _operators(canvas, "EMC")


def _operators(canvas: Any, *operators: str) -> None:
    canvas._code.extend(operators)  # noqa: SLF001 - it has no public way, or one ten times as slow


@lru_cache(maxsize=2)
def _font(*, bold: bool) -> str:
    """Return the name of our font, which the first call loads."""
    name = _FONTS[bold]
    file = io.BytesIO(files(__package__).joinpath("fonts", f"{name}.ttf").read_bytes())
    pdfmetrics.registerFont(TTFont(name, file))
    return name
