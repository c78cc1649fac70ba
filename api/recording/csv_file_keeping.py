"""A table of events kept, or only tried: the same work either way, in slices that each are a transaction."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from api.recording.csv_file import Sheet, parse
from api.recording.csv_file_report import Report
from api.recording.csv_file_table import Table, read
from api.recording.schemas import DossierEvent, EventAnswer
from api.recording.senders import Sender, receiving
from api.services import Services
from storage.cipher import Cipher
from storage.unit_of_work import rehearse, transact

EVENT_ID = "csv_event_id.1"
"""Purpose of the hash that names a row; the number changes with the normal form of an event's content."""


async def opened(content: bytes) -> Table:
    """Read a file, while others are served. Raises Problem."""
    return await asyncio.to_thread(read, content)


async def tried(services: Services, sender: Sender, table: Table) -> Report:
    """Say what would become of each row, and keep nothing."""
    return await _report(services, sender, table, commit=False)


async def kept(services: Services, sender: Sender, table: Table) -> Report:
    """Keep what can be kept of a table, each row by itself.

    What is answered is durable. Who gets no answer sends the same file again: what was kept of it already is
    then told as repeated.
    """
    return await _report(services, sender, table, commit=True)


async def _report(services: Services, sender: Sender, table: Table, *, commit: bool) -> Report:
    sheet = await asyncio.to_thread(_parsed, table, services.cipher, sender.locale)
    answers: dict[int, EventAnswer] = dict(sheet.answers)
    within = transact if commit else rehearse
    for good in slices(sheet.good, services.settings.batch_limit):
        answers |= await within(services.unit_of_work, receiving(services, sender, good))
    return Report(table=table, answers=answers)


def _parsed(table: Table, cipher: Cipher, locale: str) -> Sheet:
    def identify(content: str) -> str:
        # Keyed, as the content holds the applicant's number: ids are kept, and could be tried out.
        return f"csv-{cipher.blind_index(EVENT_ID, content).hex()[:40]}"

    return parse(table, datetime.now(UTC), locale, identify)


def slices(good: Mapping[int, DossierEvent], most: int) -> Iterator[dict[int, DossierEvent]]:
    """Part events into about as many as go into one transaction; those of one dossier stay together.

    So each is judged beside the others of its dossier, also where the first is undone before the next begins.
    """
    by_dossier: dict[str, dict[int, DossierEvent]] = defaultdict(dict)
    for index, event in good.items():
        by_dossier[event.dossier_code][index] = event
    some: dict[int, DossierEvent] = {}
    for together in by_dossier.values():
        if some and len(some) + len(together) > most:
            yield some
            some = {}
        some |= together
    if some:
        yield some
