"""How the columns of a table are headed: by our names of the fields, or in Vietnamese."""

import unicodedata
from collections.abc import Mapping

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("mã thủ tục", "mã tthc", "mã số", "mã"),
    "name": ("tên thủ tục", "tên tthc", "tên thủ tục hành chính", "tên"),
    "field": ("lĩnh vực",),
    "field_code": ("mã lĩnh vực",),
    "agency": ("cơ quan thực hiện",),
    "competent_agency": ("cơ quan có thẩm quyền",),
    "coordinating_agency": ("cơ quan phối hợp",),
    "promulgating_agency": ("cơ quan ban hành", "cơ quan công bố"),
    "promulgating_agency_code": ("mã cơ quan ban hành", "mã cơ quan công bố"),
    "level": ("cấp thực hiện",),
    "applicants": ("đối tượng thực hiện", "đối tượng"),
    "online_level": ("mức độ", "mức độ dịch vụ công", "mức độ cung cấp dịch vụ công"),
    "decision_no": ("quyết định công bố", "số quyết định"),
    "description": ("mô tả",),
    "steps": ("trình tự thực hiện", "trình tự"),
    "result": ("kết quả thực hiện", "kết quả"),
    "conditions": ("yêu cầu, điều kiện", "yêu cầu, điều kiện thực hiện", "điều kiện"),
    "legal_basis": ("căn cứ pháp lý",),
    "receiving_address": ("địa chỉ tiếp nhận", "địa chỉ tiếp nhận hồ sơ"),
    "portal_url": ("đường dẫn", "địa chỉ trên cổng"),
    "keywords": ("từ khóa",),
}
LISTS = frozenset({"legal_basis"})
"""Columns of which each line is an entry."""

_FIELDS = {heading: field for field, headings in HEADINGS.items() for heading in (field, *headings)}


def column_of(heading: str) -> str:
    """Return the field that a heading names; the heading itself where it names none of ours."""
    written = " ".join(unicodedata.normalize("NFC", heading).split())
    return _FIELDS.get(written.lower(), written)
