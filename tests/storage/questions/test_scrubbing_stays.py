"""What names nobody stays: agencies, laws, codes, sums, times, and words that only look like names."""

import pytest

from storage.questions.scrubbing import RemovedKind, Scrubbed, scrub

NOBODYS = [
    "UBND phường Nguyễn Trãi", "Trường THPT Lê Quý Đôn", "UBND phường Bến Nghé, TP. Hồ Chí Minh", "tỉnh Nghệ An", "Thành phố Hồ Chí Minh",
    "Sở Tư pháp tỉnh Hà Giang", "Bệnh viện Nguyễn Tri Phương", "tuyến đường Nguyễn Văn Linh bị ngập", "xã Đinh Văn Lâm Hà, tỉnh Lâm Đồng",
    "Luật Đất đai 2024", "Nghị định 61/2018/NĐ-CP", "Điều 12 khoản 3", "Quyết định số 2628/QĐ-BTC ngày 22/11/2026", "Thông tư 38/2015/TT-BTC",
    "thủ tục 1.001193 và 2.000635", "1.001193.000.00.00.H26", "mẫu TP/HT-2024-KS.01", "1.500.000 đồng", "5.000.000.000 đồng", "2.000.000.000 - 3.000.000.000 đồng",
    "8h30 đến 11h30", "7.30 - 11.30 và 13.30 - 17.00", "ngày 01/07/2025", "từ 01.02.2024 - 05.02.2024", "năm 2019 - 2020 - 2021", "tổng đài 1900 1234", "1800 1096",
    "Lý do không nộp", "Mai tôi đi nộp", "Hồ sơ gồm những gì", "Đất chưa có sổ", "Trường hợp này", "Bà con hỏi", "Ông bà cho hỏi", "Anh chị hướng dẫn",
    "Hoàng Sa và Trường Sa", "Đoàn Thanh niên", "Lưu trữ hồ sơ", "LÝ LỊCH TƯ PHÁP", "HỒ SƠ ĐĂNG KÝ KHAI SINH", "TÔN GIÁO TẬP TRUNG", "PHẠM VI HOẠT ĐỘNG",
    "Ủy ban Chứng khoán Nhà nước", "Bộ trưởng Bộ Quốc phòng", "Trang Thông tin điện tử", "con Anh hùng Lao động", "Đồng Việt Nam", "Tôi là Việt kiều",
    "khai sinh năm 2010", "học sinh năm 2024", "con sinh ra ở nước ngoài", "người sinh trước ngày 01/01/2016", "đăng ký khai sinh ngày 05/03/2024",
    "tài khoản VNeID mức độ 2", "nộp vào tài khoản 5.000.000 đồng", "02 bản sao", "Bản Sao có chứng thực", "tổ chức tôn giáo", "lô hàng 12 tấn",
    "https://dichvucong.gov.vn/p/home/dvc-trang-chu.html", "cổng dichvucong.gov.vn", "huyện Sóc Sơn", "TP Buôn Ma Thuột", "nông thôn Mới",
    "co dang ky ket hon o xa duoc khong", "tham quyen cua Bo Cong Thuong", "Huan chuong Ho Chi Minh", "em ly hôn thì làm gì", "chồng tôi mất năm 2020",
    "tấm pa-nô quảng cáo", "pa lăng xích", "PA nguyenvat",
    "tên là gì", "bố mẹ tôi là người Hà Nội", "lớp 12A năm 2023", "(a) Giấy chứng nhận", "", " \n\t ",
]  # fmt: skip


