"""Made-up personal data, in the spellings in which people write it, and sentences to put it into."""

import unicodedata

from hypothesis import strategies as st

from storage.search.folding import fold

SURNAMES = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Ngô",
    "Dương",
    "Lý",
    "Hồ",
    "Đinh",
    "Trịnh",
    "Đoàn",
    "Tô",
    "Châu",
    "Lương",
]
MIDDLES = ["Văn", "Thị", "Đức", "Hữu", "Ngọc", "Minh", "Thị Thu", "Quốc", "Đình", "Thanh", "Gia", "Xuân"]
GIVENS = [
    "An",
    "Bình",
    "Cường",
    "Dũng",
    "Hùng",
    "Hạnh",
    "Hoa",
    "Hương",
    "Khánh",
    "Lan",
    "Linh",
    "Mai",
    "Nam",
    "Nga",
    "Phúc",
    "Quân",
    "Tâm",
    "Thảo",
    "Trang",
    "Tuấn",
    "Vy",
    "Yến",
    "A",
    "B",
]
MINORITY = [
    "Giàng A Páo", "Thào Thị Mỷ", "Vàng A Lử", "Sùng Thị Dua", "H'Yăm Niê", "Y Blim Ktla", "K'Brêu", "Rơ Châm Hiệp", "Siu Black",
    "Lò Văn Pó", "Hạng Mí Chá", "Thạch Sa Rây", "Chamaléa Thị Thủy", "A Plưn",
]  # fmt: skip
STREETS = [
    "Nguyễn Trãi",
    "Lê Lợi",
    "Trần Hưng Đạo",
    "Hai Bà Trưng",
    "Láng Hạ",
    "Kim Mã",
    "Điện Biên Phủ",
    "Hàng Bông",
]
COMMUNES = ["Bến Nghé", "Tân Lập", "Ba Đình", "Hòa Xuân", "Mỹ Đình", "Thủ Thiêm", "Đông Anh"]
MAIL_HOSTS = ["gmail.com", "yahoo.com.vn", "outlook.com", "mail.example.vn"]

# What is left of a frame stands word for word; `{}` is where the thing stands that goes.
NAME_FRAMES = [
    "Tôi tên là {}, xin hỏi thủ tục đăng ký khai sinh cho con.",
    "Họ và tên: {}\nNội dung: xin cấp lại sổ đỏ bị mất.",
    "Chồng tôi là {} muốn nhập hộ khẩu về UBND phường Bến Nghé thì cần giấy gì?",
    "Cho tôi hỏi ông {} nộp hồ sơ ở đâu theo Luật Đất đai 2024?",
]  # fmt: skip
BARE_NAME_FRAMES = [
    *NAME_FRAMES,
    "Hồ sơ của {} đã nộp ngày 03/02/2026 nhưng chưa có kết quả.",
    "{} xin hỏi về thủ tục 1.001193.",
    "Kính gửi Sở Tư pháp tỉnh Nghệ An, {} đề nghị xem lại (Nghị định 61/2018/NĐ-CP).",
]
NUMBER_FRAMES = [
    "Số của tôi {} có đúng không ạ?",
    "Căn cước {} cấp năm 2021, lệ phí 50.000 đồng, xin hỏi.",
    "Tôi nộp thủ tục 1.001193 với số {}, hẹn 15/03/2026 lúc 8h30.",
    "({})",
    "{}",
]


@st.composite
def names(draw: st.DrawFn) -> str:
    """Make a Vietnamese name of two to four words, in capitals as usual."""
    surname = draw(st.sampled_from(SURNAMES))
    middle = draw(st.sampled_from(MIDDLES))
    return f"{surname} {middle} {draw(st.sampled_from(GIVENS))}"


def spelled(name: str, way: str) -> str:
    """Write a name in one of the ways that people, systems and the sly have."""
    unmarked = " ".join(fold(word) for word in name.split())
    ways = {
        "usual": name,
        "capitals": name.upper(),
        "unmarked": unmarked,
        "unmarked capitals": unmarked.upper(),
        "decomposed": unicodedata.normalize("NFD", name),
        "zero width": "\u200b".join(name),
        "soft hyphens": name.replace(" ", " \u00ad"),
        "Cyrillic": name.translate(str.maketrans("aoeAcT", "аоеАсТ")),
        "wide spaces": name.replace(" ", "\u00a0"),
        "bold": " ".join(f"<b>{word}</b>" for word in name.split()),
        "starred": " ".join(f"**{word}**" for word in name.split()),
        "entities": "".join(letter if letter.isascii() else f"&#{ord(letter)};" for letter in name),
        "small": name.lower(),
        "unmarked small": unmarked.lower(),
    }
    return ways[way]


BARE_WAYS = [
    "usual", "capitals", "unmarked", "decomposed", "zero width", "soft hyphens", "Cyrillic", "wide spaces", "bold", "starred", "entities",
]  # fmt: skip
WAYS = [*BARE_WAYS, "unmarked capitals", "small", "unmarked small"]
"""After what introduces a name it need not have capitals."""

_GROUPINGS = {9: [(9,), (3, 3, 3)], 10: [(10,), (4, 3, 3), (3, 3, 4), (4, 2, 2, 2), (2, 2, 2, 2, 2)], 11: [(3, 4, 4), (11,)], 12: [(12,), (3, 3, 3, 3), (4, 4, 4), (3, 9)]}  # fmt: skip
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_SAID = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


