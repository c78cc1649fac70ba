"""How an agency of the tests is reached."""

from typing import Any

from storage.contact_points.record import ContactRecord

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
OFFICE = [
    {"days": WEEKDAYS, "from": "07:30", "to": "11:30"},
    {"days": WEEKDAYS, "from": "13:30", "to": "17:00"},
]
HOTLINE = {"label": "Tổng đài", "number": "1022"}
RECORD: dict[str, Any] = {
    "hotlines": [HOTLINE, {"label": "Bộ phận Một cửa", "number": "024 3825 3536"}],
    "emails": ["MotCua@Example.vn"],
    "websites": ["https://example.vn/mot-cua"],
    "addresses": [{"label": "Trụ sở", "text": "79 phố Đinh Tiên Hoàng, Hà Nội"}],
    "hours": OFFICE,
    "exceptions": [
        {"date": "2026-12-05", "from": "07:30", "to": "11:30", "note": {"vi": "Làm bù", "en": "Worked"}},
        {"date": "2026-12-07", "closed": True, "note": {"vi": "Nghỉ bù"}},
    ],
    "notes": {"vi": "Lấy số trước khi vào", "en": "Take a number first"},
}


def record(**fields: Any) -> ContactRecord:
    """Make a record; fields stand in place of those of `RECORD`."""
    return ContactRecord.model_validate(RECORD | fields)
