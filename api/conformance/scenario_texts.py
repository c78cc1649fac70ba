"""The words of the scenarios."""

from api.bilingual import Words

TITLES = {
    "plain": Words("Một hồ sơ, đường truyền tốt", "One dossier, and nothing goes wrong"),
    "duplicates": Words("Cùng một việc được giao nhiều lần", "The same task is given more than once"),
    "out-of-order": Words("Việc được giao không theo thứ tự", "Tasks come out of order"),
    "slow": Words("Câu trả lời đến chậm", "Answers come slowly"),
    "stalled": Words("Câu trả lời không bao giờ đến", "An answer never comes"),
    "lost-answers": Words(
        "Mất kết nối, trước và sau khi đã nhận", "Connections end, before and after what was sent is kept"
    ),
    "too-fast": Words("429: gửi quá nhanh", "429: too fast"),
    "unavailable": Words("503, rồi 502 với một trang HTML", "503, then 502 with a page of HTML"),
    "token-ends": Words("Mã truy cập hết hiệu lực giữa chừng", "The token ends midway"),
    "bad-item": Words("Một sự kiện sai giữa các sự kiện đúng", "One bad event among good ones"),
    "clock-ahead": Words("Đồng hồ của nơi gửi chạy nhanh ba giờ", "The sender's clock is three hours ahead"),
    "corrected": Words("Một sự kiện được sửa sau khi đã gửi", "A fact is corrected after it was told"),
    "big-batch": Words("Nhiều sự kiện hơn một lô chứa được", "More events than a batch holds"),
    "new-fields": Words("Câu trả lời có thêm trường mới", "Answers bear new fields"),
    "cut-upload": Words("Mất kết nối khi đang gửi tệp", "The connection ends during an upload"),
    "bad-file": Words("Tệp PDF hỏng", "A PDF that is damaged"),
    "dossier-lost": Words("Mất câu trả lời khi gửi cả hồ sơ", "The answer to a whole dossier is lost"),
    "dossier-exists": Words(
        "Hồ sơ mới đã có, do hệ thống khác của cơ quan gửi",
        "A new dossier is there already, told by another system of the agency",
    ),
    "dossier-overtaken": Words(
        "Hồ sơ bị người khác sửa giữa lúc đọc và lúc ghi",
        "Somebody else changes a dossier between its reading and its writing",
    ),
    "things": Words(
        "Lịch hẹn, khoản phải nộp, bưu gửi và diễn biến của chúng",
        "An appointment, a payment and papers by post, and what becomes of them",
    ),
    "things-lost": Words(
        "Mất kết nối khi báo lịch hẹn và khoản phải nộp",
        "Connections end while things are told that are arranged",
    ),
    "thing-corrected": Words(
        "Số tiền phải nộp được sửa sau khi đã báo", "The amount of a payment is corrected after it was told"
    ),
    "table-lost": Words("Mất câu trả lời khi gửi bảng CSV", "The answer to a table is lost"),
    "bad-row": Words(
        "Một dòng sai trong bảng CSV, rồi được sửa", "One bad row in a table, which is mended then"
    ),
}
INSTRUCTION = Words(
    "Báo mọi việc trong tasks đến API, với event_id hoặc source_id do hệ thống của bạn đặt. Với mỗi"
    " việc, cho biết kết"
    ' quả: {"fact": id, "revision": revision, "outcome": "told" | "refused" | "failed"}. Nếu dùng các'
    ' cửa khác của API, cho biết: {"doors": ["events", …]}.',
    "Tell every task to the API, under an event_id or source_id of your own. Say of each what became of it:"
    ' {"fact": id, "revision": revision, "outcome": "told" | "refused" | "failed"}. Where you use other'
    ' doors of the API, say which: {"doors": ["events", …]}.',
)
