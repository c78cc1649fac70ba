"""A country whose dossiers ended, put beneath the pages of scores: 34 provinces, and communes below the first."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

from storage.agencies.repository import AgencyRecord, put, resolve
from storage.ids import new_id
from storage.scores.models import ScoreMonth
from storage.unit_of_work import UnitOfWork

CITIES = ("Hà Nội", "Hải Phòng", "Huế", "Đà Nẵng", "Cần Thơ", "Hồ Chí Minh")
PROVINCES = (
    *("Tuyên Quang", "Cao Bằng", "Lai Châu", "Lào Cai", "Thái Nguyên", "Điện Biên", "Lạng Sơn", "Sơn La"),
    *("Phú Thọ", "Bắc Ninh", "Quảng Ninh", "Hưng Yên", "Ninh Bình", "Thanh Hóa", "Nghệ An", "Hà Tĩnh"),
    *("Quảng Trị", "Quảng Ngãi", "Gia Lai", "Đắk Lắk", "Khánh Hòa", "Lâm Đồng", "Đồng Nai", "Tây Ninh"),
    *("Đồng Tháp", "Vĩnh Long", "An Giang", "Cà Mau"),
)
WARDS = ("Hoàn Kiếm", "Cửa Nam", "Ba Đình", "Ngọc Hà", "Giảng Võ", "Hai Bà Trưng", "Vĩnh Tuy", "Bạch Mai")
LONG = "Ủy ban nhân dân xã Nghĩa trang liệt sĩ Quốc gia đường Chín và các vùng phụ cận của biên giới phía Tây"
COMMUNES = 56
"""Below the first province: more than a page lists."""
PROVINCE, COMMUNE, SMALL = "Z01", "Z01.001", "Z01.004"
MONTHS = tuple(date(2025 + (8 + n) // 12, (8 + n) % 12 + 1, 1) for n in range(13))
"""September 2025 to September 2026: one more than a trend shows."""

_KEEP = """
COPY dossier_measure (dossier_id, agency_id, month, ended_at, on_time, online, digitised) FROM STDIN
"""


def country() -> list[AgencyRecord]:
    """Return the agencies, the first province's communes among them, one of which has a long name."""
    names = [*(f"Thành phố {name}" for name in CITIES), *(f"Tỉnh {name}" for name in PROVINCES)]
    found = [AgencyRecord(code=f"Z{place:02}", name=name) for place, name in enumerate(names, 1)]
    for place in range(1, COMMUNES + 1):
        name = f"Phường {WARDS[place - 1]}" if place <= len(WARDS) else f"Xã thứ {place}"
        name = LONG if place == len(WARDS) + 1 else name
        found.append(AgencyRecord(code=f"{PROVINCE}.{place:03}", name=name, parent=PROVINCE))
    return found


async def keep(uow: UnitOfWork, months: Iterable[date] = MONTHS) -> None:
    """Keep dossiers of all months: some hundreds of each commune, and three of one of them."""
    drawn = random.Random(766)
    records = country()
    await put(uow, records)
    known = await resolve(uow, [one.code for one in records])
    leaves = [one.code for one in records if one.code != PROVINCE]
    skill = {code: drawn.uniform(0.45, 0.99) for code in leaves}
    driver = await uow.driver()
    for month in months:
        uow.session.add(ScoreMonth(month=month, version=1))
        async with driver.cursor().copy(_KEEP) as copy:
            for code in leaves:
                count = 3 if code == SMALL else drawn.randrange(20, 60)
                for row in _ended(drawn, known[code].id, month, skill[code], count):
                    await copy.write_row(row)


def _ended(
    drawn: random.Random, agency_id: UUID, month: date, skill: float, count: int
) -> Iterable[tuple[object, ...]]:
    ended_at = datetime(month.year, month.month, 15, tzinfo=UTC)
    for _ in range(count):
        on_time, online, digitised = (drawn.random() < part for part in (skill, skill * 0.8, skill * 0.9))
        yield new_id(), agency_id, month, ended_at, on_time, online, digitised
