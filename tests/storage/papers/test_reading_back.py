"""A phone reads the code off the page, as it is printed, scanned again and sent about."""

import io
import itertools

import pytest
from PIL import Image

from storage.papers.kinds import MediaType
from storage.seals.key_sets import read_key_set
from storage.seals.link import link
from storage.seals.verifying import verify
from tests.storage.papers.pages import MM, PAGES, Stamper, a_card, a_scan, codes, encoded, seen
from tests.storage.seals.sealing import FULL, KEYS, NOW, sealed

PICTURES = {
    "a photographed paper": lambda: (encoded(a_scan(1500, 2000), "JPEG", quality=80), MediaType.JPEG),
    "a lying photograph": lambda: (encoded(a_scan(1600, 1200), "JPEG", quality=80), MediaType.JPEG),
    "a picture on a screen": lambda: (encoded(a_scan(1240, 1754).convert("L"), "PNG"), MediaType.PNG),
}
KINDS = {**{name: lambda make=make: (make(), MediaType.PDF) for name, make in PAGES.items()}, **PICTURES}


def once_more_as_jpeg(image: Image.Image) -> Image.Image:
    return Image.open(io.BytesIO(encoded(image.convert("RGB"), "JPEG", quality=50)))


@pytest.fixture(scope="module")
def stamper() -> Stamper:
    return Stamper()


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_is_read_off_every_kind_of_page(kind: str, stamper: Stamper) -> None:
    """At 300 and 150 dots an inch, fresh and after JPEG at quality 50, it is the seal's link and no other."""
    paper, media_type = KINDS[kind]()
    token = sealed(FULL)
    text = link("xacthuc.dichvucong.gov.vn", "7K3D9XQ2M4TB", token).text
    copy, placed = stamper.stamp(paper, a_card(text), kind=media_type)
    assert placed.module_mm >= 0.4
    for dpi, worn in itertools.product((300, 150), (False, True)):
        page = seen(copy, dpi=dpi)
        found = codes(once_more_as_jpeg(page) if worn else page)
        assert [code.text for code in found] == [text], (dpi, worn)
        corners = found[0].position
        across = abs(corners.top_right.x - corners.top_left.x)
        # 65 modules of version 12, as large as was said, where it was said.
        assert across / dpi * 25.4 == pytest.approx(65 * placed.module_mm, rel=0.03)
        left, _, right, top = placed.rectangle
        assert left <= corners.top_left.x / dpi * 72 <= right
        assert corners.top_left.y / dpi * 72 == pytest.approx(page.height / dpi * 72 - top, abs=6 * MM)
    assert verify(text, read_key_set(KEYS.published()), NOW).claims == FULL