@st.composite
def grouped(draw: st.DrawFn, digits: str) -> str:
    """Write a number in groups, or none, with what people put between them."""
    sign = draw(st.sampled_from([" ", ".", "-", "\u00a0", " - ", "\u200b", "\u2013"]))
    parts, rest = [], digits
    for size in draw(st.sampled_from(_GROUPINGS[len(digits)])):
        parts.append(rest[:size])
        rest = rest[size:]
    written = sign.join(parts)
    return draw(st.sampled_from([written, written.translate(_WIDE)]))


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text(alphabet="0123456789", min_size=count, max_size=count)


@st.composite
def citizen_numbers(draw: st.DrawFn) -> str:
    """Make a citizen number of 12 digits, or that of an old card."""
    place = draw(st.integers(1, 96))
    born = draw(st.sampled_from("0123"))
    new = f"{place:03d}{born}{draw(_digits(8))}"
    old = f"{draw(st.sampled_from('0123'))}{draw(_digits(8))}"
    return draw(grouped(draw(st.sampled_from([new, old]))))


@st.composite
def phones(draw: st.DrawFn) -> str:
    """Make a mobile or a fixed telephone number in one of its spellings."""
    national = draw(st.sampled_from("35789")) + draw(_digits(8))
    fixed = f"02{draw(st.sampled_from(['4', '8']))}{draw(_digits(8))}"
    digits = f"0{national}"
    ways = [
        draw(grouped(digits)),
        draw(grouped(fixed)),
        f"+84{national}",
        f"+84 {national[:3]} {national[3:6]} {national[6:]}",
        f"84{national}",
        f"(+84) {national}",
        f"(0{national[:2]}) {national[2:]}",
        f"{digits[:4]}/{digits[4:7]}/{digits[7:]}",
        digits.replace("0", "O"),
        digits.replace("0", "o").replace("1", "l")
        if sum(letter in "01" for letter in digits) < 6
        else digits,
        " ".join(_SAID[int(digit)] for digit in digits),
        " ".join(fold(_SAID[int(digit)]) for digit in digits),
        " ".join(digits),
    ]
    return draw(st.sampled_from(ways))


@st.composite
def tax_codes(draw: st.DrawFn) -> str:
    """Make a tax code, or that of a branch."""
    code = f"0{draw(_digits(9))}"
    return draw(st.sampled_from([code, f"{code}-{draw(st.integers(1, 999)):03d}"]))


@st.composite
def emails(draw: st.DrawFn) -> str:
    """Make an address of mail, plain or as it is dictated."""
    first, last = (
        draw(st.sampled_from(["an", "hoa", "tuan", "lan"])),
        draw(st.sampled_from(["nguyen", "tran", "le"])),
    )
    mailbox = f"{first}.{last}{draw(st.integers(0, 99))}"
    host = draw(st.sampled_from(MAIL_HOSTS))
    ways = [
        f"{mailbox}@{host}",
        f"{mailbox} @ {host}",
        f"{mailbox}(at){host}",
        f"{mailbox} [at] {host.replace('.', ' dot ')}",
        f"{mailbox.replace('.', ' chấm ')} a còng {host.replace('.', ' chấm ')}",
        f"{mailbox.upper()}@{host.upper()}",
        f"{mailbox}＠{host}",
        f"{mailbox}\u200b@{host}",
    ]
    return draw(st.sampled_from(ways))


@st.composite
def births(draw: st.DrawFn) -> str:
    """Make a date of birth with what says that it is one."""
    day, month, year = draw(st.integers(1, 28)), draw(st.integers(1, 12)), draw(st.integers(1930, 2025))
    dates = [
        f"{day:02d}/{month:02d}/{year}",
        f"{day}-{month}-{year}",
        f"{day}.{month}.{year}",
        f"{year}-{month:02d}-{day:02d}",
        f"{day:02d}{month:02d}{year}",
        f"ngày {day} tháng {month} năm {year}",
    ]
    date = draw(st.sampled_from(dates))
    bare = date.removeprefix("ngày ")
    ways = [
        f"sinh ngày {bare}",
        f"ngày sinh: {bare}",
        f"ngày sinh của tôi là {date}",
        f"DOB {bare}",
        f"sinh năm {year}",
        f"Ngày, tháng, năm sinh: {date}",
    ]
    return draw(st.sampled_from([*ways, *(way.upper() for way in ways)]))


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Make an address of a house, a lane, a flat or a hamlet, down to its commune."""
    street, commune = draw(st.sampled_from(STREETS)), draw(st.sampled_from(COMMUNES))
    house = draw(st.sampled_from(["12", "12/5", "12A", "7/12/3", "45 bis"]))
    number = draw(st.integers(1, 40))
    ways = [
        f"số nhà {house} đường {street}, phường {commune}",
        f"số {house} ngõ {number} phố {street}, phường {commune}",
        f"ngách {number}/2 ngõ {number} {street}, P. {commune}",
        f"căn hộ 12{number} chung cư {street}, phường {commune}",
        f"thôn {commune}, xã {commune}, huyện {commune}",
        f"ấp {number}, xã {commune}",
        f"hẻm {number} {street}, {commune}",
        f"{house} {street}, phường {commune}",
        f"tổ {number}, khu phố {number}, phường {commune}",
        f"tổ dân phố số {number}, phường {commune}",
        f"số {house} {street}, {commune}",
    ]
    written = draw(st.sampled_from(ways))
    plain = " ".join(fold(word) for word in written.split(" "))
    return draw(st.sampled_from([written, unicodedata.normalize("NFD", written), plain]))


def squashed(text: str) -> str:
    """Return what can be compared of a text: letters without marks and digits, run together."""
    return "".join(letter for letter in fold(unicodedata.normalize("NFKC", text).lower()) if letter.isalnum())
