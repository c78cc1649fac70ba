"""The words of every problem, in Vietnamese and English."""

from api.bilingual import Words
from api.opinion_texts import OPINION_DETAILS, OPINION_TITLES
from api.paper_texts import FILE_DETAILS, FILE_TITLES
from api.survey_texts import SURVEY_DETAILS, SURVEY_TITLES

TITLES: dict[str, Words] = {
    **FILE_TITLES,
    "validation": Words("Dữ liệu gửi lên chưa hợp lệ", "The request is not valid"),
    "malformed-json": Words("Nội dung gửi lên không phải JSON hợp lệ", "The body is not valid JSON"),
    "body-too-large": Words("Nội dung gửi lên quá lớn", "The body is too large"),
    "request-timeout": Words("Yêu cầu gửi đến quá chậm", "The request came in too slowly"),
    "malformed-request": Words("Yêu cầu không đúng giao thức HTTP", "The request is no proper HTTP"),
    "target-too-long": Words("Địa chỉ gọi quá dài", "The address called is too long"),
    "head-too-large": Words("Phần đầu yêu cầu quá lớn", "The head of the request is too large"),
    "too-many-requests": Words("Quá nhiều yêu cầu", "Too many requests"),
    "too-many-events": Words("Gửi quá nhiều sự kiện", "Too many events"),
    "no-such-lookup": Words("Không tra cứu được hồ sơ", "No dossier could be shown"),
    "lookup-paused": Words("Tạm dừng tra cứu hồ sơ này", "Look-up is paused for this dossier"),
    "no-such-seal": Words("Không có giấy tờ mang mã này", "No document has this code"),
    "request-under-way": Words("Yêu cầu đang được xử lý", "The request is under way"),
    "idempotency-key-reused": Words(
        "Idempotency-Key đã dùng cho yêu cầu khác", "The Idempotency-Key was used for another request"
    ),
    "malformed-idempotency-key": Words(
        "Idempotency-Key không đúng dạng", "The Idempotency-Key has not the right form"
    ),
    "batch-too-large": Words("Lô có quá nhiều mục", "The batch holds too many entries"),
    "dossier-exists": Words("Hồ sơ đã tồn tại", "The dossier exists already"),
    "dossier-changed": Words("Hồ sơ đã thay đổi", "The dossier has changed"),
    "arrangement-exists": Words("Mã này đã dùng cho nội dung khác", "The id was used for another content"),
    "unauthenticated": Words("Cần đăng nhập", "Sign-in is required"),
    "unproved-key": Words("Chưa chứng minh được khoá của thiết bị", "The device's key is not proved"),
    "forbidden": Words("Không được phép", "Not allowed"),
    "insufficient-scope": Words("Thiếu quyền", "A scope is missing"),
    "foreign-form": Words("Biểu mẫu không gửi từ trang này", "The form was not sent from here"),
    "beyond-representation": Words("Ngoài phạm vi đại diện", "Beyond the right to represent"),
    "for-oneself-alone": Words("Chỉ chính chủ tài khoản được làm", "For the account's own holder alone"),
    "sign-in-too-old": Words("Cần đăng nhập lại", "Sign in once more"),
    "assurance-too-low": Words("Cần tài khoản định danh mức 2", "A level 2 identity is required"),
    "too-many-representatives": Words("Đã có quá nhiều người đại diện", "Too many representatives"),
    "no-such-share": Words("Liên kết không dùng được", "This link opens nothing"),
    "too-many-shares": Words("Đã có quá nhiều liên kết chia sẻ", "Too many links are open"),
    "document-damaged": Words("Giấy tờ này tạm thời không mở được", "The document can not be opened"),
    "range-unsatisfiable": Words("Tệp không có phần được yêu cầu", "The file has no such part"),
    "consent-wording-changed": Words("Nội dung xin đồng ý đã thay đổi", "What is consented to has changed"),
    "representation-id-reused": Words(
        "Mã đại diện đã dùng cho nội dung khác", "The representation's id was used for another content"
    ),
    "not-found": Words("Không tìm thấy", "Not found"),
    "answered-meanwhile": Words("Câu hỏi đã được trả lời", "The question has been answered"),
    "withdrawn-meanwhile": Words("Câu hỏi đã được rút lại", "The question was withdrawn"),
    "declined-meanwhile": Words("Câu hỏi đã bị từ chối", "The question was declined"),
    "nothing-answered": Words("Câu hỏi chưa có câu trả lời", "The question has no answer for this"),
    "decided-meanwhile": Words("Câu hỏi đã được kiểm duyệt", "The question has been decided on"),
    **OPINION_TITLES,
    "difference-over": Words("Khác biệt này đã được xử lý", "The difference is over"),
    "procedure-changed": Words("Thủ tục vừa thay đổi", "The procedure has just changed"),
    "no-such-procedure": Words("Không tìm thấy thủ tục", "There is no such procedure"),
    "no-contact-known": Words("Chưa có thông tin liên hệ", "How to reach it is not known"),
    "no-scores": Words("Tháng này chưa có số liệu", "There are no scores of this month"),
    "no-such-catalogue-version": Words(
        "Không có phiên bản danh mục này", "The catalogue has no such version"
    ),
    "bundle-version-unknown": Words("Cần tải lại toàn bộ danh mục", "The whole bundle must be taken"),
    "method-not-allowed": Words("Phương thức không được hỗ trợ", "Method not allowed"),
    "source-id-reused": Words(
        "Mã giấy tờ đã dùng cho nội dung khác", "The source id was used for another paper"
    ),
    "message-id-reused": Words(
        "Mã tin nhắn đã dùng cho nội dung khác", "The source id was used for another message"
    ),
    "question-declined": Words("Cơ quan đã từ chối trả lời câu hỏi này", "The question was declined"),
    "event-id-reused": Words(
        "Mã sự kiện đã dùng cho nội dung khác", "The event id was used for another content"
    ),
    "app-too-old": Words("Cần cập nhật ứng dụng", "The app needs an update"),
    "code-just-sent": Words("Mã vừa được gửi", "A code has just been sent"),
    "too-many-codes": Words("Đã gửi quá nhiều mã", "Too many codes were sent"),
    "agency-not-allowed": Words(
        "Cơ quan không được gửi cho hồ sơ này", "The agency may not speak for this dossier"
    ),
    "forged-receipt": Words("Báo cáo không có chữ ký hợp lệ", "The report bears no valid signature"),
    "unreadable-receipt": Words("Không đọc được báo cáo", "The report can not be read"),
    "unavailable": Words("Hệ thống tạm thời gián đoạn", "Temporarily unavailable"),
    "identity-provider-unavailable": Words(
        "Hệ thống định danh tạm thời gián đoạn", "The identity provider is unavailable"
    ),
    "internal": Words("Lỗi hệ thống", "Internal error"),
    "http": Words("Yêu cầu không thực hiện được", "The request could not be carried out"),
    **SURVEY_TITLES,
}

