"""PDF: whole, small enough inside, plain, and the same to every reader."""

import io
import zlib

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String

from storage.papers.examining import examine
from storage.papers.findings import Findings, Note
from storage.papers.kinds import MediaType
from storage.papers.limits import Limits
from storage.papers.refusals import PaperRefused, Refusal
from tests.storage.papers.samples import as_file, bomb, by_hand, changed, flate, paper, scan

AS_IT_IS = pikepdf.StreamDecodeLevel.none
LIMITS = Limits(pages=50, objects=500, unpacked_bytes=8 << 20, pixels=1_000_000)


def judged(content: bytes, limits: Limits = LIMITS) -> Findings:
    return examine(as_file(content), limits=limits)


def refusal(content: bytes, limits: Limits = LIMITS) -> PaperRefused:
    with pytest.raises(PaperRefused) as caught:
        judged(content, limits)
    return caught.value


def root(**entries: object) -> bytes:
    """Return a PDF with such entries in its catalogue."""
    return changed(lambda document: document.Root.update(Dictionary(**entries)))


def test_a_plain_paper_is_taken():
    """Text or a scan, with classic or packed objects, at the start of the file or a little later."""
    expected = Findings(media_type=MediaType.PDF, pages=2)
    packed = changed(lambda _: None, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    for content in (paper(), packed, b"\n\n" + paper()):
        assert judged(content) == expected
    assert judged(scan()).pages == judged(by_hand()).pages == 1


def test_a_blank_page_needs_nothing():
    """Programs leave out the resources of a page that has none."""

    def clear(document: pikepdf.Pdf) -> None:
        del document.pages[0].obj["/Resources"]

    assert judged(changed(clear)).pages == 2


def test_the_file_is_read_from_its_start():
    """Wherever whoever wrote it left off."""
    file = as_file(paper())
    file.seek(0, io.SEEK_END)
    assert examine(file, limits=LIMITS).pages == 2


def _javascript() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ({"OpenAction": _javascript()}, "javascript"),
        ({"AA": Dictionary(WC=_javascript())}, "javascript"),
        ({"Names": Dictionary(JavaScript=Dictionary(Names=Array([])))}, "javascript"),
        ({"OpenAction": Dictionary(S=Name.Launch, F=String("cmd.exe"))}, "launch"),
        ({"OpenAction": Dictionary(S=Name.GoTo, Next=Array([Dictionary(S=Name.Launch)]))}, "launch"),
        ({"OpenAction": Dictionary(S=Name.SubmitForm, F=String("https://a.example"))}, "submit"),
        ({"OpenAction": Dictionary(S=Name.ImportData)}, "import"),
        ({"OpenAction": Dictionary(S=Name.GoToR, F=String("\\\\server\\share"))}, "external_file"),
        ({"OpenAction": Dictionary(S=Name.GoToE)}, "embedded_file"),
        ({"Names": Dictionary(EmbeddedFiles=Dictionary(Names=Array([])))}, "embedded_file"),
        ({"AcroForm": Dictionary(Fields=Array([]), XFA=String("<xdp>"))}, "xfa"),
        ({"Odd": Array([Array([Dictionary(Subtype=Name.RichMedia)])])}, "rich_media"),
        ({"Odd": Dictionary(Subtype=Name.FileAttachment)}, "embedded_file"),
        ({"Odd": Dictionary(Subtype=Name.PS)}, "postscript"),
    ],
)
def test_what_acts_is_refused_and_named(entries, found):
    """Wherever it stands."""
    refused = refusal(root(**entries))
    assert (refused.reason, refused.params) == (Refusal.ACTIVE_CONTENT, {"found": found})


def test_all_that_acts_is_named():
    """One refusal tells everything, so that a sender need not try three times."""
    content = root(
        OpenAction=_javascript(), Odd=Dictionary(S=Name.Launch), AcroForm=Dictionary(XFA=Array([]))
    )
    assert refusal(content).params == {"found": "javascript, launch, xfa"}


