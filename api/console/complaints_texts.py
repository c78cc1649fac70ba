"""The words of the list of complaints."""

from api.console import complaint_words

TEXTS = {
    "vi": {
        **complaint_words.TEXTS["vi"],
        "title": "Phản ánh, kiến nghị",
        "piles": "Chọn danh sách",
        "pile_waiting": "Chờ xử lý",
        "pile_overdue": "Quá hạn",
        "pile_all": "Tất cả",
        "about_waiting": "Việc đến hạn trước đứng trước. Thời hạn tính theo ngày làm việc: tiếp nhận, từ "
        "chối hoặc chuyển trong 2 ngày, yêu cầu bổ sung trong 5 ngày, trả lời trong 15 ngày, công khai trong "
        "2 ngày sau khi trả lời.",
        "about_overdue": "Những việc đã quá hạn theo quy định. Việc quá hạn lâu nhất đứng trước.",
        "about_all": "Phản ánh, kiến nghị mới nhất đứng trước.",
        "none_waiting": "Không có phản ánh, kiến nghị nào đang chờ xử lý.",
        "none_overdue": "Không có phản ánh, kiến nghị nào quá hạn.",
        "none_all": "Chưa có phản ánh, kiến nghị nào.",
        "alarm": "{count} phản ánh, kiến nghị đã quá hạn",
        "agency_filter": "Cơ quan, kể cả các đơn vị trực thuộc",
        "agency_all": "Tất cả cơ quan của bạn",
        "filter": "Lọc",
        "complaint": "Phản ánh, kiến nghị",
        "done_forwarded": "Đã chuyển cơ quan khác.",
    },
    "en": {
        **complaint_words.TEXTS["en"],
        "title": "Complaints",
        "piles": "Choose a list",
        "pile_waiting": "Waiting",
        "pile_overdue": "Overdue",
        "pile_all": "All",
        "about_waiting": "What is due first comes first. Time is counted in working days: 2 to accept, "
        "decline or send on, 5 to ask for more, 15 to answer, and 2 after that to publish.",
        "about_overdue": "What is late by the rules. What is late the longest comes first.",
        "about_all": "The newest complaint or suggestion comes first.",
        "none_waiting": "No complaint or suggestion waits.",
        "none_overdue": "No complaint or suggestion is overdue.",
        "none_all": "There is none yet.",
        "alarm": "Complaints and suggestions overdue: {count}",
        "agency_filter": "Agency, with those below it",
        "agency_all": "All agencies of yours",
        "filter": "Filter",
        "complaint": "Complaint or suggestion",
        "done_forwarded": "Sent to another agency.",
    },
}
