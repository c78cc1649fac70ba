"""The display copy shows the original and the card, is certified as final, and leaves the original alone."""

import io
import re
import time
import unicodedata
from datetime import date

import pikepdf
import pypdfium2
import pytest
from asn1crypto import x509
from PIL import ImageChops, ImageStat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext
from reportlab.pdfgen.canvas import Canvas

from storage.papers.placed import Room
from storage.papers.signing import _NotarySigner
from storage.papers.stamping import stamp
from tests.storage.papers.pages import (
    FONT,
    HEADING,
    PAGES,
    Stamper,
    a_card,
    codes,
    found,
    saved,
    seen,
    text_page,
    with_contents,
    with_entries,
    words,
)


@pytest.fixture(scope="module")
def stamper() -> Stamper:
    return Stamper()


def judged(copy: bytes, stamper: Stamper) -> PdfSignatureStatus:
    """Return what pyHanko thinks of the one signature of a copy."""
    root = x509.Certificate.load(stamper.notary.certificates[0])
    (signature,) = PdfFileReader(io.BytesIO(copy)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_copy_is_certified_as_final(kind: str) -> None:
    """By a PAdES signature over the whole file that allows no change, made by one call of the notary."""
    stamper = Stamper(kind)
    copy, _ = stamper.stamp(text_page(210, 297))
    status = judged(copy, stamper)
    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level is ModificationLevel.NONE
    (signature,) = PdfFileReader(io.BytesIO(copy)).embedded_signatures
    assert signature.docmdp_level is fields.MDPPerm.NO_CHANGES
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert len(stamper.asked) == 1
    assert status.md_algorithm == "sha256"


def test_one_changed_byte_of_a_copy_is_noticed(stamper: Stamper) -> None:
    """Wherever it is within what is signed."""
    copy, _ = stamper.stamp(text_page(210, 297))
    (signature,) = PdfFileReader(io.BytesIO(copy)).embedded_signatures
    first = int(signature.byte_range[1])
    for place in (20, first // 2, first - 20):
        changed = bytearray(copy)
        changed[place] ^= 1
        try:
            assert not judged(bytes(changed), stamper).bottom_line
        except Exception as error:  # noqa: BLE001 - or it is no longer a PDF that pyHanko reads
            assert "pyhanko" in type(error).__module__ or isinstance(error, ValueError)  # noqa: PT017


@pytest.mark.parametrize("kind", PAGES)
def test_every_kind_of_page_makes_a_sound_copy(kind: str, stamper: Stamper) -> None:
    """Certified, of one page, with a title and a language; and pikepdf finds nothing to repair."""
    copy, _ = stamper.stamp(PAGES[kind]())
    assert judged(copy, stamper).bottom_line
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert len(pdf.pages) == 1
        assert pdf.check_pdf_syntax() == []
        assert str(pdf.Root.Lang) == "vi-VN"
        assert str(pdf.docinfo["/Title"])
        assert pdf.Root.ViewerPreferences.DisplayDocTitle


def test_the_original_is_only_read(stamper: Stamper) -> None:
    """Not a byte of it changes, and the copy may go to a file that is no more than a descriptor."""

    class Sealed(io.BytesIO):
        def write(self, _: object) -> int:
            raise AssertionError

        truncate = write  # type: ignore[assignment]

    paper = text_page(210, 297)
    source = Sealed(paper)
    stamp(source, io.BytesIO(), findings=found(), card=a_card(), notary=stamper.notary)
    assert source.getvalue() == paper


def test_the_same_card_makes_the_same_copy(stamper: Stamper) -> None:
    """But for the signature, which is added after all else."""
    paper, card = text_page(210, 297, lines=60), a_card()
    first = stamper.stamp(paper, card)[0].partition(b"%%EOF")[0]
    second_of_first = int(time.time())
    while int(time.time()) == second_of_first:  # what goes by the time differs from one second to the next
        time.sleep(0.01)
    assert stamper.stamp(paper, card)[0].partition(b"%%EOF")[0] == first


def test_the_words_of_the_card_are_real_text(stamper: Stamper) -> None:
    """A search and a screen reader find them, precomposed; the code in groups, the domain as it is written."""
    card = a_card(expires_on=date(2031, 1, 2))
    text = words(stamper.stamp(text_page(210, 297), card)[0])
    for phrase in (
        HEADING,
        "Quét mã để kiểm tra tại xacthuc.dichvucong.gov.vn",
        "Mã: 7K3D 9XQ2 M4TB",
        "Ngày cấp: 20/11/2026",
        "Có giá trị đến: 02/01/2031",
        "Trạng thái tại 22/11/2026: còn hiệu lực",
        "Bản hiển thị",
        "Scan to verify. Valid as of 2026-11-22.",
    ):
        assert phrase in text
    assert unicodedata.is_normalized("NFC", text)
    assert "bản gốc đã ký số" not in text


def test_a_narrow_card_says_the_same(stamper: Stamper) -> None:
    """In more lines."""
    wide = words(stamper.stamp(with_contents(b""))[0])
    tall, placed = stamper.stamp(with_contents(b"0 g 20 20 400 800 re f"))
    left, bottom, right, top = placed.rectangle
    assert top - bottom > right - left
    assert sorted(words(tall).split()) == sorted(
        wide.replace("xacthuc.dichvucong", "xacthuc. dichvucong").split()
    )


def test_the_code_has_words_instead(stamper: Stamper) -> None:
    """Its link, for those who can not see it (ActualText)."""
    card = a_card()
    with pikepdf.open(io.BytesIO(stamper.stamp(with_contents(b""), card)[0])) as pdf:
        drawn = pdf.pages[0].Resources.XObject["/TinDanCard"].read_bytes()
        fonts = pdf.pages[0].Resources.XObject["/TinDanCard"].Resources.Font
        assert all("/FontFile2" in font.FontDescriptor for font in fonts.values())
    (instead,) = re.findall(rb"/Span <</ActualText <([0-9a-f]+)>>> BDC", drawn)
    assert bytes.fromhex(instead.decode()).decode("utf-16") == f"Mã QR: {card.link}"


def signed_original() -> bytes:
    """Return a letter that its agency certified, with a signature that can be seen."""
    signed = io.BytesIO()
    PdfSigner(
        PdfSignatureMetadata(field_name="Ky", certify=True, docmdp_permissions=fields.MDPPerm.FILL_FORMS),
        signer=_NotarySigner(Stamper().notary),
        stamp_style=TextStampStyle(stamp_text="Signed by an agency"),
        new_field_spec=fields.SigFieldSpec("Ky", box=(350, 30, 550, 110)),
    ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(text_page(210, 297))), bytes_reserved=8192, output=signed)
    return signed.getvalue()


def test_a_signed_original_becomes_a_display_copy(stamper: Stamper) -> None:
    """Its signature is still seen, but is a signature no more: the card says so, and ours is the only one."""
    with pikepdf.open(io.BytesIO(signed_original())) as pdf:
        pdf.Root.DSS = pikepdf.Dictionary(Certs=pikepdf.Array())
        pdf.Root.Perms.UR3 = pikepdf.Dictionary(Type=pikepdf.Name.Sig)
        original = saved(pdf)
    copy, placed = stamper.stamp(original, signed=True)
    assert judged(copy, stamper).bottom_line
    # It stood where the card would have liked to be.
    assert placed.rectangle[2] <= 350 or placed.rectangle[1] >= 110
    assert "Bản hiển thị của bản gốc đã ký số" in words(copy)
    assert "digitally signed original" in words(copy)
    assert "Signed by an agency" in words(copy)
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert [str(one.T) for one in pdf.Root.AcroForm.Fields] == ["TinDan"]
        assert list(pdf.Root.Perms.keys()) == ["/DocMDP"]
        assert "/DSS" not in pdf.Root


def form_page(*, needs_appearances: bool) -> bytes:
    """Return a page with a field that is filled in, and a link."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=True)
    canvas.acroForm.textfield(name="ten", x=100, y=600, width=200, height=20, value="Nguyen Van An")
    canvas.showPage()
    canvas.save()
    with pikepdf.open(written) as pdf:
        pdf.Root.AcroForm.NeedAppearances = needs_appearances
        pdf.pages[0].Annots.append(a_link_to_click([50, 30, 150, 40]))
        return saved(pdf)


def a_link_to_click(rectangle: list[int]) -> pikepdf.Dictionary:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.gov.vn")
    return pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=rectangle, A=action)


@pytest.mark.parametrize("needs_appearances", [False, True])
def test_fields_are_seen_and_no_longer_filled_in(needs_appearances: bool, stamper: Stamper) -> None:
    """What was written in them is part of the page."""
    copy, _ = stamper.stamp(form_page(needs_appearances=needs_appearances))
    assert judged(copy, stamper).bottom_line
    assert "Nguyen Van An" in words(copy)
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert [str(note.Subtype) for note in pdf.pages[0].Annots if "/FT" not in note] == ["/Link"]


def test_what_fields_show_is_kept_where_it_is_there(stamper: Stamper) -> None:
    """Also where a program asks readers to draw it anew: letters beyond Latin would be lost."""
    with pikepdf.open(io.BytesIO(form_page(needs_appearances=True))) as pdf:
        field = pdf.pages[0].Annots[0]
        field.V = "Nguyễn Văn Ấn"
        with pikepdf.open(vietnamese_name()) as drawn:
            field.AP.N = pdf.copy_foreign(drawn.pages[0].as_form_xobject())
        paper = saved(pdf)
    copy, _ = stamper.stamp(paper)
    assert "Nguyễn Văn Ấn" in words(copy)


def vietnamese_name() -> io.BytesIO:
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(200, 20), invariant=True)
    canvas.setFont(FONT, 11)
    canvas.drawString(2, 5, "Nguyễn Văn Ấn")
    canvas.save()
    return written


def test_links_move_with_what_they_stand_on(stamper: Stamper) -> None:
    """Where contents are drawn smaller."""
    paper = with_entries(
        with_contents(b"0 g 0 0 595 842 re f"),
        Annots=pikepdf.Array([a_link_to_click([0, 0, 595, 842])]),
    )
    copy, placed = stamper.stamp(paper)
    assert placed.room is Room.SHRUNK
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        left, bottom, right, top = (float(part) for part in pdf.pages[0].Annots[0].Rect)
    black = seen(copy, dpi=72).convert("L").point([255] * 40 + [0] * 216).getbbox()
    assert black is not None
    assert (left, 842 - top, right) == pytest.approx(black[:3], abs=1.5)
    assert bottom > placed.rectangle[3]


def test_what_the_crop_box_hid_stays_hidden(stamper: Stamper) -> None:
    """Where contents shrink, or the page grows, nothing comes into view from beyond its old edges."""
    for box, room in (((100, 100, 695, 942), Room.SHRUNK), ((100, 100, 343, 253), Room.GROWN)):
        inner = b"%d %d %d %d" % (box[0], box[1], box[2] - box[0], box[3] - box[1])
        paper = with_contents(b"0.5 g 0 0 2000 2000 re f 0 g %b re f" % inner, (0, 0, 2000, 2000))
        copy, placed = stamper.stamp(with_entries(paper, CropBox=pikepdf.Array(box)))
        assert placed.room is room
        page = seen(copy, dpi=72).convert("L")
        left, bottom, right, top = (round(part) for part in placed.rectangle)
        page.paste(255, (left - 1, page.height - top - 1, right + 1, page.height - bottom + 1))
        grey = page.point([255 * (100 < level < 200) for level in range(256)])
        assert ImageStat.Stat(grey).sum[0] / 255 < 2 * (page.width + page.height), "more than the old edges"


@pytest.mark.parametrize(
    "contents",
    [
        b"BT 3 0 0 3 0 0 Tm",
        b"[ (",
        b"BI /W 1 /H 1 /BPC 8 /CS /G ID",
        b"0.5 0 0 0.5 100 100 cm 1 0 0 rg",
        b"q 2 0 0 2 300 0 cm q q 0 1 -1 0 0 0 cm",
        b"Q Q 0.1 0 0 0.1 0 0 cm",
        b"q Q Q 3 0 0 3 0 0 cm 0 g q",
        b"BT /F1 12 Tf (unfinished",
        b"0 0 1 1 re W n",
        b"Q" * 40,
    ],
)
def test_what_contents_leave_behind_does_not_move_the_card(contents: bytes, stamper: Stamper) -> None:
    """Transformations, clips and states that were never restored, or restored too often."""
    usual, _ = stamper.stamp(with_contents(b""), card := a_card())
    copy, placed = stamper.stamp(with_contents(contents), card)
    left, bottom, right, top = (round(part) for part in placed.rectangle)
    box = (left, 842 - top, right, 842 - bottom)
    difference = ImageChops.difference(seen(copy).convert("L"), seen(usual).convert("L"))
    assert ImageStat.Stat(difference.crop([part * 150 // 72 for part in box])).mean[0] < 6


def test_an_own_title_and_language_stay(stamper: Stamper) -> None:
    """They are the agency's to choose."""
    with pikepdf.open(io.BytesIO(text_page(210, 297))) as pdf:
        pdf.Root.Lang = "en"
        pdf.docinfo["/Title"] = "Giấy phép xây dựng"
        paper = saved(pdf)
    with pikepdf.open(io.BytesIO(stamper.stamp(paper)[0])) as copy:
        assert (str(copy.Root.Lang), str(copy.docinfo["/Title"])) == ("en", "Giấy phép xây dựng")


def test_what_a_page_inherits_counts(stamper: Stamper) -> None:
    """Its size and how it is turned may stand with its parents."""
    with pikepdf.open(io.BytesIO(text_page(297, 210))) as pdf:
        page, parent = pdf.pages[0].obj, pdf.Root.Pages
        parent.MediaBox, parent.Rotate = page.MediaBox, 90
        del page["/MediaBox"], page["/Rotate"]
        paper = saved(pdf)
    card = a_card()
    usual, placed = stamper.stamp(text_page(297, 210, Rotate=90), card)
    inherited, also_placed = stamper.stamp(paper, card)
    assert also_placed == placed
    assert ImageChops.difference(seen(inherited, dpi=72), seen(usual, dpi=72)).getbbox() is None


@pytest.mark.parametrize(
    "entries",
    [
        {"CropBox": pikepdf.Array([900, 900, 1000, 1000])},
        {"CropBox": pikepdf.Array([500, 700, 100, 100])},
        {"CropBox": pikepdf.Array([10, 10, 12, 12])},
        {"MediaBox": pikepdf.Array([0, 0, 0, 0])},
        {"MediaBox": pikepdf.Array([0, 0, 14400, 14400])},
        {"UserUnit": 1e-6},
        {"UserUnit": -3},
        {"Rotate": 45},
        {"Annots": pikepdf.Array([7, pikepdf.Array()])},
    ],
    ids=str,
)
def test_odd_pages_carry_the_card_where_it_is_said_to_be(
    entries: dict[str, object], stamper: Stamper
) -> None:
    """However a page is cut, measured or turned, readers see it as we do in the end."""
    card = a_card()
    copy, placed = stamper.stamp(with_entries(text_page(210, 297), **entries), card)
    assert judged(copy, stamper).bottom_line
    with pypdfium2.PdfDocument(copy) as document:
        width, height = document[0].get_size()
        page = document[0].render(scale=3000 / max(width, height)).to_pil()
    (code,) = codes(page)
    assert code.text == card.link
    left, _, right, top = (part * page.width / width for part in placed.rectangle)
    assert left <= code.position.top_left.x <= right
    assert page.height - top <= code.position.top_left.y <= page.height


@pytest.mark.parametrize("name", ["Contents", "Resources"])
def test_a_page_may_lack_what_is_usual(name: str, stamper: Stamper) -> None:
    """Or have something else there."""
    for instead in (None, 7, pikepdf.Array()):
        with pikepdf.open(io.BytesIO(with_contents(b"0 g 50 500 300 200 re f"))) as pdf:
            del pdf.pages[0].obj[f"/{name}"]
            if instead is not None:
                pdf.pages[0].obj[f"/{name}"] = instead
            paper = saved(pdf)
        assert "Bản hiển thị" in words(stamper.stamp(paper)[0])


def test_further_pages_stay_as_they_are(stamper: Stamper) -> None:
    """The card is on the first page alone."""
    with pikepdf.open(io.BytesIO(text_page(210, 297))) as pdf:
        pdf.pages.append(pdf.pages[0])
        paper = saved(pdf)
    copy, placed = stamper.stamp(paper)
    assert placed.page == 0
    difference = ImageChops.difference(seen(paper, page=1, dpi=72), seen(copy, page=1, dpi=72))
    assert difference.getbbox() is None
