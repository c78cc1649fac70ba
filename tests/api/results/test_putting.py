"""Files on their way into the store: what is kept is what was hashed when it came."""

import io
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from api.intake.putting import ChangedFileError, Putting
from api.services import Services
from api.uploads import UploadedFile
from storage.papers.findings import Findings
from storage.papers.kinds import MediaType
from storage.parties import repository as parties
from tests.api.callers import Citizen
from tests.api.results.test_refusals import kept

FINDINGS = Findings(media_type=MediaType.PDF, pages=1)
CAME = b"%PDF-1.7 " + bytes(3_000_000)


def uploaded(content: bytes) -> UploadedFile:
    """Return what came as `CAME`, and holds something by now."""
    return UploadedFile(
        content=io.BytesIO(content), size=len(CAME), sha256=sha256(CAME).digest(), declared_type=""
    )


async def putting(services: Services, citizen: Citizen) -> Putting:
    async with services.reading() as reading:
        key = await parties.open_key(reading, citizen.party_id)
    return Putting(services.blobs, key, datetime.now(UTC))


async def test_size_and_hash_are_of_what_was_put(services: Services, citizen: Citizen) -> None:
    """Of the original as of the copy."""
    work = await putting(services, citizen)
    await work.original(uploaded(CAME), FINDINGS)
    await work.copy(io.BytesIO(b"copy"), FINDINGS)
    assert [(one.size, one.sha256) for one in work.files] == [
        (len(CAME), sha256(CAME).digest()),
        (4, sha256(b"copy").digest()),
    ]
    await work.take_away()


@pytest.mark.parametrize("now", [CAME[:-1] + b"x", CAME[:-1], CAME + b"x", b""])
async def test_a_file_that_changed_under_our_hands_is_not_kept(
    now: bytes, services: Services, citizen: Citizen
) -> None:
    """The seal is over other bytes; nobody is to find them in the store under it."""
    before = await kept(services)
    work = await putting(services, citizen)
    with pytest.raises(ChangedFileError):
        await work.original(uploaded(now), FINDINGS)
    assert await kept(services) == before
