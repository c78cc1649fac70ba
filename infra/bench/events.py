"""Events as an agency's system sends them: real lengths, Vietnamese text, invented people."""

import itertools
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.bench.http import post

PATH = "/v1/agency/dossier-events"
SUMMARY = "Đăng ký khai sinh cho con, nộp trực tuyến tại phường Thử Nghiệm"
NOTE = "Hồ sơ đã được chuyển đến bộ phận chuyên môn để xử lý theo quy trình."
ACCEPTED, IN_PROCESS = 2, 4

Event = dict[str, Any]


class Agency:
    """Writes events; every dossier and every applicant is a new one."""

    def __init__(self) -> None:
        self._serial = itertools.count(1)

    def first(self, count: int) -> list[Event]:
        """Return first events of new dossiers: accepted, with applicant, contacts, summary and due time."""
        return [self._first(next(self._serial)) for _ in range(count)]

    def following(self, events: Iterable[Event]) -> list[Event]:
        """Return for each dossier its next event: in process, with a note."""
        return [
            {
                "event_id": f"{event['event_id']}-4",
                "dossier_code": event["dossier_code"],
                "status": IN_PROCESS,
                "occurred_at": datetime.now(UTC).isoformat(),
                "note": NOTE,
            }
            for event in events
        ]

    @staticmethod
    def _first(serial: int) -> Event:
        now = datetime.now(UTC)
        return {
            "event_id": f"bench-{serial:08d}",
            "dossier_code": f"H26.1-261121-{serial:07d}",
            "status": ACCEPTED,
            "occurred_at": now.isoformat(),
            "due_at": (now + timedelta(days=5)).isoformat(),
            "procedure_code": "1.001193",
            "channel": 2,
            "summary": SUMMARY,
            "applicant": {
                "number": f"0011{serial:08d}",
                "name": "Nguyễn Thị Ví Dụ",
                "email": f"nguoi.dan.{serial}@example.vn",
                "phone": f"0912{serial % 10**6:06d}",
            },
        }


def batch_request(events: Sequence[Event], token: str) -> bytes:
    """Return a batch as it goes over the wire."""
    return post(PATH, _json({"events": events}), token=token)


def single_requests(events: Iterable[Event], token: str) -> list[bytes]:
    """Return events one by one as they go over the wire."""
    return [post(PATH, _json(event), token=token) for event in events]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