@pytest.mark.parametrize("text", NOBODYS)
def test_what_is_nobodys_stays(text):
    """Not a word of it is changed, alone or in a sentence."""
    sentence = f"Xin cho tôi hỏi: {text} thì cần giấy tờ gì ạ?"
    assert scrub(text) == Scrubbed(text=text, removed=())
    assert scrub(sentence).text == sentence


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("STK 0011001234567 Vietcombank", "STK [số tài khoản] Vietcombank"),
        ("số tài khoản của tôi là 19 0334 5678 01", "số tài khoản của tôi là [số tài khoản]"),
        ("xe biển số 29A-123.45 hết hạn", "xe biển số [biển số xe] hết hạn"),
        ("xe 59X1 234.56", "xe [biển số xe]"),
        ("hộ chiếu B1234567 hết hạn", "hộ chiếu [số hộ chiếu] hết hạn"),
        ("hồ sơ 000.00.00.H26-261121-0001 ra sao", "hồ sơ [mã hồ sơ] ra sao"),
        ("mã hồ sơ 03706/2026/07906", "mã hồ sơ [mã hồ sơ]"),
        ("phản ánh PA-7K3M0QXV chưa trả lời", "phản ánh [mã hồ sơ] chưa trả lời"),
        ("phản ánh pa – 7k3m\u200b0qxv, pa7k3m0qxv", "phản ánh [mã hồ sơ], [mã hồ sơ]"),
        ("xem https://facebook.com/nguyenvanan nhé", "xem [liên kết] nhé"),
        ("https://dichvucong.gov.vn@evil.example/x", "[liên kết]"),
        ("https://dichvucong.gov.vn.evil.com/x", "[liên kết]"),
        ("https://dichvucong.gov.vn/tra-cuu?ma=ABC", "[liên kết]"),
        ("MST 1900123456 của công ty", "MST [mã số thuế] của công ty"),
        ("nhà ở 10.762622, 106.660172", "nhà ở [địa chỉ]"),
        ("sinh ngày 1/1/1990 sửa thành 2/1/1990", "sinh [ngày sinh] sửa thành [ngày sinh]"),
        ("Con sinh năm 2024 ở UBND xã Tân Lập", "Con sinh [ngày sinh] ở UBND xã Tân Lập"),
        ("12 Lê Lợi, phường Bến Nghé, Quận 1, TP.HCM", "[địa chỉ], TP.HCM"),
        ("anh Nam và chị Lan", "anh [họ tên] và chị [họ tên]"),
        ("Hỏi [họ tên] ở [địa chỉ]", "Hỏi [họ tên] ở [địa chỉ]"),
    ],
)
def test_what_goes(text, left):
    """Each thing goes with nothing around it, and words say what it was."""
    assert scrub(text).text == left


def test_places_of_what_was_removed():
    """Each stand-in is told with its kind and place, in order."""
    scrubbed = scrub("Tôi là Nguyễn Văn An, 0912345678.")
    assert scrubbed.text == "Tôi là [họ tên], [số điện thoại]."
    assert [(removed.kind, scrubbed.text[removed.start : removed.end]) for removed in scrubbed.removed] == [
        (RemovedKind.NAME, "[họ tên]"),
        (RemovedKind.PHONE, "[số điện thoại]"),
    ]


@pytest.mark.parametrize(
    ("text", "known", "left"),
    [
        ("lỗi văn an ở đây", "Nguyễn Văn An", "lỗi [họ tên] ở đây"),
        ("user nguyenvanan90", "Nguyễn Văn An", "user [họ tên]90"),
        ("gọi 84 912 345 678", "0912345678", "gọi [dãy số]"),
        ("tỉnh Nghệ An, Nguyễn Trãi", "Nguyễn Văn An", "tỉnh Nghệ An, [họ tên]"),
        ("lễ an táng", "Lê An", "[họ tên] táng"),
        ("hoan nghênh", "Hoa", "hoan nghênh"),
    ],
)
def test_known(text, known, left):
    """What is known of the asker goes in any spelling, as words of its own."""
    assert scrub(text, (known,)).text == left


OFFICE = ("+842353821234", "motcua@dienban.gov.vn", "12 Trần Phú, phường Điện Bàn")


@pytest.mark.parametrize(
    "said",
    [
        "Gọi 0235 3821 234 trong giờ làm việc.",
        "Gọi (0235) 3.821.234.",
        "Gửi thư tới motcua@dienban.gov.vn nhé.",
        "Nộp tại 12 Trần Phú, phường Điện Bàn.",
    ],
)
def test_what_everybody_knows_stays(said: str) -> None:
    """An answer may say how its agency is reached; unless that is who asked, and otherwise it goes."""
    assert scrub(said, public=OFFICE).text == said
    assert scrub(said).text != said
    assert scrub(said, known=OFFICE, public=OFFICE).text != said
    beside = "Tôi là Nguyễn Văn An, số 0912 345 678."
    assert "0912" not in scrub(f"{said} {beside}", public=OFFICE).text


def test_what_everybody_knows_is_no_part_of_another_number() -> None:
    """Nor does it spare what it stands in."""
    assert "23538212345" not in scrub("Số 0235 3821 2345 của tôi", public=OFFICE).text.replace(" ", "")
