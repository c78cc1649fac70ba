"""What can be wrong with complaints and ratings, in Vietnamese and English."""

from api.bilingual import Words

OPINION_TITLES: dict[str, Words] = {
    "complaint-changed": Words("Phản ánh vừa có thay đổi", "The complaint has changed"),
    "complaint-not-now": Words("Phản ánh không ở bước này", "The complaint is at another step"),
    "complaint-closed": Words("Phản ánh đã kết thúc", "The complaint has come to its end"),
    "nothing-asked": Words("Cơ quan chưa hỏi thêm", "The agency has not asked for more"),
    "publication-decided": Words("Đã quyết định không công khai", "It is not to be published"),
    "rating-not-asked-yet": Words("Chưa đến lúc đánh giá", "It may not be rated yet"),
    "rating-closed": Words("Đã hết hạn đánh giá", "The time for rating is over"),
    "rating-token-issued": Words("Hồ sơ này đã được cấp mã đánh giá", "A token was issued for this dossier"),
    "rating-names-caller": Words("Đánh giá phải được gửi ẩn danh", "A rating is sent by nobody"),
    "no-such-rating-token": Words("Mã đánh giá không có giá trị", "The token proves nothing"),
    "rating-over": Words("Không còn thay đổi được đánh giá", "The rating stays as it is"),
}

OPINION_DETAILS: dict[str, Words] = {
    "complaint-changed": Words(
        "Trong lúc đó đã có việc mới, ở bên dưới. Chưa gửi gì; nội dung bạn viết còn nguyên.",
        "Meanwhile something happened to it, see below. Nothing was sent; what you wrote is still there.",
    ),
    "complaint-not-now": Words(
        "Ở trạng thái hiện tại không làm được việc này. Chưa thay đổi gì.",
        "As it stands this can not be done. Nothing was changed.",
    ),
    "complaint-closed": Words(
        "Đã có kết quả, hoặc đã bị từ chối hay rút lại. Bạn có thể gửi phản ánh mới.",
        "It was answered, declined or withdrawn. You may send another.",
    ),
    "nothing-asked": Words(
        "Chỉ bổ sung được khi cơ quan yêu cầu. Bạn có thể gửi phản ánh mới.",
        "More can be added only when the agency asks. You may send another.",
    ),
    "publication-decided": Words(
        "Người kiểm duyệt đã quyết định, và quyết định đó không đổi.",
        "A moderator has decided so, and it stays.",
    ),
    "rating-not-asked-yet": Words("Bạn sẽ được mời khi hồ sơ kết thúc.", "You will be asked after its end."),
    "rating-closed": Words("Hạn là 60 ngày kể từ ngày mời.", "It was open for 60 days after you were asked."),
    "rating-token-issued": Words("Hãy dùng ứng dụng đã nhận mã đó.", "Rate with the app that had it signed."),
    "rating-names-caller": Words("Bỏ Authorization và DPoP.", "Send it without Authorization and DPoP."),
    "no-such-rating-token": Words("Không khóa nào của hệ thống đã ký.", "No key of this system signed it."),
    "rating-over": Words("Đã hết hạn gửi hoặc sửa.", "The time to send or change it is over."),
}
