"""QR codes (ISO/IEC 18004) as SVG and PNG. Pure."""

import io
from itertools import groupby

QUIET_MODULES = 4
"""The margin that a reader needs on every side."""
PIXELS = 8
"""A module in the PNG."""

Matrix = tuple[tuple[bool, ...], ...]


def matrix(text: str) -> Matrix:
    """Return the modules of a code of level M, its margin included; true is dark. Takes some 10 ms."""
    # When it is first used: it loads Pillow, whether it draws or not.
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def svg(modules: Matrix, label: str) -> str:
    """Draw a code as one path: it scales without seams. `label` says what it is, and holds no markup."""
    size = len(modules)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img"'
        f' shape-rendering="crispEdges"><title>{label}</title>'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{_path(modules)}"/></svg>'
    )


def _path(modules: Matrix) -> str:
    drawn = []
    for y, row in enumerate(modules):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                drawn.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return "".join(drawn)


def png(modules: Matrix) -> bytes:
    """Draw a code as a PNG of one bit a pixel."""
    from png import Writer

    rows = [
        [0 if dark else 1 for dark in row for _ in range(PIXELS)] for row in modules for _ in range(PIXELS)
    ]
    drawn = io.BytesIO()
    Writer(len(rows), len(rows), greyscale=True, bitdepth=1).write(drawn, rows)
    return drawn.getvalue()