def test_a_name_can_not_be_written_so_that_it_is_missed():
    """Letters as numbers, and names as objects of their own, are what malware does."""
    content = root(OpenAction=_javascript())
    disguised = content.replace(b"/JavaScript", b"/J#61vaScri#70t").replace(b"/JS", b"/#4a#53")
    moved = pikepdf.open(as_file(disguised), attempt_recovery=True)
    again = io.BytesIO()
    moved.save(again)
    assert refusal(again.getvalue()).reason is Refusal.ACTIVE_CONTENT

    def hide(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = Dictionary(S=document.make_indirect(Name.Launch))

    assert refusal(changed(hide)).params == {"found": "launch"}


def test_a_stream_from_elsewhere_is_refused():
    """Its bytes are in a file of whoever opens it."""

    def point(document: pikepdf.Pdf) -> None:
        stream = document.make_stream(b"q Q")
        stream["/F"] = String("/etc/passwd")
        document.Root.Odd = stream

    assert refusal(changed(point)).params == {"found": "external_file"}


def test_words_about_acting_do_nothing():
    """A text that names JavaScript is a text."""
    assert judged(root(Odd=String("/JS /JavaScript /Launch"), Odd2=Name("/JSON"))).pages == 2


def test_links_forms_and_restrictions_pass_with_a_note():
    """They show the same to everybody."""
    assert judged(root(Odd=Dictionary(S=Name.URI, URI=String("https://a.example")))).notes == {Note.LINKS}
    assert judged(root(Odd=Dictionary(FT=Name.Tx, T=String("name")))).notes == {Note.FORM}
    restricted = changed(lambda _: None, encryption=pikepdf.Encryption(owner="owner", user=""))
    assert judged(restricted).notes == {Note.RESTRICTED}


@pytest.mark.parametrize("version", [2, 3, 4, 6])
def test_a_password_is_refused(version):
    """Whatever the cipher."""
    sealed = pikepdf.Encryption(
        owner="owner", user="user", R=version, aes=version >= 4, metadata=version >= 4
    )
    assert refusal(changed(lambda _: None, encryption=sealed)).reason is Refusal.ENCRYPTED


def test_pages_are_counted_up_to_a_limit():
    """Fifty are, one more is not."""
    assert judged(paper(50)).pages == 50
    refused = refusal(paper(51))
    assert (refused.reason, refused.params) == (Refusal.TOO_MANY_PAGES, {"limit": 50})


def test_objects_are_counted_up_to_a_limit():
    """Even where no page has anything to do with them."""

    def crowd(document: pikepdf.Pdf) -> None:
        document.Root.Odd = Array([document.make_indirect(Dictionary(N=n)) for n in range(501)])

    assert refusal(changed(crowd)).reason is Refusal.TOO_MANY_OBJECTS


def _hang_in_itself(document: pikepdf.Pdf) -> None:
    document.Root.Pages.Kids.append(document.Root.Pages)


def _hang_twice(document: pikepdf.Pdf) -> None:
    document.Root.Pages.Kids.append(document.Root.Pages.Kids[0])


def _laugh(document: pikepdf.Pdf) -> None:
    """Ten branches that are all the same one, ten times over: 10^10 pages."""
    node = document.Root.Pages
    for _ in range(10):
        node = document.make_indirect(Dictionary(Type=Name.Pages, Count=10, Kids=Array([node] * 10)))
    document.Root.Pages = node


def _stretch(document: pikepdf.Pdf) -> None:
    node = document.Root.Pages
    for _ in range(LIMITS.depth + 1):
        node = document.make_indirect(Dictionary(Type=Name.Pages, Count=2, Kids=Array([node])))
    document.Root.Pages = node


def _empty(document: pikepdf.Pdf) -> None:
    document.Root.Pages.Kids = Array([])


def _miscount(document: pikepdf.Pdf) -> None:
    document.Root.Pages.Kids = Array([document.Root.Pages.Kids[0], Dictionary(Type=Name.Page)])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_hang_in_itself, Refusal.DAMAGED),
        (_hang_twice, Refusal.DAMAGED),
        (_laugh, Refusal.DAMAGED),
        (_stretch, Refusal.TOO_DEEP),
        (_empty, Refusal.DAMAGED),
        (_miscount, Refusal.DAMAGED),
    ],
)
def test_a_tree_of_pages_is_a_tree(change, reason):
    """No circles, no branch twice, no bottomless one, no page that is none."""
    assert refusal(changed(change)).reason is reason


