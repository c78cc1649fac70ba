"""What is wrong with one field of a request, in Vietnamese and English."""

from api.bilingual import Words
from api.paper_texts import FILE_ERRORS, PAPER_ERRORS
from api.survey_texts import SURVEY_ERRORS

FIELD_ERRORS: dict[str, Words] = {
    "missing": Words("Bắt buộc phải có.", "Is required."),
    "part-repeated": Words("Phần này có hai lần.", "This part is there twice."),
    "part-too-large": Words("Nhiều nhất {most} kB.", "At most {most} kB."),
    "empty-file": Words("Tệp trống.", "The file is empty."),
    "extra_forbidden": Words("Không có trường này.", "There is no such field."),
    "string_too_long": Words("Dài nhất {max_length} ký tự.", "At most {max_length} characters."),
    "string_too_short": Words("Ngắn nhất {min_length} ký tự.", "At least {min_length} characters."),
    "string_type": Words("Phải là chuỗi ký tự.", "Must be a string."),
    "string_pattern_mismatch": Words("Không đúng dạng.", "Has not the right form."),
    "int_type": Words("Phải là số nguyên.", "Must be a whole number."),
    "int_parsing": Words("Phải là số nguyên.", "Must be a whole number."),
    "greater_than_equal": Words("Phải từ {ge} trở lên.", "Must be {ge} or more."),
    "float_type": Words("Phải là số.", "Must be a number."),
    "float_parsing": Words("Phải là số.", "Must be a number."),
    "finite_number": Words("Phải là số hữu hạn.", "Must be a finite number."),
    "less_than_equal": Words("Phải từ {le} trở xuống.", "Must be {le} or less."),
    "bool_type": Words("Phải là đúng hoặc sai.", "Must be true or false."),
    "bool_parsing": Words("Phải là đúng hoặc sai.", "Must be true or false."),
    "uuid_parsing": Words("Phải là UUID.", "Must be a UUID."),
    "timezone_aware": Words(
        "Thời điểm phải kèm múi giờ, ví dụ +07:00.", "The time needs an offset, such as +07:00."
    ),
    "datetime_from_date_parsing": Words("Phải là thời điểm theo RFC 3339.", "Must be a time after RFC 3339."),
    "datetime_parsing": Words("Phải là thời điểm theo RFC 3339.", "Must be a time after RFC 3339."),
    "datetime_type": Words("Phải là thời điểm theo RFC 3339.", "Must be a time after RFC 3339."),
    "too_short": Words("Cần ít nhất {min_length} mục.", "Needs at least {min_length} entries."),
    "too_long": Words("Nhiều nhất {max_length} mục.", "At most {max_length} entries."),
    "enum": Words("Phải là một trong: {expected}.", "Must be one of: {expected}."),
    "literal_error": Words("Phải là một trong: {expected}.", "Must be one of: {expected}."),
    "model_type": Words("Phải là một đối tượng JSON.", "Must be a JSON object."),
    "model_attributes_type": Words("Phải là một đối tượng JSON.", "Must be a JSON object."),
    "list_type": Words("Phải là một danh sách.", "Must be a list."),
    "unknown-value": Words(
        "Không có giá trị '{value}'. Có thể chọn: {allowed}.",
        "There is no '{value}'. What may be chosen: {allowed}.",
    ),
    "unknown-unit": Words(
        "Không có đơn vị hành chính '{value}'. Hãy viết tên kèm tỉnh, như 'Ba Đình, Hà Nội'.",
        "There is no administrative unit '{value}'. Write it with its province, as in 'Ba Đình, Hà Nội'.",
    ),
    "ambiguous-unit": Words(
        "Có {count} đơn vị mang tên '{value}'. Hãy chọn bằng mã: {allowed}.",
        "There are {count} units called '{value}'. Choose by the code: {allowed}.",
    ),
    "control_character": Words("Có ký tự điều khiển không hợp lệ.", "Holds a control character."),
    "unknown-procedure": Words(
        "Không có thủ tục '{value}' trong danh mục.", "Procedure '{value}' is not in the catalogue."
    ),
    "unknown-status": Words("Trạng thái phải từ 1 đến 10.", "The status must be 1 to 10."),
    "unknown-agency": Words("Không có cơ quan '{value}'.", "There is no agency '{value}'."),
    "agency-needed": Words("Hãy chọn cơ quan mà bạn muốn hỏi.", "Choose the agency that you want to ask."),
    "complaint-agency-needed": Words(
        "Cần 'agency_code' hoặc 'dossier_code'. Tìm mã cơ quan tại /v1/agencies.",
        "Give 'agency_code' or 'dossier_code'. Codes of agencies are found at /v1/agencies.",
    ),
    "text-needed": Words("Hãy viết nội dung.", "Write something."),
    "text-too-long": Words("Nội dung dài nhất {most} ký tự.", "It may have {most} characters at most."),
    "complaint-same-agency": Words(
        "Phản ánh đang ở cơ quan này.", "The complaint is with this agency already."
    ),
    "agency-closed": Words(
        "Cơ quan '{value}' không còn hoạt động, hoặc chưa hoạt động.",
        "The agency '{value}' has ended, or is yet to begin.",
    ),
    "month": Words("Phải là tháng, ví dụ 2026-11.", "Must be a month, such as 2026-11."),
    "not-blinded": Words(
        "Không phải thông điệp đã làm mù cho khóa này (RFC 9474).",
        "Is no message that was blinded for this key (RFC 9474).",
    ),
    "malformed-code": Words("Mã không đúng dạng.", "The code has not the right form."),
    "in-the-future": Words(
        "Thời điểm ở tương lai quá {minutes} phút so với đồng hồ máy chủ.",
        "The time lies over {minutes} minutes ahead of the server's clock.",
    ),
    "out-of-range": Words("Thời điểm ngoài khoảng cho phép.", "The time is out of range."),
    "too-far-back": Words("Thời điểm quá xa trong quá khứ.", "The time lies too far in the past."),
    "invalid-number": Words(
        "Số định danh hoặc mã số thuế không hợp lệ.", "The citizen number or tax code is not valid."
    ),
    "invalid-check-digit": Words(
        "Số kiểm tra của mã số thuế không đúng.", "The check digit of the tax code is wrong."
    ),
    "invalid-email": Words("Địa chỉ thư điện tử không hợp lệ.", "The email address is not valid."),
    "invalid-phone": Words("Số điện thoại không hợp lệ.", "The phone number is not valid."),
    "wrong-code": Words("Mã không đúng. Còn {left} lần thử.", "The code is wrong. Tries left: {left}."),
    "code-spent": Words(
        "Đã nhập sai quá nhiều lần, mã này không còn dùng được. Hãy yêu cầu mã mới.",
        "Guessed wrong too often, this code is dead. Ask for a new one.",
    ),
    "code-expired": Words("Mã đã hết hạn. Hãy yêu cầu mã mới.", "The code has expired. Ask for a new one."),
    "unknown-time-zone": Words(
        "Không có múi giờ này. Hãy dùng tên của IANA, ví dụ Asia/Ho_Chi_Minh.",
        "There is no such time zone. Use a name of IANA's, such as Asia/Ho_Chi_Minh.",
    ),
    "needed-at-first": Words(
        "Sự kiện đầu tiên của một hồ sơ phải có trường này.", "The first event of a dossier needs this."
    ),
    "another-dossier": Words("Mã hồ sơ khác với hồ sơ đang gửi.", "It is of another dossier."),
    "another-procedure": Words("Hồ sơ này thuộc thủ tục khác.", "The dossier is of another procedure."),
    "circle": Words("Hồ sơ sẽ là một phần của chính nó.", "The dossier would become part of itself."),
    "unsafe-link": Words("Phải là liên kết https thông thường.", "Must be a plain https link."),
    "untrusted-host": Words(
        "Liên kết phải đến trang thanh toán được tin cậy, không phải '{host}'.",
        "It must lead to a payment site that is trusted, which '{host}' is not.",
    ),
    "ends-before-start": Words("Kết thúc trước khi bắt đầu.", "It ends before it begins."),
    "too-many-arrangements": Words(
        "Một hồ sơ có tối đa {most} mục loại này.", "A dossier has at most {most}."
    ),
    "another-applicant": Words("Hồ sơ này đứng tên người khác.", "The dossier is in another name."),
    "locked": Words("Thông báo loại này không tắt được.", "Notices of this kind can not be turned off."),
    "repeated": Words("Mục này được gửi hai lần.", "This entry is given twice."),
    "ids-or-all": Words(
        "Gửi 'ids', hoặc 'all' cùng với 'before'.", "Send 'ids', or 'all' together with 'before'."
    ),
    "there-twice": Words("Đã có ở mục hoặc dòng {number}.", "It stands in line or item {number} already."),
    "not-https": Words("Phải là địa chỉ https.", "Must be an https address."),
    "not-a-day": Words("Ngày phải viết như 2026-11-22.", "A day must be written as 2026-11-22."),
    "nothing-said": Words("Chưa có nội dung nào.", "Nothing is said in it."),
    "hours-backwards": Words(
        "Giờ kết thúc phải sau giờ bắt đầu, trong cùng ngày (muộn nhất 24:00).",
        "It must end after it begins, on the same day (24:00 at the latest).",
    ),
    "hours-touch": Words(
        "Hai khoảng giờ {first} và {second} của cùng một ngày chồng hoặc giáp nhau.",
        "{first} and {second} of one day overlap or touch.",
    ),
    "hours-needed": Words(
        "Số trực cả ngày nghỉ phải có giờ riêng.", "A number that is answered on holidays needs hours."
    ),
    "exception-unclear": Words(
        "Phải là nghỉ (closed), hoặc có cả from và to.", "It is either closed, or has both from and to."
    ),
    "exceptions-differ": Words(
        "Ngày {day} vừa nghỉ vừa có mục khác.", "{day} is closed, and has another entry as well."
    ),
    "question-needed": Words("Hãy viết câu hỏi.", "Write the question."),
    "question-too-long": Words(
        "Câu hỏi dài nhất {most} ký tự.", "The question has {most} characters at most."
    ),
    "answer-needed": Words("Hãy viết câu trả lời.", "Write the answer."),
    "answer-too-long": Words(
        "Câu trả lời dài nhất {most} ký tự.", "The answer has {most} characters at most."
    ),
    "too-few-ratings": Words(
        "Chưa đủ {fewest} đánh giá để trả lời: trả lời ít người là trả lời một người.",
        "Fewer than {fewest} have rated so: an answer to few would be one to somebody.",
    ),
    "reason-needed": Words("Hãy chọn lý do.", "Choose a reason."),
    "malformed-procedure": Words("Mã thủ tục không đúng dạng.", "This is no code of a procedure."),
    "malformed-agency": Words("Mã cơ quan không đúng dạng.", "This is no code of an agency."),
    "procedure-not-seen": Words(
        "Hãy xem thủ tục {value} trước khi gửi: dưới đây là phiên bản hiện hành.",
        "Look at procedure {value} before you send this: the version in force is below.",
    ),
    "procedure-removed": Words(
        "Thủ tục {value} không còn trong danh mục.", "Procedure {value} is in the catalogue no more."
    ),
    "version-ahead": Words(
        "Thủ tục {value} chưa từng có phiên bản này.", "Procedure {value} never had this version."
    ),
    "agency-ended": Words("Cơ quan '{value}' không còn hiệu lực.", "Agency '{value}' is not in force."),
    "same-agency": Words("Câu hỏi đang ở cơ quan này.", "The question is with this agency already."),
    "personal-found": Words(
        "Đã thay thông tin cá nhân bằng chữ trong ngoặc vuông. Hãy xem lại rồi gửi.",
        "What is personal was replaced by words in square brackets. Look at it again, and send it.",
    ),
    "procedure-or-field": Words(
        "Chọn thủ tục hoặc lĩnh vực, không chọn cả hai.", "Choose a procedure or a field, not both."
    ),
    "unknown-field": Words("Không có lĩnh vực '{value}'.", "There is no field '{value}'."),
    "not-your-agency": Words(
        "Bạn không kiểm duyệt cho cơ quan '{value}'.", "You do not moderate for agency '{value}'."
    ),
    "invalid-cursor": Words("Con trỏ trang không hợp lệ.", "The cursor is not valid."),
    "unknown-scope": Words("Phải có ít nhất một quyền trong danh sách.", "Needs at least one known power."),
    "another-birth-year": Words(
        "Năm sinh khác với số định danh.", "The year is not the one that the citizen number tells."
    ),
    "represents-itself": Words("Không thể tự đại diện cho chính mình.", "Nobody represents itself."),
    "wrong-party-kind": Words(
        "Hình thức đại diện này không áp dụng cho cá nhân hoặc tổ chức đó.",
        "Such a representation is not for this kind of party.",
    ),
    "needs-an-end": Words("Phải có ngày kết thúc.", "Needs an end."),
    "ends-before-it-begins": Words("Kết thúc trước khi bắt đầu.", "It ends before it begins."),
    "lasts-too-long": Words("Dài nhất {days} ngày.", "At most {days} days."),
    "says-nothing": Words(
        "Tin nhắn cần có nội dung hoặc giấy tờ.", "A message needs a text, or something that comes with it."
    ),
    "items-of-a-request": Words(
        "Câu trả lời phải nêu yêu cầu bổ sung và các mục được trả lời.",
        "An answer names a supplement request and which of its items it answers.",
    ),
    "reply-or-supplies": Words(
        "Chỉ chọn một: trả lời một yêu cầu (reply_to), hoặc supplies.",
        "It is either an answer to a request (reply_to), or supplies.",
    ),
    "nothing-awaited": Words(
        "Hồ sơ không chờ bổ sung. Hãy gửi như tin nhắn thường.",
        "The dossier awaits no supplement. Send it as a plain message.",
    ),
    "answer-the-request": Words(
        "Cơ quan đã liệt kê những gì còn thiếu trong một tin nhắn. Hãy trả lời từng mục ở đó (reply_to).",
        "A message of the agency's lists what is missing. Answer its items, and name it in reply_to.",
    ),
    "no-such-request": Words(
        "Không có yêu cầu bổ sung này trong hồ sơ.", "The dossier has no such supplement request."
    ),
    "no-such-item": Words("Yêu cầu bổ sung không có mục này.", "The request has no such item."),
    "no-such-document": Words(
        "Không có giấy tờ này trong kho của bạn.", "There is no such document in your store."
    ),
    "no-such-file": Words(
        "Giấy tờ này không có bản được chọn.", "The document has none of the files that were chosen."
    ),
    "not-with-since": Words(
        "'since' đồng bộ cả kho, không đi cùng bộ lọc.",
        "'since' is for the whole store: no filter goes with it.",
    ),
    "child-is-adult-then": Words(
        "Cha mẹ chỉ đại diện đến khi con đủ 18 tuổi.", "Parents act until the child is 18 years old."
    ),
    "value_error": Words("Giá trị không hợp lệ.", "The value is not valid."),
    **FILE_ERRORS,
    **PAPER_ERRORS,
    **SURVEY_ERRORS,
}
