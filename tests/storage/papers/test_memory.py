"""A large original passes through the stamp without being held in memory as a whole."""

import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from tests.storage.papers.pages import text_page

MIB = 2**20
STAMP = """
import resource, sys, tempfile
from tests.storage.papers.pages import Stamper, a_card, found, text_page
from storage.papers.stamping import stamp

def most():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024

stamper = Stamper()
stamper.stamp(text_page(210, 297, lines=60))
before = most()
with open(sys.argv[1], "rb") as original, tempfile.TemporaryFile() as copy:
    stamp(original, copy, findings=found(), card=a_card(), notary=stamper.notary)
    assert copy.seek(0, 2) > 48 * 2**20
print(most() - before)
"""


@pytest.mark.parametrize(("streams", "most"), [(50, 8), (1, 110)])
def test_fifty_megabytes_are_not_held(streams: int, most: int, tmp_path: Path) -> None:
    """Of many pictures not one stays. A single one of that size passes through qpdf's writer, which needs two."""
    original = tmp_path / "original.pdf"
    with pikepdf.open(_written(tmp_path)) as pdf:
        for number in range(streams):
            body = bytes([number]) * (50 * MIB // streams)
            picture = pdf.make_stream(body)
            picture.Filter = pikepdf.Name.DCTDecode  # it is left alone, whatever it is
            pdf.Root[f"/Picture{number}"] = pdf.make_indirect(picture)
        pdf.save(original, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    done = subprocess.run(
        [sys.executable, "-c", STAMP, str(original)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[3],
    )
    assert int(done.stdout) < most * MIB


def _written(folder: Path) -> Path:
    page = folder / "page.pdf"
    page.write_bytes(text_page(210, 297))
    return page
