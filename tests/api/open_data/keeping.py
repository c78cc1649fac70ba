"""Dossiers that count in a month."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

MONTH = date(2026, 10, 1)
ENDED = datetime(2026, 10, 5, tzinfo=UTC)
NAME = 'Phường "Hoàn Kiếm", một cửa\nsố 1'
Keep = Callable[..., Awaitable[None]]
