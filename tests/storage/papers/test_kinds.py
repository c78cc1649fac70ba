"""What a file is, by its content."""

import io
import zipfile

import pytest

from storage.papers.kinds import HEAD_BYTES, TAIL_BYTES, MediaType, hold_to, recognise
from storage.papers.refusals import PaperRefused, Refusal
from tests.storage.papers.samples import drawing, paper, photograph


def judged(content: bytes) -> MediaType:
    return recognise(content[:HEAD_BYTES], content[-TAIL_BYTES:])


def refusal(content: bytes) -> PaperRefused:
    with pytest.raises(PaperRefused) as caught:
        judged(content)
    return caught.value


@pytest.fixture(scope="module")
def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr("run.class", b"\xca\xfe\xba\xbe")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(paper(), MediaType.PDF), (photograph(), MediaType.JPEG), (drawing(), MediaType.PNG)],
    ids=["pdf", "jpeg", "png"],
)
def test_content_says_what_a_file_is(content, kind):
    """Each kind is known by its own bytes."""
    assert judged(content) is kind


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b"\r\n", b"x" * (HEAD_BYTES - 8)])
def test_a_pdf_may_begin_a_little_later(lead):
    """The header is found within the first 1,024 bytes, as readers find it."""
    assert judged(lead + paper()) is MediaType.PDF


@pytest.mark.parametrize(
    "content",
    [b"x" * HEAD_BYTES + paper(), b"%PDF", b"GIF89a...", b"\0" * 100, b"<html>", b"\x89PNG", b"PK\x03\x04"],
)
def test_anything_else_is_not_taken(content):
    """Neither a PDF too late nor half a signature will do."""
    assert refusal(content).reason is Refusal.UNKNOWN_TYPE


def test_nothing_is_not_taken():
    """An empty file says so."""
    assert refusal(b"").reason is Refusal.EMPTY


@pytest.mark.parametrize(
    ("lead", "also"),
    [
        (b"PK\x03\x04", "zip"),
        (b"GIF89a", "gif"),
        (b"MZ\x90\0", "program"),
        (b"#!/bin/sh\n", "program"),
        (b"  <!DOCTYPE html>", "html"),
        (b"<script>alert(1)</script>", "html"),
        (b"II*\0", "tiff"),
    ],
)
def test_what_reads_as_two_kinds_is_refused(lead, also):
    """A PDF behind the beginning of something else is both."""
    refused = refusal(lead + paper())
    assert (refused.reason, refused.params) == (
        Refusal.SEVERAL_TYPES,
        {"found": "application/pdf", "also": also},
    )


@pytest.mark.parametrize("content", [photograph(), drawing()], ids=["jpeg", "png"])
def test_a_picture_with_a_pdf_in_it_is_refused(content):
    """A header of a PDF where readers look for one makes a picture a PDF, too."""
    refused = refusal(content[:20] + b"%PDF-1.7" + content[20:])
    assert (refused.reason, refused.params["also"]) == (Refusal.SEVERAL_TYPES, "application/pdf")


@pytest.mark.parametrize("content", [paper(), photograph(), drawing()], ids=["pdf", "jpeg", "png"])
@pytest.mark.parametrize("comment", [b"", b"PK\x05\x06 and a comment" * 100])
def test_an_archive_at_the_end_is_found(content, comment, archive):
    """Programs open a ZIP (and so a JAR) from its end, whatever stands before it."""
    archive = archive[:-2] + len(comment).to_bytes(2, "little") + comment
    refused = refusal(content + archive)
    assert (refused.reason, refused.params["also"]) == (Refusal.SEVERAL_TYPES, "zip")


def test_the_mark_of_an_archive_alone_makes_none():
    """Four bytes inside a picture are no archive."""
    assert judged(paper() + b"PK\x05\x06" + bytes(30)) is MediaType.PDF


@pytest.mark.parametrize(
    "claim",
    [None, "", "application/pdf", "Application/PDF; name=a", "application/octet-stream", "application/x-pdf"],
)
def test_a_true_claim_or_none_is_fine(claim):
    """Whoever says nothing does not lie."""
    hold_to(claim, MediaType.PDF)


@pytest.mark.parametrize("claim", ["image/png", "text/html", "x" * 1000])
def test_a_lie_is_refused_and_named(claim):
    """The refusal names both, and does not repeat a claim of any length."""
    with pytest.raises(PaperRefused) as caught:
        hold_to(claim, MediaType.PDF)
    assert caught.value.reason is Refusal.LYING_TYPE
    assert caught.value.params == {"declared": claim[:100], "found": "application/pdf"}
