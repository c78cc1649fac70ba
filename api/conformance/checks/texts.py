"""The words of the checks: what is asked, why, and how it is mended."""

from typing import NamedTuple

from api.bilingual import Words


class CheckText(NamedTuple):
    """All that is said of one check."""

    title: Words
    why: Words
    mend: Words


TEXTS = {
    "finishes": CheckText(
        Words("Tự kết thúc bình thường", "Comes to its end by itself"),
        Words(
            "Một chương trình treo hoặc dừng giữa chừng để hồ sơ đứng yên mà không ai biết.",
            "A program that hangs or breaks leaves dossiers standing still, and nobody knows.",
        ),
        Words(
            "Đặt giới hạn thời gian cho mỗi yêu cầu, bắt mọi lỗi mạng, và trả mã 0 khi mọi việc đã"
            " được nhận hoặc đã báo.",
            "Give each request a time limit, catch every error of the network, and end with code 0"
            " once each task is"
            " kept or reported.",
        ),
    ),
    "facts-kept": CheckText(
        Words("Mọi sự kiện đều đến nơi", "Every fact arrives"),
        Words(
            "Sự kiện bị mất thì người dân không được báo và hồ sơ trông như bị bỏ quên.",
            "Where a fact is lost, a citizen is not told, and a dossier looks forgotten.",
        ),
        Words(
            "Giữ mỗi việc trong hàng đợi bền vững cho đến khi câu trả lời nói accepted hoặc repeated.",
            "Keep each task in a durable queue until its answer says accepted or repeated.",
        ),
    ),
    "nothing-invented": CheckText(
        Words("Không có gì ngoài những điều được giao", "Nothing but the facts arrives"),
        Words(
            "Sự kiện thừa hoặc gấp đôi làm sai trạng thái, thời hạn và điểm của cơ quan.",
            "An event too many makes the status, the deadline and the agency's score wrong.",
        ),
        Words(
            "Gửi lại đúng sự kiện cũ, với đúng thời điểm và bước cũ; không tạo sự kiện mới khi gửi lại.",
            "When you send again, send the same event with the same time and step; do not make a new one.",
        ),
    ),
    "content-kept": CheckText(
        Words("Thời điểm, thứ tự và nội dung không bị đổi", "Times, order and words are not changed"),
        Words(
            "Thứ tự các sự kiện lấy theo nguồn, không theo lúc đến; đổi thời điểm là đổi lịch sử hồ sơ.",
            "Events are ordered by their source and not by arrival: another time is another history.",
        ),
        Words(
            "Gửi occurred_at, sequence, step, note và due_at như hệ thống nguồn ghi, kèm múi giờ;"
            " không thay bằng giờ gửi.",
            "Send occurred_at, sequence, step, note and due_at as your source has them, with the"
            " time zone; never the"
            " time of sending.",
        ),
    ),
    "takes-new-fields": CheckText(
        Words("Bỏ qua trường chưa biết trong câu trả lời", "Passes over unknown fields of answers"),
        Words(
            "API có thể thêm trường bất cứ lúc nào; chương trình quá chặt sẽ dừng vào ngày đó.",
            "The API may add fields on any day; a program that is too strict stops on that day.",
        ),
        Words(
            "Chỉ đọc các trường cần dùng và bỏ qua phần còn lại.",
            "Read the fields that you need, and pass over the rest.",
        ),
    ),
    "stable-ids": CheckText(
        Words("Gửi lại với cùng một mã", "Sends again under the same id"),
        Words(
            "Mã không đổi là điều làm cho việc gửi lại an toàn; mã mới biến một sự kiện thành hai.",
            "The id that stays is what makes it safe to send again; a new one makes two events of one.",
        ),
        Words(
            "Tạo event_id và source_id từ khoá của chính sự kiện, hoặc lưu lại trước khi gửi lần"
            " đầu; không sinh ngẫu nhiên mỗi lần.",
            "Derive event_id and source_id from the fact's own key, or store them before the first"
            " sending; draw none"
            " anew.",
        ),
    ),
    "one-content-per-id": CheckText(
        Words("Một mã chỉ có một nội dung", "One id stands for one content"),
        Words(
            "Cùng mã với nội dung khác bị từ chối (409), nên điều đã sửa không bao giờ đến.",
            "The same id with another content is refused (409), so a correction never arrives.",
        ),
        Words(
            "Đưa số lần sửa vào mã: điều được sửa là một sự kiện mới.",
            "Make the revision a part of the id: what was corrected is a new event.",
        ),
    ),
    "repeats-what-was-lost": CheckText(
        Words("Gửi lại khi không có câu trả lời", "Sends again where no answer came"),
        Words(
            "Mất kết nối không cho biết đã được nhận hay chưa; chỉ gửi lại mới chắc chắn.",
            "A connection that ends does not tell whether anything was kept; only sending again is sure.",
        ),
        Words(
            "Coi lỗi mạng, hết giờ, 429 và 5xx là chưa biết: gửi lại cùng nội dung với cùng mã.",
            "Take errors of the network, timeouts, 429 and 5xx for unknown: send the same again"
            " under the same id.",
        ),
    ),
    "waits-as-told": CheckText(
        Words("Chờ theo Retry-After", "Waits for as long as Retry-After says"),
        Words(
            "Gửi dồn khi hệ thống quá tải làm chậm mọi cơ quan, kể cả chính mình.",
            "Who presses on while the service is overloaded slows down every agency, their own too.",
        ),
        Words(
            "Khi gặp 429 hoặc 503, dừng mọi yêu cầu đến địa chỉ đó cho đến hết số giây trong Retry-After.",
            "At 429 or 503, hold all requests to that endpoint until the seconds of Retry-After are over.",
        ),
    ),
    "pauses-before-repeating": CheckText(
        Words("Nghỉ trước khi gửi lại", "Pauses before it sends again"),
        Words(
            "Gửi lại tức thì gặp đúng sự cố cũ và làm nó kéo dài.",
            "Who sends again at once meets the same trouble, and prolongs it.",
        ),
        Words(
            "Nghỉ tăng dần (0,5; 1; 2; 4 giây …) cộng một phần ngẫu nhiên.",
            "Pause longer each time (0.5, 1, 2, 4 s …), with something random in it.",
        ),
    ),
    "waits-for-slow-answers": CheckText(
        Words("Chờ được câu trả lời chậm", "Waits for slow answers"),
        Words(
            "Bỏ cuộc quá sớm rồi gửi lại làm tăng gấp đôi tải đúng lúc hệ thống chậm.",
            "Who gives up early and sends again doubles the load just when the service is slow.",
        ),
        Words(
            "Đặt giới hạn thời gian chờ câu trả lời từ 10 đến 60 giây.",
            "Wait for an answer for 10 to 60 seconds.",
        ),
    ),
    "does-not-resend-refused": CheckText(
        Words("Không gửi lại nguyên vẹn điều bị từ chối", "Does not send again, unchanged, what was refused"),
        Words(
            "Điều bị từ chối (4xx) sẽ luôn bị từ chối; gửi mãi che lấp những việc gửi được.",
            "What is refused (4xx) is refused for ever; to go on with it hides what could be told.",
        ),
        Words(
            "Chuyển việc bị từ chối sang danh sách chờ người xử lý, kèm errors của câu trả lời.",
            "Move what was refused to a list for a person, with the errors of the answer.",
        ),
    ),
    "reports-refusals": CheckText(
        Words("Báo những việc bị từ chối", "Reports what was refused"),
        Words(
            "Việc bị từ chối mà không ai biết là sự kiện bị mất.",
            "What is refused without anybody knowing is lost.",
        ),
        Words(
            'Đọc outcome và problem của từng mục trong lô; in {"fact": …, "outcome": "refused"} cho'
            " mỗi việc bị từ chối.",
            'Read outcome and problem of each item of a batch; print {"fact": …, "outcome":'
            ' "refused"} for each refusal.',
        ),
    ),
    "reports-truly": CheckText(
        Words("Báo đúng sự thật", "Reports what is so"),
        Words(
            "Người vận hành chỉ sửa được những gì chương trình nói thật.",
            "Whoever runs it can mend only what it tells truly.",
        ),
        Words(
            'Chỉ báo "told" sau khi câu trả lời của chính việc đó nói accepted hoặc repeated.',
            'Report "told" only after the answer to that very fact says accepted or repeated.',
        ),
    ),
    "does-not-resend-kept": CheckText(
        Words("Không gửi lại điều đã được nhận", "Does not send again what was kept"),
        Words(
            "Gửi lại vô ích chiếm hạn mức của chính cơ quan.",
            "What is sent in vain uses up the agency's own rate.",
        ),
        Words(
            "Khi một lô có mục bị từ chối, chỉ giữ lại các mục đó; ghi các mục còn lại là xong.",
            "Where items of a batch are refused, hold back those alone, and mark the others done.",
        ),
    ),
    "keeps-batches-within-the-limit": CheckText(
        Words("Mỗi lô không quá 1.000 sự kiện", "Holds batches within 1,000 events"),
        Words(
            "Lô quá lớn bị từ chối toàn bộ (413).", "A batch that is too large is refused as a whole (413)."
        ),
        Words(
            "Chia thành các lô không quá 1.000 sự kiện.", "Split into batches of no more than 1,000 events."
        ),
    ),
    "replaces-what-it-read": CheckText(
        Words("Chỉ ghi đè bản đã đọc", "Replaces only what it has read"),
        Words(
            "Ghi đè một hồ sơ chưa đọc sẽ xoá điều người khác vừa báo mà không ai hay.",
            "Who replaces a dossier unread wipes out what others have just told, and nobody knows.",
        ),
        Words(
            "Gửi If-Match với ETag của lần đọc gần nhất; khi gặp 412, đọc lại, đưa thay đổi vào bản mới"
            " rồi gửi lại. Không dùng If-Match: *.",
            "Send If-Match with the ETag of the last reading; at 412 read again, work your change into"
            " what is there now, and send that. Never send If-Match: *.",
        ),
    ),
    "keeps-what-others-told": CheckText(
        Words("Giữ điều hệ thống khác đã báo", "Keeps what other systems told"),
        Words(
            "Nhiều hệ thống của một cơ quan cùng báo về một hồ sơ; lịch hẹn bị huỷ nhầm làm người dân"
            " mất buổi.",
            "Several systems of one agency tell of one dossier; an appointment that is cancelled by mistake"
            " costs a citizen a day.",
        ),
        Words(
            "Khi dossier-exists (409), gửi lại không kèm điều kiện để bổ sung; khi ghi đè, giữ mọi mục đã"
            " đọc trừ mục cần bỏ.",
            "At dossier-exists (409) send again without a condition, which adds; and where you replace, keep"
            " each entry that you read, but for those that have to go.",
        ),
    ),
    "renews-tokens": CheckText(
        Words("Lấy mã truy cập mới khi mã cũ hết hiệu lực", "Gets a new token when one ends"),
        Words(
            "Mã truy cập có thể bị thu hồi bất cứ lúc nào, không chỉ khi hết hạn.",
            "A token may be taken back at any time, and not only when it expires.",
        ),
        Words(
            "Khi gặp 401 với invalid_token: bỏ mã cũ, xin mã mới một lần, rồi gửi lại cùng nội dung"
            " với cùng mã sự kiện.",
            "At 401 with invalid_token: drop the token, ask for a new one once, and send the same"
            " again under the same id.",
        ),
    ),
    "reuses-tokens": CheckText(
        Words("Dùng lại mã truy cập", "Uses a token more than once"),
        Words(
            "Xin mã cho từng yêu cầu làm chậm gấp đôi và dễ bị giới hạn.",
            "A token for each request takes twice as long, and soon meets limits.",
        ),
        Words(
            "Giữ mã truy cập trong bộ nhớ cho đến gần hết expires_in.",
            "Keep a token in memory until shortly before expires_in is over.",
        ),
    ),
    "keeps-secrets": CheckText(
        Words("Giữ bí mật", "Keeps its secrets"),
        Words(
            "Địa chỉ và nhật ký được nhiều hệ thống lưu lại; ai có mã truy cập có thể báo thay cơ quan.",
            "Addresses and logs are kept in many places; who has a token can speak for the agency.",
        ),
        Words(
            "Chỉ gửi client_secret đến /oauth/token, chỉ để mã truy cập trong tiêu đề Authorization;"
            " không ghi vào nhật ký.",
            "Send client_secret to /oauth/token alone, tokens in the Authorization header alone, and"
            " log neither.",
        ),
    ),
    "keeps-people-out-of-logs": CheckText(
        Words("Không ghi tên người vào nhật ký", "Keeps people out of its logs"),
        Words(
            "Tên và số định danh là dữ liệu cá nhân (Luật 91/2025/QH15).",
            "Names and numbers are personal data (Law 91/2025/QH15).",
        ),
        Words("Chỉ ghi mã sự kiện và mã hồ sơ.", "Log ids of events and codes of dossiers alone."),
    ),
    "names-itself": CheckText(
        Words("Tự giới thiệu bằng User-Agent", "Names itself by User-Agent"),
        Words(
            "Khi có sự cố, chúng tôi cần biết phần mềm nào, phiên bản nào, để báo cho đúng nơi.",
            "In trouble we have to know which software, and which version, to tell the right people.",
        ),
        Words(
            "Gửi User-Agent như PhanMemMotCua/3.2 (+https://…), không để tên thư viện.",
            "Send a User-Agent such as OneStopSystem/3.2 (+https://…), not the name of a library.",
        ),
    ),
}
