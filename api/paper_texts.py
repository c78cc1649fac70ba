"""Why a file is not taken in, in both languages: papers, and tables of events.

Of papers there is one text for each `storage.papers.refusals.Refusal`.
"""

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
    "asks-for-nothing": Words(
        "Cần ít nhất một loại giấy tờ, hoặc số ký hiệu.", "Name some types of paper, or a number."
    ),
    "needed-for-nothing": Words(
        "Cần mã hồ sơ hoặc mã thủ tục.", "Name the dossier, or the procedure, for which it is needed."
    ),
    "another-procedure": Words("Hồ sơ này thuộc thủ tục khác.", "The dossier is one of another procedure."),
    "not-asked-for": Words(
        "Giấy tờ này không thuộc loại được hỏi, hoặc không còn trong kho.",
        "This document is none of those asked for, or is there no more.",
    ),
}

FILE_TITLES: dict[str, Words] = {
    "result-request-id-reused": Words(
        "Mã yêu cầu đã dùng cho nội dung khác", "The source id was used for another request"
    ),
    "result-request-answered": Words("Yêu cầu không còn chờ trả lời", "The request awaits no answer"),
    "owner-asked-too-often": Words("Đã hỏi người này quá nhiều lần", "The owner was asked too often"),
    "malformed-multipart": Words("Nội dung gửi lên không trọn vẹn", "The body is not whole"),
    "multipart-needed": Words("Nội dung gửi lên phải là multipart/form-data", "The body must be multipart"),
    "file-too-large": Words("Tệp quá lớn", "The file is too large"),
    "too-many-files": Words("Đang kiểm tra quá nhiều tệp", "Too many files are being examined"),
    "csv-needed": Words("Nội dung gửi lên phải là text/csv", "The body must be text/csv"),
    "csv-workbook": Words("Đây là tệp Excel, chưa phải CSV", "This is a workbook, and not yet CSV"),
    "csv-not-utf8": Words("Tệp không dùng bảng mã UTF-8", "The file is not in UTF-8"),
    "csv-malformed": Words("Không đọc được tệp CSV", "The CSV can not be read"),
    "csv-columns": Words("Dòng tiêu đề của tệp chưa đúng", "The line of headings is not right"),
    "csv-empty": Words("Tệp không có dòng dữ liệu nào", "The file has no rows"),
    "csv-too-long": Words("Tệp có quá nhiều dòng", "The file has too many rows"),
}
FILE_DETAILS: dict[str, Words] = {
    "owner-asked-too-often": Words(
        "Mỗi cơ quan chỉ được hỏi một người mười lần mỗi ngày. Có thể hỏi lại sau {minutes} phút.",
        "An agency asks one owner ten times a day. It may ask again in {minutes} minutes.",
    ),
    "result-request-id-reused": Words(
        "'{source_id}' đã được dùng cho yêu cầu khác, ghi ở 'existing_id'. Mỗi yêu cầu mới cần một mã mới.",
        "'{source_id}' was used for another request, which 'existing_id' names. A new request needs an id "
        "of its own.",
    ),
    "result-request-answered": Words(
        "Yêu cầu này đã được trả lời, hoặc đã hết hạn ('state' cho biết). Chưa thay đổi gì.",
        "It was answered, or its time is over, as 'state' says. Nothing was changed.",
    ),
    "malformed-multipart": Words(
        "Nội dung phải là multipart/form-data trọn vẹn (RFC 7578).",
        "The body must be whole multipart/form-data (RFC 7578).",
    ),
    "multipart-needed": Words(
        "Gửi 'metadata' (JSON) và 'file' trong một nội dung multipart/form-data (RFC 7578).",
        "Send 'metadata' (JSON) and 'file' in one body of multipart/form-data (RFC 7578).",
    ),
    "file-too-large": Words("Tệp được lớn nhất {most} MB.", "A file may have at most {most} MB."),
    "too-many-files": Words(
        "Chưa lưu gì. Hãy gửi lại sau số giây trong Retry-After.",
        "Nothing was kept. Send it again after the seconds of Retry-After.",
    ),
    "csv-needed": Words(
        "Gửi tệp CSV làm nội dung, với Content-Type: text/csv (RFC 4180).",
        "Send the CSV as the body, with Content-Type: text/csv (RFC 4180).",
    ),
    "csv-workbook": Words(
        "Trong Excel, chọn Lưu thành (Save As), rồi kiểu “CSV UTF-8 (Comma delimited)”.",
        "In Excel choose Save As, and the type “CSV UTF-8 (Comma delimited)”.",
    ),
    "csv-not-utf8": Words(
        "Lưu kiểu “CSV” thường làm hỏng chữ tiếng Việt. Trong Excel, mở lại bảng gốc, chọn Lưu thành "
        "(Save As), rồi kiểu “CSV UTF-8 (Comma delimited)”.",
        "The plain type “CSV” breaks Vietnamese letters. In Excel open the first table again, choose Save "
        "As, and the type “CSV UTF-8 (Comma delimited)”.",
    ),
    "csv-malformed": Words(
        "Dòng {row} có dấu ngoặc kép chưa đóng, hoặc một ô quá dài.",
        "Row {row} has a quote that is not closed, or a cell that is too long.",
    ),
    "csv-columns": Words(
        "Sửa các tiêu đề nêu trong 'errors', hoặc dùng tệp mẫu. Chưa có dòng nào được ghi nhận.",
        "Mend the headings that 'errors' names, or use the template. No row was taken.",
    ),
    "csv-empty": Words(
        "Dưới dòng tiêu đề cần ít nhất một dòng.", "Below the headings at least one row is needed."
    ),
    "csv-too-long": Words(
        "Một tệp có tối đa {most} dòng. Hãy chia thành nhiều tệp.",
        "A file has {most} rows at most. Split it.",
    ),
}
FILE_ERRORS: dict[str, Words] = {
    "column-missing": Words("Thiếu cột '{value}'.", "There is no column '{value}'."),
    "column-unknown": Words("Không có cột nào tên '{value}'.", "No column is called '{value}'."),
    "column-repeated": Words("Cột '{value}' có hai lần.", "The column '{value}' is there twice."),
    "cell-beyond": Words(
        "Dòng có nhiều ô hơn số tiêu đề: có thể một ô chứa dấu phân cách mà không đặt trong ngoặc kép.",
        "The row has more cells than there are headings: one may hold a separator, and no quotes.",
    ),
    "unknown-status-name": Words(
        "Trạng thái phải là số từ 1 đến 10, hoặc tên, ví dụ “Đang xử lý”.",
        "The status must be a number from 1 to 10, or a name, such as “Đang xử lý”.",
    ),
    "unreadable-day": Words(
        "Phải viết như 21/11/2026, 21/11/2026 08:30 hoặc 2026-11-21 08:30.",
        "Must be written as 21/11/2026, 21/11/2026 08:30 or 2026-11-21 08:30.",
    ),
    "unknown-channel": Words(
        "Phải là 1 (trực tiếp), 2 (trực tuyến) hoặc 3 (bưu chính).",
        "Must be 1 (in person), 2 (online) or 3 (by post).",
    ),
    "unknown-kind": Words("Phải là Cá nhân hoặc Tổ chức.", "Must be Person or Organisation."),
    "kind-needed": Words(
        "Số có 10 chữ số. Nếu là mã số thuế, ghi Tổ chức ở cột Loại đối tượng; nếu là số định danh, bảng "
        "tính đã làm mất số 0 ở đầu.",
        "The number has ten digits. If it is a tax code, write Organisation in the column Kind; if it is a "
        "citizen number, the spreadsheet has lost the zeros in front.",
    ),
    "zeros-lost": Words(
        "Bảng tính đã làm mất chữ số của số này. Hãy định dạng cột là Văn bản (Text) rồi nhập lại.",
        "The spreadsheet has lost digits of this number. Format the column as Text, and enter it again.",
    ),
    "letters-lost": Words(
        "Chữ tiếng Việt đã bị mất khi lưu tệp. Hãy lưu lại bảng gốc theo kiểu “CSV UTF-8”.",
        "Vietnamese letters were lost when the file was saved. Save the first table anew as “CSV UTF-8”.",
    ),
}
