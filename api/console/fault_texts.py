"""Problems as officers read them, where the words for programs would not do. Titles, and what to do."""

from api.bilingual import Words

TITLES: dict[str, Words] = {
    "unauthenticated": Words("Phiên làm việc đã hết", "You are signed out"),
    "malformed-json": Words("Không đọc được biểu mẫu", "The form can not be read"),
    "validation": Words("Địa chỉ hoặc biểu mẫu không đúng", "The address or the form is not right"),
    "method-not-allowed": Words("Không mở được trang này", "This page can not be opened"),
    "not-found": Words("Không tìm thấy trang", "The page was not found"),
    "forbidden": Words("Không thuộc việc của bạn", "Not for your role"),
}
DETAILS: dict[str, Words] = {
    "unauthenticated": Words(
        "Điều bạn vừa gửi chưa được ghi nhận. Hãy đăng nhập ở một thẻ khác, rồi tải lại trang này: trình "
        "duyệt sẽ gửi lại đúng nội dung bạn đã viết.",
        "What you have just sent was not taken. Sign in in another tab, then load this page again: the "
        "browser sends what you wrote once more.",
    ),
    "malformed-json": Words(
        "Hãy quay lại, tải lại trang và gửi lần nữa.", "Go back, load the page again and send it."
    ),
    "validation": Words(
        "Hãy quay lại trang trước và thử lần nữa.", "Go back to the page before, and try again."
    ),
    "method-not-allowed": Words(
        "Địa chỉ này chỉ nhận biểu mẫu gửi từ một trang khác.",
        "This address takes what a form on another page sends.",
    ),
    "not-found": Words(
        "Không có trang này, hoặc nội dung không thuộc cơ quan mà bạn phụ trách.",
        "There is no such page, or what it is about is not of an agency that you work for.",
    ),
    "forbidden": Words(
        "Vai trò của bạn không bao gồm việc này. Hãy hỏi người phụ trách của cơ quan.",
        "Your role does not include this. Ask whoever is in charge at your agency.",
    ),
}
