"""The words of the page on which a dossier is rated without an app."""

TEXTS = {
    "vi": {
        "language": "Tiếng Việt",
        "skip": "Đến phần đánh giá",
        "title": "Đánh giá việc giải quyết hồ sơ",
        "lead": "Đánh giá không mang tên bạn hay mã hồ sơ: cơ quan không biết ai đã đánh giá.",
        "level": "Bạn có hài lòng không?",
        "level_needed": "Hãy chọn một mức độ.",
        "reasons": "Vì sao? (không bắt buộc)",
        "text": "Ý kiến khác (không bắt buộc)",
        "text_hint": "Đừng viết họ tên hay mã hồ sơ. Nhiều nhất 1.000 ký tự.",
        "send": "Gửi đánh giá",
        "no_script": "Trang này che phiếu đánh giá ngay trong trình duyệt, nên cần JavaScript. Bạn cũng có "
        "thể đánh giá trong ứng dụng.",
        "privacy": "Trình duyệt rút một phiếu ngẫu nhiên và che lại; máy chủ ký mà không thấy phiếu, nên khi "
        "nhận đánh giá không biết phiếu đó đã ký cho hồ sơ nào. Xong, hãy đóng trang nếu dùng máy chung.",
    },
    "en": {
        "language": "English",
        "skip": "Skip to the rating",
        "title": "Rate how your dossier was handled",
        "lead": "Your rating bears neither your name nor the dossier’s code: the agency does not know who "
        "has rated.",
        "level": "Are you satisfied?",
        "level_needed": "Choose a level.",
        "reasons": "Why? (optional)",
        "text": "Anything else (optional)",
        "text_hint": "Leave out names and codes. At most 1,000 characters.",
        "send": "Send the rating",
        "no_script": "This page blinds what proves your dossier within the browser, which takes JavaScript. "
        "You can also rate in the app.",
        "privacy": "Your browser draws a random token and blinds it; the server signs it unseen, and can not "
        "tell later for which dossier it did. Close the page afterwards if others use this machine.",
    },
}

SCRIPT_WORDS = {
    "vi": {
        "busy": "Đang xử lý…",
        "offline": "Không kết nối được. Kiểm tra mạng rồi thử lại; những gì bạn chọn còn nguyên.",
        "missing": "Hãy mở trang này bằng liên kết trong thông báo mời đánh giá.",
        "unknown": "Liên kết này không mở được hồ sơ nào. Hãy mở lại đúng liên kết trong thông báo.",
        "elsewhere": "Hồ sơ này đã lấy phiếu đánh giá ở nơi khác: chỉ nơi đó gửi hoặc sửa được đánh giá.",
        "not-yet": "Chưa đến lúc đánh giá hồ sơ này.",
        "closed": "Đã hết hạn đánh giá hồ sơ này.",
        "key": "Chưa gửi gì: khoá ký của hồ sơ này không phải khoá chung, nên đánh giá có thể bị nhận ra.",
        "signature": "Chưa gửi gì: máy chủ không ký đúng phiếu. Hãy thử lại.",
        "sent": "Đã gửi đánh giá. Bạn sửa được ở trang này đến hết ngày {day}, khi chưa đóng trang.",
    },
    "en": {
        "busy": "Working…",
        "offline": "There is no connection. Check your network and try again; what you chose is still there.",
        "missing": "Open this page by the link in the notice that asks you to rate.",
        "unknown": "This link opens no dossier. Open it again as it is in the notice that asks you to rate.",
        "elsewhere": "What it takes to rate this dossier was given out elsewhere: the rating is sent or "
        "changed there alone.",
        "not-yet": "This dossier may not be rated yet.",
        "closed": "The time for rating this dossier is over.",
        "key": "Nothing was sent: the key that is shown for this dossier is not that of all, so that the "
        "rating could be told from others.",
        "signature": "Nothing was sent: the server did not sign what it was given. Try again.",
        "sent": "Your rating was sent. You can change it here until the end of {day}, as long as this page "
        "is open.",
    },
}
"""What the script says, by the name of its data attribute."""
