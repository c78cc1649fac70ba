"""What signatures inside a PDF are worth."""

import asyncio
import io
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pikepdf import Array, Dictionary, Encryption, Name, Pdf, String
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleTrustManager

from storage.papers.examining import examine
from storage.papers.findings import Changes, Doubt, Signature, Verdict
from storage.papers.limits import Limits
from storage.papers.signatures import Roots
from tests.storage.papers.authorities import NOW, Identity, identity, rsa_key, signed, time_stamper
from tests.storage.papers.samples import as_file, changed, paper

ROOT = identity("Root CA", authority=True)
BETWEEN = identity("Sub CA", ROOT, authority=True)
LAN = identity("Nguyễn Thị Lan", BETWEEN)
MINH = identity("Trần Văn Minh", BETWEEN, key=rsa_key())
STRANGER = identity("Nguyễn Thị Lan", identity("Root CA", authority=True))
PAST = (NOW - timedelta(days=300), NOW - timedelta(days=100))
RETIRED = identity("Lê Văn Cũ", BETWEEN, valid=PAST)
CLOCK = identity("TSA", ROOT, stamps_time=True, key=rsa_key())


def verdicts(content: bytes, *roots: Identity) -> tuple[Signature, ...]:
    certificates = tuple(root.der for root in roots or (ROOT,))
    return examine(as_file(content), limits=Limits(), roots=Roots(certificates=certificates)).signatures


def verdict(content: bytes, *roots: Identity) -> Signature:
    (found,) = verdicts(content, *roots)
    return found


def updated(content: bytes, change: Callable[[IncrementalPdfFileWriter], object]) -> bytes:
    """Return a PDF with an incremental update behind it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize("official", [LAN, MINH], ids=["elliptic curve", "rsa"])
@pytest.mark.parametrize("form", [SigSeedSubFilter.PADES, SigSeedSubFilter.ADOBE_PKCS7_DETACHED])
def test_a_good_signature_is_valid(official, form):
    """Over an authority in between, whose certificate the document brings."""
    found = verdict(signed(paper(), official, subfilter=form))
    name = official.certificate.subject.rfc4514_string().split("CN=")[1]
    assert found.signed_at is not None
    assert abs(found.signed_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert found == Signature(
        verdict=Verdict.VALID,
        signer=name,
        organisation="UBND xã Thử",
        signed_at=found.signed_at,
        whole_file=True,
    )


def test_a_paper_without_signatures_has_none():
    """Nothing is made up."""
    assert verdicts(paper()) == ()


def test_a_signer_with_the_right_name_is_unknown():
    """Names are written by whoever makes a certificate."""
    found = verdict(signed(paper(), STRANGER))
    assert (found.verdict, found.doubt) == (Verdict.UNKNOWN_SIGNER, Doubt.UNTRUSTED)
    assert found.signer == "Nguyễn Thị Lan"


def test_without_roots_nobody_is_known():
    """The authorities that a browser trusts sign no papers: an empty list is not the system's."""
    content = signed(paper(), LAN)
    (found,) = examine(as_file(content), limits=Limits()).signatures
    assert found.verdict is Verdict.UNKNOWN_SIGNER
    assert not list(SimpleTrustManager.build(trust_roots=[]).iter_certs())


def test_a_signer_whose_certificate_ran_out_is_not_vouched_for():
    """The time that a signer claims proves nothing: with an old key any time can be claimed."""
    found = verdict(signed(paper(), RETIRED))
    assert (found.verdict, found.doubt) == (Verdict.UNKNOWN_SIGNER, Doubt.EXPIRED)
    assert found.signer == "Lê Văn Cũ"


def test_a_time_stamp_proves_when_it_was_signed():
    """Then the certificate has to be good at that time only."""
    then = NOW - timedelta(days=200)
    found = verdict(signed(paper(), RETIRED, stamper=time_stamper(CLOCK, then)))
    assert (found.verdict, found.signed_at, found.time_proven) == (Verdict.VALID, then, True)


def test_a_time_stamp_of_a_stranger_proves_nothing():
    """Nor one from before the certificate."""
    other = identity("TSA", identity("Other", authority=True), stamps_time=True, key=rsa_key())
    for by, at in ((other, NOW - timedelta(days=200)), (CLOCK, NOW - timedelta(days=350))):
        found = verdict(signed(paper(), RETIRED, stamper=time_stamper(by, at)))
        assert (found.verdict, found.doubt) == (Verdict.UNKNOWN_SIGNER, Doubt.EXPIRED)


def test_a_certificate_for_something_else_does_not_sign():
    """One that only keeps secrets is unfit."""
    found = verdict(signed(paper(), identity("Máy chủ", BETWEEN, seals_only=True)))
    assert found.verdict is Verdict.UNKNOWN_SIGNER
    assert found.doubt is Doubt.UNFIT


def test_an_official_is_no_authority():
    """A certificate signed by an official's key leads nowhere."""
    found = verdict(signed(paper(), identity("Kẻ mạo danh", LAN)))
    assert found.verdict is Verdict.UNKNOWN_SIGNER


