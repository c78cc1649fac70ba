"""What the name of a procedure says beside its words: where it is carried out, and for what special case."""

import re
from collections.abc import Sequence

from storage.search.folding import fold, words

_LEVEL = re.compile(
    r"\(\s*(?:thực hiện\s+)?(?:tại|ở)?\s*(?:cấp|cơ quan)\b[^)]*\)|\(\s*(?:tỉnh|xã|huyện|trung ương|bộ)\s*\)",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"^\s*thủ tục\s*:?\s+", re.IGNORECASE)

_MARKS = (
    "có yếu tố nước ngoài",
    "người nước ngoài",
    "ở nước ngoài",
    "kết hợp",
    "lưu động",
    "lại",
    "liên thông",
    "ngoại giao",
    "công vụ",
    "quân đội",
    "quốc phòng",
    "lực lượng vũ trang",
    "tại cơ quan đại diện",
    "tổ chức",
    "bổ sung",
    "điều chỉnh",
    "khu vực biên giới",
    "gia hạn",
    "xóa",
    "thu hồi",
    "chấm dứt",
    "giám sát",
    "đình chỉ",
    "tạm dừng",
    "chuyển tiếp",
)
"""What sets a special case apart from the common one: it is not meant unless it is said."""

_FOLDED_MARKS = tuple(f" {' '.join(map(fold, words(mark)))} " for mark in _MARKS)


def plain_name(name: str) -> str:
    """Return a name without its formula ("Thủ tục …") and without the level at which it is carried out.

    Procedures whose plain names are the same are one to who looks for them: variants by level or province.
    """
    return " ".join(_FORMULA.sub("", _LEVEL.sub(" ", name)).split()).rstrip(" .;,")


def marks(folded: Sequence[str]) -> int:
    """Return which special cases words without their marks speak of, a bit for each."""
    return marks_in(f" {' '.join(folded)} ")


def marks_in(flat: str) -> int:
    """Do so for words that are joined, and surrounded, by spaces."""
    return sum(1 << number for number, mark in enumerate(_FOLDED_MARKS) if mark in flat)
