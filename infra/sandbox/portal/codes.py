"""What the stand-in answers beside success."""

EXPIRED = "01"
EXISTS = "02"
MISSING = "03"
INVALID = "04"
TOO_LONG = "05"
TOO_MANY = "06"
NO_SERVICE = "07"
WRONG_ACCOUNT = "09"

WORDS = {
    EXPIRED: "Phiên làm việc đã hết hạn",
    EXISTS: "Mã hồ sơ đã tồn tại",
    MISSING: "Không tìm thấy dữ liệu",
    INVALID: "Dữ liệu không hợp lệ",
    TOO_LONG: "Dữ liệu vượt quá độ dài cho phép",
    TOO_MANY: "Vượt quá số bản ghi cho phép",
    NO_SERVICE: "Dịch vụ không được cung cấp",
    WRONG_ACCOUNT: "Tài khoản hoặc mật khẩu không đúng",
}
DONE = "Thành công"


class PortalRefusal(Exception):  # noqa: N818 - says what is the case
    """A call, or one record of it, is not taken; `code` is one of `WORDS`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{WORDS[code]}: {detail}" if detail else WORDS[code])
        self.code = code
