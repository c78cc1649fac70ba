"""How a sealed document stands: the same steps for every code, whether there is a document or not."""

from datetime import datetime, timedelta

from api.limits import Limit
from api.problems import Problem
from api.verify.schemas import Verification
from storage.seals import repository as seals
from storage.seals.errors import SealError
from storage.seals.link import read_code
from storage.unit_of_work import Reading

BY_ADDRESS = Limit(name="verifications", burst=120, every=timedelta(seconds=0.5))
"""Generous: a hall of counters may call through one address. Of 2^60 codes nobody finds one by trying."""
_NO_CODE = ""


async def verify(reading: Reading, given: str, *, now: datetime) -> Verification:
    """Return how the document of a code stands.

    Raises:
        Problem: there is none. What can be no code is looked for all the same, and refused alike.
    """
    found = await seals.by_code(reading, _read(given))
    if found is None:
        raise Problem("no-such-seal", 404)
    return Verification.of(found, now)


def _read(given: str) -> str:
    try:
        return read_code(given)
    except SealError:
        return _NO_CODE
