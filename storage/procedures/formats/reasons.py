"""Why something in a file can not be used, in Vietnamese and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason in both languages; `{name}` in it is filled in by `of`."""

    vi: str
    en: str

    def __str__(self) -> str:
        return self.en

    def of(self, **params: "object | Reason") -> "Reason":
        """Return it with what is particular to one case, in the words of each language where it has any."""
        of_vi = {name: one.vi if isinstance(one, Reason) else one for name, one in params.items()}
        of_en = {name: one.en if isinstance(one, Reason) else one for name, one in params.items()}
        return Reason(vi=self.vi.format_map(of_vi), en=self.en.format_map(of_en))

    @classmethod
    def alike(cls, text: str) -> "Reason":
        """Return what is told alike in both: a name, or what a library says."""
        return cls(vi=text, en=text)


class UnusableError(ValueError):
    """A value can not be used; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.en)
        self.reason = reason


def reason_of(error: ValueError) -> Reason:
    """Return why a value can not be used; what Python itself refuses, in its own words."""
    return error.reason if isinstance(error, UnusableError) else Reason.alike(str(error))


LINE = Reason(vi="dòng", en="line")
ITEM = Reason(vi="mục", en="item")

EMPTY = Reason(vi="tệp rỗng", en="it is empty")
CUT = Reason(
    vi="tệp bị cắt hoặc bị hỏng: không giải nén tiếp được",
    en="the file is cut or damaged: it can not be unpacked further",
)
NOT_UTF8 = Reason(vi="không phải UTF-8", en="it is not UTF-8")
LONG_LINE = Reason(vi="dài hơn {most:,} byte", en="it is longer than {most:,} bytes")
LARGE_FILE = Reason(vi="tệp có hơn {most:,} byte", en="the file has more than {most:,} bytes")

NO_JSON = Reason(vi="không phải JSON ({why})", en="it is no JSON ({why})")
NO_JSON_CUT = Reason(
    vi="không phải JSON ({why}), và có thể tệp bị cắt ở đây",
    en="it is no JSON ({why}), and the file may be cut here",
)
NO_JSON_DOCUMENT = Reason(
    vi="không phải JSON ({why}), hoặc tệp bị cắt ở đây",
    en="it is no JSON ({why}), or the file is cut here",
)
NO_JSON_OBJECT = Reason(vi="không phải đối tượng JSON", en="it is no JSON object")
NO_JSON_NUMBER = Reason(vi="{name} không phải là số", en="{name} is no number")
TOO_DEEP = Reason(vi="lồng nhau quá sâu", en="it is nested too deeply")
PORTAL_ERROR = Reason(vi="cổng trả về lỗi, {code}", en="the portal answered with an error, {code}")

ONE_COLUMN = Reason(
    vi="phải có đúng một cột tên {name} ({heading})", en="one column must be headed {name} ({heading})"
)
COLUMNS = Reason(vi="các cột phải là {needed}", en="its columns must be {needed}")
NO_ROW = Reason(vi="không phải dòng của bảng ({why})", en="it is no row of a table ({why})")
CELLS = Reason(
    vi="có {found} ô, còn dòng tiêu đề có {wanted}", en="it has {found} cells, and the heading {wanted}"
)

MISSING = Reason(vi="còn thiếu", en="it is missing")
NO_TEXT = Reason(vi="không phải văn bản", en="it is no text")
LONG_TEXT = Reason(vi="dài hơn {most} ký tự", en="it is longer than {most} characters")
NO_TEXTS = Reason(vi="không phải danh sách văn bản", en="it is no list of texts")
NO_LIST = Reason(vi="không phải danh sách", en="it is no list")
NO_OBJECT = Reason(vi="không phải đối tượng", en="it is no object")
NO_NUMBER = Reason(vi="không phải là số", en="it is no number")
NO_COUNT = Reason(vi="không phải số lượng có thể có", en="it is no number that can be")
NO_DAYS = Reason(vi="không phải số ngày", en="it is no number of days")
NO_AMOUNT = Reason(vi="không phải số tiền bằng đồng", en="it is no amount of đồng")
NONE_OF = Reason(vi="phải là một trong {allowed}", en="it is none of {allowed}")
NOT_KEPT = Reason(vi="có ký tự không lưu được", en="it holds a character that can not be kept")
HALF_CHARACTER = Reason(vi="có nửa ký tự", en="it holds half of a character")

NO_CODE = Reason(vi="không phải mã thủ tục", en="it is no code of a procedure")
NO_PROCEDURE = Reason(vi="không có thủ tục nào", en="it holds no procedure")
THERE_ALREADY = Reason(vi="{code} đã có ở {unit} {number}", en="{code} stands in {unit} {number} already")