@pytest.mark.parametrize("box", [[0, 0, 0, 800], [0, 0, 20_000, 800], [0, 0, 1], ["a", "b", "c", "d"]])
def test_a_page_has_a_size(box):
    """Nothing, and a page of seven metres, are none."""

    def size(document: pikepdf.Pdf) -> None:
        document.pages[0].obj.MediaBox = Array(
            [String(part) if isinstance(part, str) else part for part in box]
        )

    assert refusal(changed(size)).reason in {Refusal.DAMAGED, Refusal.TOO_LARGE_PAGE}


def test_nesting_has_a_bottom():
    """Arrays in arrays without end use up the stack of a reader."""
    filling = b"x" * 9998

    def lay(document: pikepdf.Pdf) -> None:
        document.Root.Odd = document.make_indirect(Array([String(filling)]))

    content = changed(lay).replace(b"(" + filling + b")", b"[" * 5000 + b"]" * 5000)
    assert refusal(content).reason is Refusal.TOO_DEEP


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_bomb_is_found_before_it_goes_off(layers):
    """However often it is packed."""
    packed = bomb(16 << 20)
    for _ in range(layers - 1):
        packed = zlib.compress(packed)
    content = changed(
        lambda document: setattr(document.Root, "Odd", flate(document, packed, layers)),
        stream_decode_level=AS_IT_IS,
    )
    assert len(content) < 200_000
    assert refusal(content).reason is Refusal.TOO_MUCH_DATA


def test_many_small_bombs_are_one():
    """The limit is for all streams together."""

    def lay(document: pikepdf.Pdf) -> None:
        document.Root.Odd = Array([flate(document, bomb(1 << 20)) for _ in range(9)])

    assert refusal(changed(lay)).params == {"limit": LIMITS.unpacked_bytes}


def test_a_bomb_says_in_vain_to_be_a_picture():
    """A picture may fill its pixels and no more, and only so many of them."""

    def lay(width: int) -> bytes:
        return changed(
            lambda document: setattr(
                document.Root,
                "Odd",
                flate(document, bomb(16 << 20), Subtype=Name.Image, Width=width, Height=9),
            )
        )

    assert refusal(lay(9)).reason is Refusal.TOO_MUCH_DATA
    assert refusal(lay(1_000_000)).reason is Refusal.TOO_LARGE_IMAGE


def test_too_many_filters_are_refused():
    """Each may multiply by a thousand."""
    packed = zlib.compress(b"q Q")
    content = changed(
        lambda document: setattr(document.Root, "Odd", flate(document, packed, 9)),
        stream_decode_level=AS_IT_IS,
    )
    assert refusal(content).reason is Refusal.TOO_DEEP


def test_a_bomb_in_the_table_of_objects_is_found():
    """What says where objects are is packed, too, and opened before all else."""
    table = zlib.compress(bytes(100 << 20), 1)
    content = paper()[: paper().rindex(b"startxref")]
    at = len(content)
    content += (
        b"99 0 obj <</Type/XRef/Size 100/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n"
        % len(table)
    )
    content += table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at
    assert refusal(content).reason in {Refusal.TOO_MUCH_DATA, Refusal.DAMAGED}


def test_damaged_flate_is_refused():
    """Readers show different parts of it."""
    content = changed(
        lambda document: setattr(document.Root, "Odd", flate(document, b"x\x9cno flate at all"))
    )
    assert refusal(content).reason is Refusal.DAMAGED


def test_no_part_of_a_paper_will_do():
    """Cut anywhere, it is refused."""
    for end in range(8, len(paper()) - 6, 13):
        assert refusal(paper()[:end]).reason in {Refusal.DAMAGED, Refusal.UNKNOWN_TYPE}


def test_what_has_to_be_mended_is_refused():
    """A wrong place of the table, a wrong place in it, a missing object: readers mend each in their own way."""
    for old, new in ((b"startxref\n", b"startxref\n1"), (b"0000000", b"0000001"), (b"endobj", b"endbj ")):
        content = paper().replace(old, new)
        assert content != paper()
        assert refusal(content).reason is Refusal.DAMAGED


def test_two_readers_agree():
    """PDFium believes the tree where it says how many pages there are; qpdf counts."""
    content = paper().replace(b"/Count 2", b"/Count 9")
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 9
    assert refusal(content).reason is Refusal.DAMAGED
