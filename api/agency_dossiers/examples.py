"""What the description of the API shows."""

from typing import Any

CODE = "H26.1-261121-0001"
APPOINTMENT: dict[str, Any] = {
    "source_id": "LH-77",
    "state": "confirmed",
    "state_at": "2026-11-21T09:05:00+07:00",
    "starts_at": "2026-11-25T09:30:00+07:00",
    "ends_at": "2026-11-25T10:00:00+07:00",
    "place": "Quầy 3, Trung tâm Phục vụ hành chính công",
    "purpose": "Nộp bản chính để đối chiếu",
}
PAYMENT: dict[str, Any] = {
    "source_id": "TT-12",
    "state": "requested",
    "state_at": "2026-11-21T09:05:00+07:00",
    "amount": 150000,
    "reason": "Lệ phí cấp bản sao",
    "link": "https://thanhtoan.example.vn/TT-12",
    "due_at": "2026-11-28T17:00:00+07:00",
}
POSTAL_ITEM: dict[str, Any] = {
    "source_id": "BC-5",
    "state": "in_transit",
    "state_at": "2026-11-24T14:00:00+07:00",
    "direction": "return",
    "carrier": "VNPost",
    "tracking_no": "EI123456789VN",
}
EVENT: dict[str, Any] = {
    "event_id": "H26-2026-000123-2",
    "status": 2,
    "occurred_at": "2026-11-21T09:00:00+07:00",
    "due_at": "2026-11-26T17:00:00+07:00",
}
DOSSIER: dict[str, Any] = {
    "procedure_code": "1.001193",
    "channel": 2,
    "summary": "Đăng ký khai sinh cho con",
    "applicant": {"number": "001190000001", "name": "Nguyễn Thị An", "email": "an@example.vn"},
    "parent_code": "H26-261120-0007",
    "events": [EVENT],
    "appointments": [APPOINTMENT],
    "payments": [PAYMENT],
    "postal_items": [POSTAL_ITEM],
}
BATCH: dict[str, Any] = {"dossiers": [{"code": CODE, **DOSSIER}]}
STATE: dict[str, Any] = {"state": "moved", "starts_at": "2026-11-26T14:00:00+07:00"}
PAID: dict[str, Any] = {"state": "paid", "state_at": "2026-11-22T10:12:00+07:00", "receipt_no": "BL-000871"}
DELIVERED: dict[str, Any] = {"state": "delivered", "state_at": "2026-11-25T08:40:00+07:00"}

ITEM_ANSWER: dict[str, Any] = {
    "source_id": "LH-77",
    "outcome": "accepted",
    "state": "confirmed",
    "contradiction": False,
    "notified": True,
    "recorded_at": "2026-11-21T02:05:01Z",
}
ANSWER: dict[str, Any] = {
    "code": CODE,
    "outcome": "created",
    "events": [
        {
            "event_id": "H26-2026-000123-2",
            "outcome": "accepted",
            "dossier_code": CODE,
            "current": True,
            "contradiction": False,
            "notified": True,
            "recorded_at": "2026-11-21T02:05:01Z",
        }
    ],
    "appointments": [ITEM_ANSWER],
    "payments": [ITEM_ANSWER | {"source_id": "TT-12", "state": "requested"}],
    "postal_items": [ITEM_ANSWER | {"source_id": "BC-5", "state": "in_transit", "notified": False}],
}
BATCH_ANSWER: dict[str, Any] = {"created": 1, "updated": 0, "refused": 0, "results": [ANSWER]}
_HISTORY = [{"state": "confirmed", "at": "2026-11-21T02:05:00Z", "contradiction": False}]
SHOWN: dict[str, Any] = {
    "code": CODE,
    "procedure_code": "1.001193",
    "agency_code": "H26.1",
    "channel": 2,
    "summary": "Đăng ký khai sinh cho con",
    "parent_code": "H26-261120-0007",
    "children": [],
    "status": 2,
    "status_since": "2026-11-21T02:00:00Z",
    "due_at": "2026-11-26T10:00:00Z",
    "events": [
        {
            "status": 2,
            "occurred_at": "2026-11-21T02:00:00Z",
            "recorded_at": "2026-11-21T02:05:01Z",
            "sequence": None,
            "step": "",
            "note": None,
            "due_at": "2026-11-26T10:00:00Z",
            "contradiction": False,
        }
    ],
    "appointments": [APPOINTMENT | {"history": _HISTORY}],
    "payments": [],
    "postal_items": [],
}
PAGE: dict[str, Any] = {
    "items": [
        {
            "code": CODE,
            "procedure_code": "1.001193",
            "agency_code": "H26.1",
            "parent_code": None,
            "status": 2,
            "status_since": "2026-11-21T02:00:00Z",
            "updated_at": "2026-11-21T02:05:01Z",
        }
    ],
    "next_since": "eyJhdCI6IjIwMjYtMTEtMjFUMDI6MDU6MDFaIn0",
    "more": False,
}
