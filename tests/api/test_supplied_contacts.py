"""Which of the addresses that came with a dossier is used, and what a repeat leaves as it is."""

from collections.abc import Callable
from typing import Any

import httpx

from storage.cipher import Cipher
from storage.contacts.addresses import ContactKind
from storage.engine import Engine
from storage.unit_of_work import Reading
from tests.api.callers import Agency
from tests.api.telling import PERSON, event, tell


async def rows(reading: Callable[[], Reading], query: str) -> list[Any]:
    async with reading() as read:
        return await (await (await read.driver()).execute(query)).fetchall()


async def used(reading: Callable[[], Reading], cipher: Cipher) -> str:
    """The mail address that would be used now."""
    indexes = {
        cipher.blind_index(f"contact.{ContactKind.EMAIL}", f"{name}@example.vn"): name for name in "abc"
    }
    query = "SELECT value_index FROM contact WHERE kind = 'email' ORDER BY told_at DESC, id DESC LIMIT 1"
    ((index,),) = await rows(reading, query)
    return indexes[bytes(index)]


def told(event_id: str, hours: float, name: str) -> dict[str, Any]:
    applicant = {**PERSON, "email": f"{name}@example.vn"}
    return event(event_id, 4, hours, step=event_id, applicant=applicant)


async def test_the_address_told_last_by_the_source_is_used(
    client: httpx.AsyncClient, agency: Agency, reading: Callable[[], Reading], cipher: Cipher
) -> None:
    """A late event brings no outdated address in front, and one told again is in front again."""
    await tell(client, agency, told("e-1", 1, "a"))
    await tell(client, agency, told("e-3", 3, "b"))
    assert await used(reading, cipher) == "b"
    await tell(client, agency, told("e-2", 2, "c"))
    assert await used(reading, cipher) == "b", "told before, though it arrived after"
    await tell(client, agency, told("e-4", 4, "a"))
    assert await used(reading, cipher) == "a", "told again"


async def test_a_repeat_moves_no_dossier_to_the_front(
    client: httpx.AsyncClient, agency: Agency, reading: Callable[[], Reading]
) -> None:
    """The same fact under another id shows that the agency is there, and nothing new."""
    await tell(client, agency, event("e-1", 2, 1))
    ((updated, heard),) = await rows(reading, "SELECT updated_at, heard_at FROM dossier")
    await tell(client, agency, event("e-2", 2, 1))
    ((updated_then, heard_then),) = await rows(reading, "SELECT updated_at, heard_at FROM dossier")
    assert (updated_then, heard_then > heard) == (updated, True)
    await tell(client, agency, event("e-3", 4, 2))
    ((updated_last,),) = await rows(reading, "SELECT updated_at FROM dossier")
    assert updated_last > updated


async def test_what_is_kept_of_an_event_can_not_be_tried_out(
    client: httpx.AsyncClient, agency: Agency, reading: Callable[[], Reading], engine: Engine
) -> None:
    """The hash of its content needs a key, and does not change with fields that nobody sends."""
    import hashlib

    from api.recording.schemas import DossierEvent

    given = event("e-1", 2, 1)
    await tell(client, agency, given)
    ((kept,),) = await rows(reading, "SELECT content_hash FROM event_receipt")
    content = DossierEvent.model_validate(given).content()
    assert bytes(kept) != hashlib.sha256(content.encode()).digest()
    assert "null" not in content
    assert (await tell(client, agency, given | {"note": None, "sequence": None})).status_code == 200
