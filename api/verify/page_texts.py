"""The words of the verification page; `{…}` is filled in where it is shown."""

TEXTS = {
    "vi": {
        "language": "Tiếng Việt",
        "skip": "Đến kết quả",
        "title": "Kiểm tra giấy tờ",
        "official": "Trang kiểm tra của {domain}",
        "busy": "Đang kiểm tra…",
        "no_script": "Trình duyệt này không chạy JavaScript, nên con dấu trong mã QR chưa được kiểm tra.",
        "no_script_link": "Xem tình trạng của mã này",
        "valid": "Giấy tờ này còn hiệu lực",
        "valid.lead": "Con dấu điện tử là thật. Hãy so các mục dưới đây với tờ giấy: "
        "nếu có mục nào khác, tờ giấy đã bị sửa hoặc dùng con dấu của giấy tờ khác.",
        "valid.list": "Còn hiệu lực tính đến {time}",
        "valid.code": "Mã này còn hiệu lực, nhưng tờ giấy chưa được kiểm tra",
        "superseded": "Giấy tờ này đã được thay thế",
        "superseded.lead": "Không dùng bản này nữa. Hãy đề nghị người có giấy tờ đưa bản mới.",
        "superseded.by": "Bản mới có mã {code}, cấp ngày {day}.",
        "revoked": "Giấy tờ này đã bị thu hồi",
        "revoked.lead": "Giấy tờ không còn giá trị.",
        "expired": "Giấy tờ này đã hết hạn",
        "expired.lead": "Giấy tờ là thật nhưng đã quá ngày hết hạn ghi trong đó.",
        "expired.code": "Giấy tờ mang mã này đã quá ngày hết hạn.",
        "foreign": "Đây không phải giấy tờ do chúng tôi cấp",
        "foreign.forged": "Con dấu điện tử không đúng: nội dung đã bị sửa, hoặc không do chúng tôi ký. "
        "Đừng chấp nhận tờ giấy này.",
        "foreign.withdrawn": "Con dấu được ký bằng một khoá đã bị huỷ. Đừng chấp nhận tờ giấy này.",
        "foreign.damaged": "Không đọc được con dấu trong mã QR. Hãy quét lại cả mã. "
        "Nếu kết quả vẫn như vậy, đừng chấp nhận tờ giấy này.",
        "foreign.unknown-key": "Con dấu được ký bằng một khoá không phải của chúng tôi. "
        "Đừng chấp nhận tờ giấy này.",
        "foreign.unknown-code": "Không có giấy tờ nào mang mã này. Nếu bạn nhập mã bằng tay, hãy xem lại "
        "từng ký tự. Nếu bạn quét mã QR, đừng chấp nhận tờ giấy này.",
        "foreign.mismatch": "Mã và con dấu thuộc về hai giấy tờ khác nhau: đã có người ghép chúng lại. "
        "Đừng chấp nhận tờ giấy này.",
        "foreign.look-alike": "Mã QR này dẫn đến {host}, không phải {domain}. Đó có thể là trang giả. "
        "Đừng mở địa chỉ đó và đừng chấp nhận tờ giấy này.",
        "unchecked": "Chưa kiểm tra được",
        "unchecked.no-status": "Con dấu điện tử là thật, nhưng chưa biết giấy tờ còn hiệu lực hay không. "
        "Hãy kết nối mạng rồi kiểm tra lại.",
        "unchecked.old-list": "Con dấu điện tử là thật, nhưng danh sách tình trạng lưu trên thiết bị đã cũ. "
        "Hãy kết nối mạng rồi kiểm tra lại.",
        "unchecked.no-keys": "Chưa tải được khoá để kiểm tra con dấu. Hãy kết nối mạng rồi kiểm tra lại.",
        "unchecked.new-key": "Con dấu dùng một khoá mà thiết bị này chưa biết. "
        "Hãy kết nối mạng rồi kiểm tra lại.",
        "unchecked.nothing": "Chưa hỏi được hệ thống, và địa chỉ không kèm con dấu. "
        "Hãy kết nối mạng, hoặc quét lại mã QR.",
        "no-seal": "Chỉ tình trạng của mã được kiểm tra, còn tờ giấy thì chưa: địa chỉ không kèm con dấu "
        "điện tử. Hãy quét lại mã QR bằng camera của điện thoại, hoặc ngay trên trang này.",
        "no-keys": "Chỉ tình trạng của mã được kiểm tra, còn tờ giấy thì chưa: chưa tải được khoá.",
        "unbound": "Mã này được giữ trước, nhưng cơ quan cấp chưa gửi giấy tờ mang mã. "
        "Đừng chấp nhận tờ giấy này khi chưa hỏi cơ quan cấp.",
        "since": "Từ {time}.",
        "reason": "Lý do: {reason}",
        "again": "Kiểm tra lại",
        "online": "Tình trạng tính đến {time}, hỏi trực tuyến",
        "list": "Tình trạng tính đến {time}, theo danh sách đã ký lưu trên thiết bị này",
        "unreached": "Chưa hỏi được hệ thống",
        "limited": "Mạng này đã hỏi quá nhiều lần. Hãy chờ một phút rồi kiểm tra lại.",
        "checks": "Những gì đã kiểm tra",
        "seal": "Con dấu điện tử",
        "seal.good": "là thật",
        "seal.bad": "không đúng",
        "seal.absent": "không có trong địa chỉ, chưa kiểm tra",
        "seal.unchecked": "chưa kiểm tra",
        "status": "Hiệu lực",
        "status.valid": "còn",
        "status.superseded": "đã được thay thế",
        "status.revoked": "đã bị thu hồi",
        "status.expired": "đã hết hạn",
        "status.online": "hỏi trực tuyến",
        "status.list": "theo danh sách đã lưu",
        "status.none": "chưa kiểm tra",
        "code": "Mã",
        "code.good": "thuộc về con dấu này",
        "code.bad": "không thuộc về con dấu này",
        "code.known": "có trong hệ thống",
        "code.unknown": "không có trong hệ thống",
        "code.none": "chưa đối chiếu với con dấu",
        "file": "Tệp",
        "file.none": "chưa kiểm tra",
        "file.same": "đúng là tệp gốc",
        "file.other": "khác tệp gốc",
        "claims": "Ghi trong con dấu",
        "claims.code": "Hệ thống biết về mã này",
        "issuer": "Nơi cấp",
        "procedure": "Thủ tục",
        "dossier": "Hồ sơ",
        "holder": "Người được cấp (viết tắt)",
        "issued": "Cấp lúc",
        "expires": "Hết hạn",
        "never": "Không ghi thời hạn",
        "drop": "So một tệp với bản gốc",
        "drop.lead": "Chọn tệp, hoặc thả tệp vào khung này. Tệp không rời khỏi thiết bị.",
        "drop.choose": "Chọn tệp",
        "drop.busy": "Đang đọc tệp…",
        "drop.same": "{name}: đúng là tệp gốc, không khác một chữ.",
        "drop.other": "{name}: khác tệp gốc. Bản có in mã QR luôn khác tệp gốc; nếu đây là bản đó, hãy lấy "
        "tệp gốc trong kho giấy tờ rồi chọn lại. Nếu đây đúng ra là tệp gốc, nó đã bị sửa.",
        "drop.unknown": "{name}: chưa được kiểm tra, vì chưa biết dấu vết của tệp gốc. "
        "Hãy kết nối mạng rồi kiểm tra lại.",
        "drop.failed": "{name}: không đọc được tệp này.",
        "another": "Kiểm tra giấy tờ khác",
        "scan": "Quét bằng camera",
        "scan.stop": "Tắt camera",
        "scan.looking": "Hướng camera vào mã QR trên giấy.",
        "scan.denied": "Không mở được camera. Hãy cho phép dùng camera, hoặc nhập mã.",
        "scan.none": "Để quét mã QR: mở ứng dụng Camera của điện thoại, hướng vào mã, rồi mở địa chỉ bắt đầu "
        "bằng {domain}.",
        "type": "Mã in dưới mã QR",
        "type.hint": "12 chữ và số, ví dụ 7K3M 0QXV 92TE",
        "type.wrong": "Mã gồm 12 chữ và số. Hãy xem lại.",
        "type.submit": "Kiểm tra mã",
        "privacy": "Chỉ tin kết quả khi thanh địa chỉ ghi {domain}. Con dấu và tệp được kiểm tra ngay trên "
        "thiết bị này, không gửi đi đâu; hệ thống chỉ nhận mã.",
    },
    "en": {
        "language": "English",
        "skip": "Go to the result",
        "title": "Check a document",
        "official": "The verification page of {domain}",
        "busy": "Checking…",
        "no_script": "This browser runs no JavaScript, so the seal in the QR code was not checked.",
        "no_script_link": "See the status of this code",
        "valid": "This document is valid",
        "valid.lead": "The electronic seal is genuine. Compare what follows with the paper: if anything "
        "differs, the paper was altered or bears the seal of another document.",
        "valid.list": "Valid as of {time}",
        "valid.code": "This code is valid, but the paper was not checked",
        "superseded": "This document was replaced",
        "superseded.lead": "It is no longer to be used. Ask its holder for the new one.",
        "superseded.by": "The new one has the code {code}, issued on {day}.",
        "revoked": "This document was revoked",
        "revoked.lead": "It is no longer good.",
        "expired": "This document has expired",
        "expired.lead": "It is genuine, and yet past the date that it bears.",
        "expired.code": "The document with this code is past its date.",
        "foreign": "This document is not ours",
        "foreign.forged": "The electronic seal is wrong: what it says was altered, or was not signed by us. "
        "Do not accept this paper.",
        "foreign.withdrawn": "The seal was made with a key that is void. Do not accept this paper.",
        "foreign.damaged": "The seal in the QR code can not be read. Scan the whole code once more. "
        "If this comes again, do not accept the paper.",
        "foreign.unknown-key": "The seal was made with a key that is none of ours. Do not accept this paper.",
        "foreign.unknown-code": "No document has this code. If you typed it, check each character. "
        "If you scanned a QR code, do not accept the paper.",
        "foreign.mismatch": "Code and seal belong to two different documents: somebody put them together. "
        "Do not accept this paper.",
        "foreign.look-alike": "This QR code leads to {host}, not to {domain}. That may be a fake page. "
        "Do not open it, and do not accept this paper.",
        "unchecked": "It could not be checked",
        "unchecked.no-status": "The electronic seal is genuine, but whether the document is still valid is "
        "not known. Connect to a network and check again.",
        "unchecked.old-list": "The electronic seal is genuine, but the list of statuses on this device is "
        "too old. Connect to a network and check again.",
        "unchecked.no-keys": "The keys that verify the seal could not be loaded. "
        "Connect to a network and check again.",
        "unchecked.new-key": "The seal was made with a key that this device does not know yet. "
        "Connect to a network and check again.",
        "unchecked.nothing": "The service could not be asked, and the address brings no seal. "
        "Connect to a network, or scan the QR code once more.",
        "no-seal": "The status of the code was checked, and not the paper: the address brings no electronic "
        "seal. Scan the QR code again with the phone’s own camera, or on this page.",
        "no-keys": "The status of the code was checked, and not the paper: the keys could not be loaded.",
        "unbound": "This code was reserved, and its agency has not handed over the document with it yet. "
        "Do not accept this paper before you have asked the agency.",
        "since": "Since {time}.",
        "reason": "Reason: {reason}",
        "again": "Check again",
        "online": "Status as of {time}, asked online",
        "list": "Status as of {time}, by the signed list kept on this device",
        "unreached": "The service could not be asked",
        "limited": "This network has asked too often. Wait a minute and check again.",
        "checks": "What was checked",
        "seal": "Electronic seal",
        "seal.good": "genuine",
        "seal.bad": "wrong",
        "seal.absent": "not in the address, not checked",
        "seal.unchecked": "not checked",
        "status": "Status",
        "status.valid": "valid",
        "status.superseded": "replaced",
        "status.revoked": "revoked",
        "status.expired": "expired",
        "status.online": "asked online",
        "status.list": "by the list kept here",
        "status.none": "not checked",
        "code": "Code",
        "code.good": "belongs to this seal",
        "code.bad": "does not belong to this seal",
        "code.known": "is known",
        "code.unknown": "is not known",
        "code.none": "not compared with the seal",
        "file": "File",
        "file.none": "not checked",
        "file.same": "is the original",
        "file.other": "is not the original",
        "claims": "What the seal says",
        "claims.code": "What is known of this code",
        "issuer": "Issued by",
        "procedure": "Procedure",
        "dossier": "Dossier",
        "holder": "Holder (shortened)",
        "issued": "Issued",
        "expires": "Expires",
        "never": "No date of expiry",
        "drop": "Compare a file with the original",
        "drop.lead": "Choose a file, or drop it here. It does not leave this device.",
        "drop.choose": "Choose a file",
        "drop.busy": "Reading the file…",
        "drop.same": "{name}: the original, to the letter.",
        "drop.other": "{name}: not the original. The copy that bears the QR code always differs from it; if "
        "this is that copy, take the original from the document store and choose it instead. If this is "
        "meant to be the original, it was altered.",
        "drop.unknown": "{name}: not checked, as the original’s fingerprint is not known here. "
        "Connect to a network and check again.",
        "drop.failed": "{name}: this file can not be read.",
        "another": "Check another document",
        "scan": "Scan with the camera",
        "scan.stop": "Turn the camera off",
        "scan.looking": "Point the camera at the QR code on the paper.",
        "scan.denied": "The camera could not be opened. Allow its use, or type the code.",
        "scan.none": "To scan a QR code: open the phone’s Camera app, point it at the code, and open the "
        "address that begins with {domain}.",
        "type": "Code below the QR code",
        "type.hint": "12 letters and digits, such as 7K3M 0QXV 92TE",
        "type.wrong": "A code has 12 letters and digits. Look again.",
        "type.submit": "Check the code",
        "privacy": "Trust a result only where the address bar says {domain}. Seal and file are checked on "
        "this device and sent nowhere; the service gets the code alone.",
    },
}


def texts_of(domain: str) -> dict[str, dict[str, str]]:
    """Return the words in both languages, with the address that people are to look for."""
    return {
        locale: {name: words.replace("{domain}", domain) for name, words in given.items()}
        for locale, given in TEXTS.items()
    }
