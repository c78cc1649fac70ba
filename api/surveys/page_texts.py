"""The words of surveys' pages."""

TEXTS = {
    "vi": {
        "language": "Tiếng Việt",
        "skip": "Đến nội dung",
        "kind": "Khảo sát",
        "of": "Cơ quan khảo sát",
        "until": "Trả lời đến",
        "confidential": "Câu trả lời được giữ kín: không lưu cùng tên, số định danh hay địa chỉ của bạn.",
        "invited": "Việc bạn đã trả lời được ghi riêng, để không mời lại.",
        "personal": "Đừng ghi tên, số điện thoại hay số giấy tờ vào ô trả lời: phần như vậy sẽ bị xóa "
        "trước khi lưu.",
        "required": "bắt buộc",
        "no_answer": "Không trả lời",
        "yes": "Có",
        "no": "Không",
        "longest": "Nhiều nhất {count} ký tự.",
        "several": "Có thể chọn nhiều mục.",
        "scale": "Từ {lowest} đến {highest}.",
        "send": "Gửi câu trả lời",
        "error": "Lỗi",
        "error_summary": "Chưa gửi được. Hãy xem lại:",
        "changed_title": "Khảo sát vừa thay đổi",
        "changed": "Câu trả lời của bạn chưa được gửi. Dưới đây là bản mới; những gì còn phù hợp đã được "
        "điền sẵn. Hãy xem lại rồi gửi.",
        "again_title": "Hãy gửi lại một lần nữa",
        "again": "Trang này đã mở quá lâu hoặc được gửi từ nơi khác, nên chưa ghi nhận gì. Những gì bạn điền "
        "vẫn còn ở dưới.",
        "busy_title": "Hãy đợi một chút",
        "busy": "Có quá nhiều câu trả lời được gửi từ mạng này. Những gì bạn điền vẫn còn ở dưới; hãy gửi "
        "lại sau {seconds} giây.",
    },
    "en": {
        "language": "English",
        "skip": "Go to the content",
        "kind": "Survey",
        "of": "Asked by",
        "until": "Answer until",
        "confidential": "Your answers are confidential: no name, number or address is kept with them.",
        "invited": "That you have answered is noted apart, so that you are not invited again.",
        "personal": "Write no names, phone numbers or numbers of documents: such parts are removed before "
        "anything is kept.",
        "required": "required",
        "no_answer": "No answer",
        "yes": "Yes",
        "no": "No",
        "longest": "At most {count} characters.",
        "several": "You may choose several.",
        "scale": "From {lowest} to {highest}.",
        "send": "Send the answers",
        "error": "Error",
        "error_summary": "Not sent yet. Please look again:",
        "changed_title": "The survey has changed",
        "changed": "Your answers were not sent. Below is the new form; what still fits is filled in. Look it "
        "through, and send it.",
        "again_title": "Please send it once more",
        "again": "This page was open for too long, or was sent from elsewhere, so nothing was kept. What you "
        "filled in still stands below.",
        "busy_title": "Please wait a little",
        "busy": "Too many answers were sent from this network. What you filled in still stands below; send "
        "it again in {seconds} seconds.",
    },
}

ERRORS = {
    "vi": {
        "missing": "Hãy trả lời câu này.",
        "nothing-said": "Hãy trả lời ít nhất một câu.",
        "enum": "Hãy chọn trong các mục ở dưới.",
    },
    "en": {
        "missing": "Answer this question.",
        "nothing-said": "Answer one question at least.",
        "enum": "Choose from what stands below.",
    },
}
"""What is wrong with an answer, by its code, where a page says it better than the API."""

TOLD = {
    "vi": {
        "thanks": ("Cảm ơn bạn", "Câu trả lời đã được ghi nhận. Bạn có thể đóng trang này."),
        "answered": (
            "Bạn đã trả lời khảo sát này",
            "Mỗi lời mời trả lời một lần. Câu trả lời trước của bạn được giữ nguyên.",
        ),
        "sent_before": (
            "Trang này đã được gửi một lần",
            "Câu trả lời gửi lần đầu được giữ nguyên. Muốn trả lời lần nữa, hãy mở lại khảo sát.",
        ),
        "closed": ("Khảo sát đã đóng", "Đã hết thời gian trả lời."),
        "not_yet": ("Khảo sát chưa mở", "Hãy quay lại khi khảo sát mở."),
        "unknown": (
            "Không có khảo sát này",
            "Địa chỉ có thể bị thiếu ký tự. Hãy mở lại từ nơi bạn nhận được.",
        ),
        "forged": (
            "Liên kết không đúng",
            "Liên kết bị thiếu hoặc bị sửa. Hãy mở lại từ thông báo bạn đã nhận.",
        ),
        "expired": ("Liên kết đã hết hạn", "Khảo sát này không còn nhận câu trả lời qua liên kết đó."),
        "invited_only": (
            "Khảo sát dành cho người được mời",
            "Hãy mở liên kết trong thông báo bạn đã nhận, hoặc trả lời trong ứng dụng.",
        ),
        "away": (
            "Chưa mở được khảo sát",
            "Khảo sát này được trả lời ở hệ thống khác, đang được chuẩn bị ở đó. Hãy quay lại sau ít phút.",
        ),
        "broken": (
            "Chưa gửi được",
            "Trình duyệt gửi nội dung không đọc được. Hãy mở lại khảo sát và thử lần nữa.",
        ),
    },
    "en": {
        "thanks": ("Thank you", "Your answers were kept. You may close this page."),
        "answered": (
            "You have answered this survey",
            "An invitation is answered once. What you answered before stays as it is.",
        ),
        "sent_before": (
            "This page was sent before",
            "What was sent first stays as it is. To answer once more, open the survey again.",
        ),
        "closed": ("The survey is closed", "The time for answers is over."),
        "not_yet": ("The survey is not open yet", "Come back once it is."),
        "unknown": (
            "There is no such survey",
            "A part of the address may be missing. Open it again from where you got it.",
        ),
        "forged": (
            "The link is not right",
            "A part of it is missing, or was changed. Open it again from the notice that you received.",
        ),
        "expired": ("The link is over", "This survey takes no more answers by that link."),
        "invited_only": (
            "The survey is for those who were invited",
            "Open the link in the notice that you received, or answer in the app.",
        ),
        "away": (
            "The survey cannot be opened yet",
            "It is answered on another system, and is being made ready there. Come back in a few minutes.",
        ),
        "broken": (
            "Nothing was sent",
            "What your browser sent cannot be read. Open the survey again, and try once more.",
        ),
    },
}
"""Pages without a form: a title and a sentence."""