def test_any_changed_byte_breaks_it():
    """In what was signed, and in the signature."""
    content = signed(paper(), LAN)
    found = verdict(content.replace(b"(anonymous)", b"(anonimous)", 1))
    assert (found.verdict, found.doubt) == (Verdict.BROKEN, Doubt.CHANGED)
    start = content.rindex(b"/Contents <") + len(b"/Contents <")
    for at in range(start, start + 2000, 101):
        digit = b"0" if content[at : at + 1] != b"0" else b"1"
        assert verdict(content[:at] + digit + content[at + 1 :]).verdict is not Verdict.VALID


def test_the_second_signature_leaves_the_first_valid():
    """Each is told in its turn; only the last covers the whole file."""
    first, second = verdicts(signed(signed(paper(), LAN), MINH, field="Ky2"))
    assert (first.signer, first.verdict, first.whole_file) == ("Nguyễn Thị Lan", Verdict.VALID, False)
    assert (second.signer, second.verdict, second.whole_file) == ("Trần Văn Minh", Verdict.VALID, True)
    assert first.changes in {Changes.FORM_FILLING, Changes.VALIDATION_DATA}


def _describe(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("Khác")}))


def _with_field(document: Pdf) -> None:
    field = document.make_indirect(
        Dictionary(
            FT=Name.Tx, T=String("ten"), Type=Name.Annot, Subtype=Name.Widget, Rect=Array([0, 0, 9, 9])
        )
    )
    document.pages[0].obj.Annots = Array([field])
    document.Root.AcroForm = Dictionary(Fields=Array([field]))


def _fill_in(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/V"] = generic.pdf_string("Lan")
    writer.update_container(field)


def _show_otherwise(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)


def test_a_harmless_update_leaves_a_signature_valid():
    """It covers what was there when it was made."""
    found = verdict(updated(signed(paper(), LAN), _describe))
    assert (found.verdict, found.whole_file) == (Verdict.VALID, False)


def test_an_update_that_shows_something_else_breaks_it():
    """The bytes that were signed are all there, and nobody sees them."""
    found = verdict(updated(signed(paper(), LAN), _show_otherwise))
    assert (found.verdict, found.doubt, found.whole_file) == (Verdict.BROKEN, Doubt.CHANGED, False)
    assert found.changes is Changes.OTHER


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [(MDPPerm.FILL_FORMS, Verdict.VALID), (MDPPerm.NO_CHANGES, Verdict.BROKEN)],
)
def test_whoever_certifies_says_what_may_change(allowed, expected):
    """A field filled in afterwards is harmless where it was foreseen, and breaks the last word."""
    certified = signed(changed(_with_field), LAN, certify=True, docmdp_permissions=allowed)
    assert verdict(certified).verdict is Verdict.VALID
    found = verdict(updated(certified, _fill_in))
    assert (found.verdict, found.changes) == (expected, Changes.FORM_FILLING)


def test_a_rewritten_file_breaks_it():
    """Programs that only mean well save a paper anew."""
    found = verdict(changed(lambda _: None, signed(paper(), LAN)))
    assert found.verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    ("old", "new"), [(b"/ByteRange [0", b"/ByteRange [9"), (b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detachee")]
)
def test_a_signature_that_makes_no_sense_is_broken(old, new):
    """It is never left out: whoever reads the findings would think that nobody signed."""
    content = signed(paper(), LAN)
    assert old in content
    assert verdict(content.replace(old, new)).verdict is Verdict.BROKEN


def test_sha_1_is_too_weak_but_says_who():
    """As papers were signed until about 2020: unfit where unchanged, broken where not."""
    content = signed(paper(), MINH, md_algorithm="sha1", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
    found = verdict(content)
    assert (found.verdict, found.doubt) == (Verdict.UNKNOWN_SIGNER, Doubt.UNFIT)
    assert found.signer == "Trần Văn Minh"
    assert verdict(content.replace(b"(anonymous)", b"(anonimous)", 1)).verdict is Verdict.BROKEN


def test_a_restricted_paper_shows_its_signatures():
    """It opens without a password, and so do its signatures."""
    content = changed(lambda _: None, encryption=Encryption(owner="owner", user=""))
    assert verdict(signed(content, LAN)).verdict is Verdict.VALID


def test_no_address_in_a_certificate_is_ever_opened():
    """Whoever made the file chose them; a connection would tell when and where it is read."""
    called = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"

        def listen() -> None:
            caller, _ = server.accept()
            caller.close()
            called.set()

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        root = identity("Root CA", authority=True, urls=address)
        between = identity("Sub CA", root, authority=True, urls=address)
        curious = signed(paper(), identity("Người ký", between, urls=address))
        lost = signed(paper(), identity("Người ký", identity("Sub", root, authority=True), urls=address))
        assert verdict(curious, root).verdict is Verdict.VALID
        assert verdict(curious, ROOT).verdict is Verdict.UNKNOWN_SIGNER
        assert verdict(lost, root).verdict is Verdict.VALID
        assert not called.is_set()
        socket.create_connection(server.getsockname(), 5).close()  # the listener did listen
        listener.join(5)
        assert called.is_set()


def test_it_works_where_a_loop_is_running():
    """The child has none; whoever calls from a thread beside one is served as well."""

    content = signed(paper(), LAN)

    async def beside() -> Signature:
        return await asyncio.to_thread(verdict, content)

    with asyncio.Runner() as runner:
        assert runner.run(beside()).verdict is Verdict.VALID
