"""Published answers in force, as this process knows them."""

import asyncio

from storage.beside import short_turns
from storage.following import Follower, NotReady
from storage.questions.building import build_beside
from storage.questions.entries import Published, ShelfStamp, published, stamp_in_force
from storage.questions.shelf import Shelf
from storage.unit_of_work import Reading

FEW = 500
"""So many rows are made ready here, in a fifth of a second: another process takes longer to begin."""


class AnswersNotReady(NotReady):
    """The process has just begun, and has not read the published answers yet."""


class AnswerBook(Follower[Shelf, ShelfStamp]):
    """Follows what is published, and the catalogue that makes answers stale."""

    name = "answers"
    not_ready = AnswersNotReady

    async def _stamp_in_force(self, reading: Reading) -> ShelfStamp:
        return await stamp_in_force(reading)

    async def _make(self, stamp: ShelfStamp) -> Shelf:
        # Units are read in one piece, for a twentieth of a second in which nobody else would be served.
        if stamp.rows > FEW or (stamp.rows and stamp.catalogue.units):
            return await build_beside(self._settings)
        async with self._open_reading() as reading:
            found = await published(reading)
        return await asyncio.to_thread(_shelved, found)


def _shelved(found: Published) -> Shelf:
    with short_turns():
        return Shelf(found)
