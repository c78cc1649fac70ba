"""QR codes (ISO/IEC 18004) of seals: as small as they get, and as pictures for those who print themselves.

A link in capitals and Base32 fits the alphanumeric set but for its `#`. The code is cut there, so that all
else takes 5.5 bits a character instead of 8: version 12 instead of 15 for a seal of 216 bytes.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

LARGEST_VERSION = 15
MODULE_MM = 0.42
"""0.4 mm is what a phone reads from paper; printing to fit takes up to 4% off."""
QUIET = 4
"""Modules that stay white on each side (ISO/IEC 18004, 6.3.8)."""

# Of a random token every mask makes a good code. To weigh all eight takes five times as long, and lowers the
# standard's own penalty by 8%; of the eight, this one did best on random tokens.
_MASK = 2
_RUNS = re.compile(rb"(?P<alphanumeric>[0-9A-Z $%*+./:-]+)|[^0-9A-Z $%*+./:-]+")
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Qr:
    """A code: its version (1 to 15) and its modules, dark is true, without the quiet zone."""

    version: int
    modules: tuple[tuple[bool, ...], ...]

    @property
    def size(self) -> int:
        """Modules on a side, quiet zone and all."""
        return len(self.modules) + 2 * QUIET

    def bars(self) -> Iterator[tuple[int, int, int]]:
        """Yield row, first column and length of each dark run, counted from the corner of the quiet zone."""
        for row, line in enumerate(self.modules, start=QUIET):
            column = QUIET
            for dark, run in groupby(line):
                length = len(list(run))
                if dark:
                    yield row, column, length
                column += length


def encode(text: str) -> Qr:
    """Return the smallest code of level M that says the text.

    Raises:
        ValueError: it would be larger than version 15.
    """
    code = QRCode(error_correction=ERROR_CORRECT_M, mask_pattern=_MASK)
    for run in _RUNS.finditer(text.encode()):
        mode = MODE_ALPHA_NUM if run["alphanumeric"] else MODE_8BIT_BYTE
        code.add_data(QRData(run[0], mode=mode, check_data=False), optimize=0)
    if code.best_fit() > LARGEST_VERSION:
        raise ValueError(f"the text needs version {code.version}, more than {LARGEST_VERSION}")
    code.make(fit=False)
    return Qr(version=code.version, modules=tuple(tuple(map(bool, row)) for row in code.modules))


def png(qr: Qr, *, scale: int = 10, module_mm: float = MODULE_MM) -> bytes:
    """Return a code as a black and white PNG with its quiet zone.

    Args:
        qr: the code.
        scale: pixels on the side of a module, at least 1.
        module_mm: millimetres on the side of a module, where a program honours what a PNG says of its size.
    """
    drawn = Image.new("1", (qr.size, qr.size), 1)
    for row, column, length in qr.bars():
        drawn.paste(0, (column, row, column + length, row + 1))
    scaled = drawn.resize((qr.size * scale, qr.size * scale), Image.Resampling.NEAREST)
    per_inch = scale / module_mm * _MM_PER_INCH
    written = io.BytesIO()
    scaled.save(written, "PNG", dpi=(per_inch, per_inch), optimize=True)
    return written.getvalue()


def svg(qr: Qr, *, title: str, description: str, module_mm: float = MODULE_MM) -> str:
    """Return a code as SVG with its quiet zone, in millimetres, that says what it is to a screen reader.

    Args:
        qr: the code.
        title: its name.
        description: what it is for, and where it leads.
        module_mm: millimetres on the side of a module.
    """
    side = round(qr.size * module_mm, 3)
    # One stroke a row, each run reached from the end of the last: a third of what rectangles take.
    path, pen = [], (0, 0)
    for row, column, length in qr.bars():
        path.append(f"m{column - pen[1]} 0" if row == pen[0] else f"M{column} {row}.5")
        path.append(f"h{length}")
        pen = row, column + length
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}mm" height="{side}mm" '
        f'viewBox="0 0 {qr.size} {qr.size}" role="img" aria-labelledby="t d">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(description)}</desc>'
        f'<path fill="#fff" d="M0 0h{qr.size}v{qr.size}H0z"/>'
        f'<path stroke="#000" shape-rendering="crispEdges" d="{"".join(path)}"/></svg>'
    )
