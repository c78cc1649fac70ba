"""What time it is by the database's clock: for what many processes wait for, each with a clock of its own."""

from datetime import datetime
from typing import Any

from storage.unit_of_work import Reading


async def now(reading: Reading) -> datetime:
    """Return what time it is now, and not when the transaction began."""
    row: Any = await (await (await reading.driver()).execute("SELECT clock_timestamp()")).fetchone()
    found: datetime = row[0]
    return found
