"""Why a paper is not taken in, in both languages: one text for each `storage.papers.refusals.Refusal`."""

from api.bilingual import Words

PAPER_ERRORS: dict[str, Words] = {
    "paper-empty": Words("Tệp trống.", "The file is empty."),
    "paper-unknown-type": Words(
        "Chỉ nhận tệp PDF, JPEG hoặc PNG.",
        "Only PDF, JPEG and PNG are taken.",
    ),
    "paper-lying-type": Words(
        "Tệp được khai là {declared} nhưng nội dung là {found}.",
        "The file is called {declared}, and is {found}.",
    ),
    "paper-several-types": Words(
        "Tệp vừa là {found} vừa đọc được như {also}: mỗi người mở có thể thấy một khác.",
        "The file is {found} and also reads as {also}: what it shows depends on who opens it.",
    ),
    "paper-trailing-data": Words(
        "Sau ảnh còn {bytes} byte không hiển thị được.",
        "Behind the picture are {bytes} bytes that nothing shows.",
    ),
    "paper-several-pictures": Words(
        "Tệp là ảnh động; hãy gửi ảnh tĩnh.",
        "The file is an animation; send a still picture.",
    ),
    "paper-damaged": Words(
        "Tệp bị hỏng hoặc bị cắt. Hãy xuất lại tệp từ phần mềm gốc rồi gửi lại.",
        "The file is damaged or cut. Make it anew with the program it came from, and send that.",
    ),
    "paper-encrypted": Words(
        "Tệp có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại.",
        "The file is protected by a password. Send it without.",
    ),
    "paper-active-content": Words(
        "Tệp chứa nội dung tự chạy hoặc tệp đính kèm ({found}). Hãy xuất lại thành PDF chỉ để xem.",
        "The file holds what acts or other files ({found}). Make a PDF of it that only shows.",
    ),
    "paper-too-large": Words("Tệp quá {limit} byte.", "The file has more than {limit} bytes."),
    "paper-too-many-pages": Words("Tệp quá {limit} trang.", "The file has more than {limit} pages."),
    "paper-too-many-objects": Words(
        "Tệp có quá {limit} đối tượng.",
        "The file holds more than {limit} objects.",
    ),
    "paper-too-deep": Words(
        "Cấu trúc của tệp lồng nhau quá {limit} tầng.",
        "The file is nested deeper than {limit}.",
    ),
    "paper-too-large-page": Words(
        "Trang lớn quá {limit} điểm (1/72 inch).",
        "A page is larger than {limit} points (1/72 inch).",
    ),
    "paper-too-large-image": Words(
        "Ảnh quá {limit} điểm ảnh. Hãy quét ở độ phân giải thấp hơn.",
        "A picture has more than {limit} pixels. Scan it with fewer dots an inch.",
    ),
    "paper-too-much-data": Words(
        "Nội dung nén bung ra quá {limit} byte.",
        "Unpacked it is more than {limit} bytes.",
    ),
    "paper-too-slow": Words(
        "Kiểm tra tệp không xong trong {limit} giây. Hãy xuất lại tệp đơn giản hơn.",
        "The file could not be examined within {limit} seconds. Make a simpler one.",
    ),
    "paper-too-much-memory": Words(
        "Kiểm tra tệp cần quá nhiều bộ nhớ. Hãy xuất lại tệp đơn giản hơn.",
        "The file takes too much memory to examine. Make a simpler one.",
    ),
    "owner-or-dossier": Words(
        "Cần chủ sở hữu ('owner') hoặc mã hồ sơ đã gửi ('dossier_code').",
        "Needs an 'owner', or the 'dossier_code' of a dossier that was told of.",
    ),
    "component-unsealed": Words(
        "Thành phần hồ sơ không có dấu xác thực và không thay thế giấy tờ nào.",
        "A component of a dossier bears no seal and takes no paper's place.",
    ),
    "over-already": Words("Đã hết hạn.", "Is over already."),
    "unknown-document": Words(
        "Cơ quan chưa gửi giấy tờ nào có mã này.",
        "The agency has handed over no paper with this id.",
    ),
    "not-to-be-superseded": Words(
        "Giấy tờ này đã bị thay thế hoặc thu hồi, hoặc của người khác.",
        "That paper was superseded or revoked, or is somebody else's.",
    ),
    "unknown-seal": Words("Cơ quan không có dấu mang mã này.", "The agency has no seal with this code."),
    "seal-in-use": Words(
        "Dấu này đã gắn với giấy tờ khác, hoặc dành cho người khác.",
        "That seal is bound to another paper, or was reserved for somebody else.",
    ),
    "seal-says-otherwise": Words(
        "Dấu in sẵn trên giấy tờ ghi khác: hãy giữ chỗ một dấu mới cho giấy tờ này.",
        "The seal printed on the paper says something else: reserve a new one for this paper.",
    ),
    "source-id-reused": Words(
        "Mã này đã dùng cho giấy tờ khác.",
        "The id was used for another paper.",
    ),
}
