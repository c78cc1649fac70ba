"""The forms of tables of dossiers: a file that is chosen, and the same file once it was tried.

What was tried is kept nowhere but in the page that tells of it: from there it is sent again to be kept.
"""

import asyncio
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Request

from api.console.forms import FormError
from api.problems import Problem
from api.recording.csv_file_table import MOST_BYTES, too_large
from api.services import Services
from api.uploads import received

AGENCY, FILE = "agency", "file"
PACKED_MOST = 2 * MOST_BYTES
"""Bytes of a packed file: base64 takes a third more, and what can not be packed a little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """What a form sent."""

    agency: str
    content: bytes = field(repr=False)


async def chosen(request: Request, services: Services, whose: str) -> SentFile:
    """Read a form with a file. Raises Problem."""
    return await _sent(request, services, whose, MOST_BYTES)


async def tried_before(request: Request, services: Services, whose: str) -> SentFile:
    """Read the form of a page that told of a file. Raises Problem."""
    sent = await _sent(request, services, whose, PACKED_MOST)
    return SentFile(agency=sent.agency, content=await asyncio.to_thread(unpacked, sent.content))


async def packed(content: bytes) -> str:
    """Return a file as a page carries it on."""
    return (await asyncio.to_thread(lambda: urlsafe_b64encode(zlib.compress(content)))).decode()


def unpacked(text: bytes) -> bytes:
    """Return the file that `packed` was given, which is no larger than a file may be. Raises Problem."""
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(urlsafe_b64decode(text), MOST_BYTES + 1)
    except (zlib.error, NotBase64) as error:
        raise Problem("malformed-json", 400) from error
    if len(content) > MOST_BYTES:
        raise too_large()
    if not unpacking.eof:
        raise Problem("malformed-json", 400)
    return content


def told(problem: Problem, locale: str) -> Sequence[FormError]:
    """Word why a file is no table, at its field. Raises the problem where it is not the file's fault."""
    if problem.status not in {413, 422}:
        raise problem
    worded = problem.as_json(locale)
    reasons = [error["detail"] for error in worded.get("errors", ())]
    return [FormError(id=FILE, text=text) for text in reasons or [worded["detail"]]]


async def _sent(request: Request, services: Services, whose: str, most: int) -> SentFile:
    folder = services.settings.papers.spool_folder()
    with services.uploads.taken(whose):
        async with received(
            request, texts=frozenset({AGENCY}), file=FILE, most=most, folder=folder
        ) as upload:
            content = await asyncio.to_thread(upload.file.content.read)
            return SentFile(agency=upload.fields[AGENCY].decode("utf-8", "replace"), content=content)