DETAILS: dict[str, Words] = {
    **FILE_DETAILS,
    "validation": Words(
        "Xem từng mục trong 'errors' để biết trường cần sửa.", "See 'errors' for each field to mend."
    ),
    "malformed-json": Words(
        "Nội dung phải là JSON theo RFC 8259, mã hoá UTF-8.", "The body must be JSON (RFC 8259) in UTF-8."
    ),
    "body-too-large": Words(
        "Nội dung vượt quá giới hạn của chức năng này.", "The body is over the limit of this address."
    ),
    "request-timeout": Words(
        "Máy chủ đã chờ quá lâu. Kiểm tra đường truyền rồi gửi lại.",
        "The server waited for too long. Check the connection and send it again.",
    ),
    "malformed-request": Words(
        "Máy chủ không đọc được yêu cầu theo RFC 9112.", "The server could not read it as of RFC 9112."
    ),
    "target-too-long": Words("Hãy rút ngắn đường dẫn và tham số.", "Shorten the path and the query."),
    "head-too-large": Words(
        "Có quá nhiều trường tiêu đề, hoặc chúng quá dài.",
        "There are too many header fields, or too long ones.",
    ),
    "too-many-requests": Words(
        "Địa chỉ mạng này gửi quá nhiều yêu cầu. Hãy thử lại sau {seconds} giây.",
        "Too many requests came from this network address. Try again in {seconds} seconds.",
    ),
    "too-many-events": Words(
        "Hệ thống này đã gửi hết số sự kiện cho phép. Chưa ghi nhận gì; hãy gửi lại sau {seconds} giây.",
        "This client has sent as many as it may. Nothing was recorded; send it again in {seconds} seconds.",
    ),
    "no-such-lookup": Words(
        "Kiểm tra lại mã hồ sơ, và mã bí mật trên phiếu hoặc số giấy tờ của người nộp. Cả hai phải khớp.",
        "Check the dossier's code, and the secret on the slip or the applicant's number. Both must match.",
    ),
    "lookup-paused": Words(
        "Đã thử sai quá nhiều lần. Hãy dùng mã bí mật trên phiếu, đăng nhập, "
        "hoặc thử lại sau {minutes} phút.",
        "There were too many wrong tries. Use the slip's secret, sign in, or try again in {minutes} minutes.",
    ),
    "no-such-seal": Words(
        "Mã gồm 12 chữ và số in dưới mã QR, ví dụ 7K3M 0QXV 92TE. Hãy xem lại từng ký tự.",
        "A code is the 12 letters and digits below the QR code, such as 7K3M 0QXV 92TE. Check each of them.",
    ),
    "request-under-way": Words(
        "Yêu cầu đầu tiên với Idempotency-Key này chưa xong. Hãy gửi lại sau giây lát.",
        "The first request with this Idempotency-Key is not done yet. Send it again in a moment.",
    ),
    "idempotency-key-reused": Words(
        "Mỗi yêu cầu mới cần một Idempotency-Key mới; chỉ yêu cầu gửi lại mới dùng khoá cũ.",
        "Every new request needs a new Idempotency-Key; only a repeated one uses the old key.",
    ),
    "malformed-idempotency-key": Words(
        "Tiêu đề chứa một chuỗi từ 1 đến 255 ký tự ASCII, có thể đặt trong dấu ngoặc kép.",
        "The header holds one string of 1 to 255 ASCII characters, which may stand in double quotes.",
    ),
    "batch-too-large": Words(
        "Một lô có tối đa {limit} mục, lô này có {count}.",
        "A batch holds at most {limit} entries; this one has {count}.",
    ),
    "dossier-exists": Words("Hồ sơ này đã có: xem 'existing_id'.", "It is there already: see 'existing_id'."),
    "dossier-changed": Words(
        "Hồ sơ không còn như khi bạn đọc. Hãy đọc lại; 'etag' là bản hiện tại.",
        "It is not as it was when you read it. Read it again; 'etag' names what it is now.",
    ),
    "arrangement-exists": Words("Mã này đã dùng: xem 'existing_id'.", "The id was used: see 'existing_id'."),
    "unauthenticated": Words(
        "Thiếu mã truy cập, mã đã hết hạn, hoặc mã thuộc loại người dùng khác. Hãy đăng nhập lại.",
        "The access token is missing, has expired, or is for other callers. Sign in again.",
    ),
    "unproved-key": Words(
        "Bằng chứng DPoP thiếu, sai, đã dùng, hoặc đồng hồ thiết bị lệch quá 5 phút. Hãy tạo bằng chứng mới.",
        "The DPoP proof is missing, wrong, used, or the device's clock is over 5 minutes off. "
        "Make a new one.",
    ),
    "forbidden": Words(
        "Mã truy cập này không dùng được cho chức năng đang gọi.",
        "This access token does not open what was asked for.",
    ),
    "insufficient-scope": Words(
        "Mã truy cập này không có quyền (scope) '{scope}'. Đề nghị người vận hành cấp quyền này.",
        "This access token lacks the scope '{scope}'. Ask the operator for a client that has it.",
    ),
    "foreign-form": Words(
        "Chưa ghi nhận gì. Hãy mở trang rồi gửi biểu mẫu từ chính trang đó.",
        "Nothing was taken. Open the page, and send the form from there.",
    ),
    "beyond-representation": Words(
        "Quyền đại diện của bạn không bao gồm việc này.",
        "Your right to act for this party does not include this.",
    ),
    "for-oneself-alone": Words(
        "Bạn đang thực hiện thay người khác. Thiết bị, phiên, liên hệ, lựa chọn nhận tin, việc uỷ quyền, "
        "sự đồng ý, nhật ký truy cập và phiếu tra cứu chỉ do chính họ xem và quản lý.",
        "You are acting for another. Devices, sessions, contacts, preferences, rights to act, consents, the "
        "access log and look-up slips are for them alone.",
    ),
    "sign-in-too-old": Words(
        "Việc này cần xác nhận lại danh tính: lần đăng nhập của bạn đã quá lâu. Hãy đăng nhập lại.",
        "This needs your identity confirmed once more, as you signed in too long ago. Sign in again.",
    ),
    "assurance-too-low": Words(
        "Hãy đăng nhập bằng tài khoản định danh điện tử mức 2. Đăng ký mức 2 tại cơ quan Công an, "
        "mang theo thẻ căn cước.",
        "Sign in with an electronic identity of level 2, which the police gives to whoever comes with an "
        "identity card.",
    ),
    "too-many-representatives": Words(
        "Mỗi bên có tối đa {limit} người đại diện, và số lần đề nghị mỗi ngày có hạn. "
        "Hãy chấm dứt một người, hoặc thử lại vào ngày mai.",
        "A party has at most {limit} representatives, and may ask so many a day. End one, or try tomorrow.",
    ),
    "no-such-share": Words(
        "Liên kết sai, đã hết hạn, đã dùng hết số lần, hoặc người gửi đã thu hồi. Hãy hỏi lại người gửi.",
        "It is wrong, has expired, was used up, or was taken back. Ask whoever sent it for a new one.",
    ),
    "too-many-shares": Words(
        "Mỗi người có tối đa {limit} liên kết đang mở. Hãy thu hồi một liên kết không còn cần.",
        "At most {limit} may be open at a time. End one that is no longer needed.",
    ),
    "document-damaged": Words(
        "Bản lưu không qua được bước kiểm tra toàn vẹn nên không được hiển thị. Sự việc đã được ghi nhận.",
        "What is kept of it did not pass the check of its integrity, and is not shown. This was recorded.",
    ),
    "range-unsatisfiable": Words(
        "Content-Range cho biết tệp dài bao nhiêu byte.", "Content-Range tells how many bytes there are."
    ),
    "consent-wording-changed": Words(
        "Chưa ghi nhận gì. Hãy đọc lại: nội dung hiện hành là phiên bản {version}.",
        "Nothing was recorded. Read it again: the present wording is version {version}.",
    ),
    "representation-id-reused": Words(
        "Mã '{external_id}' đã được nhận với nội dung khác. Mỗi lần đại diện mới cần một mã mới.",
        "'{external_id}' was received with another content. Every new representation needs an id of its own.",
    ),
    "not-found": Words(
        "Không có mục này, hoặc mục này không thuộc về bạn.", "There is none, or it is not yours."
    ),
    "no-contact-known": Words(
        "Cơ quan này và các cơ quan cấp trên chưa công bố đường dây nóng, địa chỉ hay giờ làm việc.",
        "Neither this agency nor those above it have published a hotline, an address or opening hours.",
    ),
    "no-scores": Words(
        "Chưa có hồ sơ nào kết thúc trong tháng {month}, hoặc chưa tổng hợp xong. Hãy thử tháng khác.",
        "No dossier ended in {month}, or none has been counted yet. Try another month.",
    ),
    "answered-meanwhile": Words(
        "Trong lúc bạn viết, đã có câu trả lời mới, ở bên dưới. Nội dung bạn viết còn nguyên.",
        "While you wrote, there was a new answer. It is shown below, and what you wrote is still there.",
    ),
    "withdrawn-meanwhile": Words(
        "Trong lúc đó người hỏi đã rút lại câu hỏi. Chưa gửi gì; nội dung bạn viết còn nguyên.",
        "Meanwhile the asker withdrew it. Nothing was sent, and what you wrote is still there.",
    ),
    "declined-meanwhile": Words(
        "Trong lúc đó câu hỏi đã bị từ chối. Chưa gửi gì; nội dung bạn viết còn nguyên.",
        "Meanwhile it was declined. Nothing was sent, and what you wrote is still there.",
    ),
    "nothing-answered": Words(
        "Không có câu trả lời nào dựa trên một thủ tục để xác nhận hoặc công khai.",
        "There is no answer that could be confirmed or published.",
    ),
    "decided-meanwhile": Words(
        "Một người khác đã quyết định, hoặc người hỏi không muốn công khai. Chưa thay đổi gì.",
        "Somebody else has decided, or the asker does not want it read. Nothing was changed.",
    ),
    **OPINION_DETAILS,
    "difference-over": Words(
        "Trong lúc đó khác biệt đã hết, hoặc người khác đã xử lý. Chưa thay đổi gì.",
        "Meanwhile both sides agree, or somebody else has settled it. Nothing was changed.",
    ),
    "procedure-changed": Words(
        "Thủ tục vừa có phiên bản mới. Hãy xem lại thủ tục rồi xác nhận.",
        "The procedure has a new version. Look at it again, then confirm.",
    ),
    "no-such-procedure": Words(
        "Mã thủ tục gồm một chữ số, dấu chấm và sáu chữ số, ví dụ 1.001193. Hãy kiểm tra lại mã.",
        "A code is one digit, a dot and six digits, such as 1.001193. Check the code.",
    ),
    "no-such-catalogue-version": Words(
        "Phiên bản phải từ 1 đến {newest}.", "The version must be 1 to {newest}."
    ),
    "bundle-version-unknown": Words(
        "Không thể tính phần thay đổi từ 'since' đã gửi. Hãy bỏ 'since' để tải toàn bộ.",
        "What changed from the given 'since' on can not be told. Leave 'since' out to take the whole.",
    ),
    "method-not-allowed": Words(
        "Địa chỉ này không nhận phương thức đó.", "This address does not take that method."
    ),
    "source-id-reused": Words(
        "'{source_id}' đã được dùng cho giấy tờ khác. Hãy gửi giấy tờ này với một mã mới.",
        "'{source_id}' was used for another paper. Send this one under an id of its own.",
    ),
    "message-id-reused": Words(
        "'{source_id}' đã được dùng cho tin nhắn khác. Mỗi tin nhắn mới cần một mã mới.",
        "'{source_id}' was used for another message. Every new message needs an id of its own.",
    ),
    "question-declined": Words(
        "Câu hỏi đã kết thúc nên không rút lại được nữa. Bạn có thể gửi câu hỏi mới.",
        "It has come to its end, and can not be taken back. You may ask another.",
    ),
    "event-id-reused": Words(
        "Sự kiện '{event_id}' đã được nhận với nội dung khác. Mỗi sự kiện mới cần một mã mới.",
        "Event '{event_id}' was received with another content. Every new event needs an id of its own.",
    ),
    "agency-not-allowed": Words(
        "Hồ sơ thuộc cơ quan khác; chỉ cơ quan giải quyết và cấp trên của nó được gửi trạng thái.",
        "The dossier belongs to another agency; only its agency and those above may send its status.",
    ),
    "code-just-sent": Words(
        "Một mã vừa được gửi đến địa chỉ này. Có thể yêu cầu mã mới sau {seconds} giây.",
        "One was sent to this address a moment ago. A new one can be asked for in {seconds} seconds.",
    ),
    "too-many-codes": Words(
        "Địa chỉ này, hoặc tài khoản của bạn, đã dùng hết số mã cho phép. Hãy thử lại sau {minutes} phút.",
        "This address, or your account, has used up its codes. Try again in {minutes} minutes.",
    ),
    "app-too-old": Words(
        "Phiên bản ứng dụng này không còn được hỗ trợ. Hãy cập nhật lên phiên bản {least} trở lên.",
        "This version of the app is no longer supported. Update it to {least} or later.",
    ),
    "forged-receipt": Words(
        "Chữ ký thiếu, sai hoặc quá cũ. Kiểm tra khoá bí mật và địa chỉ nhận báo cáo.",
        "The signature is missing, wrong or too old. Check the secret and the address reported to.",
    ),
    "unreadable-receipt": Words(
        "Chữ ký đúng nhưng nội dung khác với tài liệu của nhà cung cấp.",
        "The signature is right, and yet the body is not what the provider documents.",
    ),
    "unavailable": Words(
        "Yêu cầu chưa được ghi nhận. Hãy gửi lại sau ít giây.",
        "Nothing was recorded. Send it again in a few seconds.",
    ),
    "identity-provider-unavailable": Words(
        "Chưa kết nối được hệ thống định danh. Các phiên đang đăng nhập vẫn dùng được.",
        "The identity provider could not be reached. Sessions that exist go on.",
    ),
    "internal": Words(
        "Lỗi đã được ghi lại với mã {request_id}.", "The error was recorded under {request_id}."
    ),
    "http": Words("Máy chủ từ chối yêu cầu.", "The server refused the request."),
    **SURVEY_DETAILS,
}


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def word(table: dict[str, Words], key: str, locale: str, params: dict[str, object]) -> str:
    """Return a text of a table in a language, filled in; unknown keys fall back to the general one."""
    words = table.get(key) or table.get("value_error") or table["http"]
    return str(getattr(words, locale)).format_map(_Blank(params))
