"""Finding an agency, and how it is reached: inherited, taken over, open or not, and asked too often."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.contact_points import router, service
from api.limits import AddressPace, Limit
from api.services import Services
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, Term, put, resolve, set_terms
from storage.contact_points import repository
from storage.dossiers.working_days import VIETNAM, WorkingCalendar
from tests.storage.contact_points.examples import record

CITY, WARD, DESK = "Thành phố Hà Nội", "Ủy ban nhân dân phường Hoàn Kiếm", "Bộ phận Một cửa Hoàn Kiếm"
OVER = datetime.now(VIETNAM).date() - timedelta(days=1)
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Get = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def agencies(services: Services) -> None:
    """A city, a ward of it that took another one over, and the ward's desk, which has an older code."""
    async with services.unit_of_work() as uow:
        records = [
            AgencyRecord(code="H26", name=CITY),
            AgencyRecord(code="H26.1", name=WARD, parent="H26"),
            AgencyRecord(code="H26.1.1", name=DESK, parent="H26.1", aliases=(Alias(code="G09.7"),)),
            AgencyRecord(code="H26.2", name="Ủy ban nhân dân phường Hàng Bạc", parent="H26"),
        ]
        await put(uow, records)
        await set_terms(uow, [Term(code="H26.2", valid_to=OVER, successor="H26.1")])
        await uow.commit()
    services.agencies.forget()


@pytest.fixture
def keep(services: Services, agencies: None) -> Callable[..., Awaitable[None]]:
    """Say how an agency is reached; fields stand in place of the usual ones."""

    async def run(code: str, **fields: Any) -> None:
        async with services.unit_of_work() as uow:
            ref = (await resolve(uow, [code]))[code]
            await repository.put(uow, [(ref.id, record(**fields))], author="lan")
            await uow.commit()

    return run


@pytest.fixture
def get(client: httpx.AsyncClient) -> Get:
    """Get what is at a path below `/v1/agencies`."""

    async def run(path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.get(f"/v1/agencies{path}", headers=named)

    return run


async def test_how_an_agency_is_reached(keep, get: Get):
    """All that was said of it, in the form in which it is dialled, written to, and gone to."""
    await keep("H26.1", exceptions=[])
    found = (await get("/H26.1/contact")).json()
    assert found["agency"] == {"code": "H26.1", "name": WARD}
    assert (found["successor"], found["inherited_from"]) == (None, None)
    assert [(one["label"], one["number"]) for one in found["hotlines"]] == [
        ("Tổng đài", "1022"),
        ("Bộ phận Một cửa", "+842438253536"),
    ]
    assert found["emails"] == ["motcua@example.vn"]
    assert found["websites"] == ["https://example.vn/mot-cua"]
    assert found["addresses"] == [{"label": "Trụ sở", "text": "79 phố Đinh Tiên Hoàng, Hà Nội"}]
    assert found["hours"][0] == {"from": "07:30", "to": "11:30", "days": ["mon", "tue", "wed", "thu", "fri"]}
    assert found["notes"] == "Lấy số trước khi vào"
    assert set(found["opening"]) == {"open_now", "opens_at", "closes_at"}


@pytest.mark.parametrize(
    ("code", "whose"),
    [
        ("H26", ("H26", None, None)),
        ("000.00.00.H26", ("H26", None, None)),
        ("%20h26%20", ("H26", None, None)),
        ("H26.1", ("H26.1", None, "H26")),
        ("H26.1.1", ("H26.1.1", None, "H26")),
        ("G09.7", ("H26.1.1", None, "H26")),
        ("H26.2", ("H26.2", "H26.1", "H26")),
    ],
)
async def test_codes_and_whose_word_it_is(keep, get: Get, code: str, whose: tuple[str | None, ...]):
    """Old and other codes lead to the agency, one that has ended to its successor, and both to those above."""
    await keep("H26")
    found = (await get(f"/{code}/contact")).json()
    named = (found["agency"], found["successor"], found["inherited_from"])
    assert tuple(one and one["code"] for one in named) == whose


@pytest.mark.parametrize("code", ["H99", "x!", "%00", "H" * 200, "..%2f..", "%F0%9F%98%80"])
async def test_no_such_agency(keep, get: Get, code: str):
    """What is no agency is not found, whatever it looks like."""
    await keep("H26")
    answer = await get(f"/{code}/contact")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:tindan:problem:not-found")


async def test_nothing_is_known(agencies: None, get: Get):
    """An agency of which nobody has said anything is told apart from none."""
    answer = await get("/H26.1/contact", accept_language="en")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:tindan:problem:no-contact-known")
    assert "hotline" in answer.json()["detail"]


async def test_caches_and_tags(keep, get: Get):
    """Caches may keep it for five minutes, one who has it gets no body, and a change or a language is another."""
    await keep("H26", hours=[], exceptions=[])
    first = await get("/H26/contact")
    assert first.headers["cache-control"] == "public, max-age=300"
    tag = first.headers["etag"]
    again = await get("/H26/contact", if_none_match=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert first.json()["opening"] is None
    english = await get("/H26/contact", accept_language="en", if_none_match=tag)
    assert (english.status_code, english.json()["notes"]) == (200, "Take a number first")
    await keep("H26", hours=[], exceptions=[], emails=["moi@example.vn"])
    assert (await get("/H26/contact", if_none_match=tag)).status_code == 200


async def test_no_cache_keeps_it_past_a_change(keep, get: Get):
    """What opens in two minutes is not told to be closed in four."""
    soon = datetime.now(VIETNAM) + timedelta(minutes=2)
    late = {"from": f"{soon:%H:%M}", "to": "24:00"}
    # At two minutes to midnight it opens at midnight, on the day that follows.
    await keep("H26", hours=[], exceptions=[{"date": soon.date().isoformat(), **late}])
    answer = await get("/H26/contact")
    assert answer.json()["opening"]["open_now"] is False
    assert int(answer.headers["cache-control"].removeprefix("public, max-age=")) <= 120


async def test_as_it_stands_at_a_time(keep, services: Services):
    """On New Year's Eve it says until when it is open, and that it is closed on the day after."""
    await keep("H26", hotlines=[{"label": "Ngày đêm", "number": "1022", "holidays": True, "hours": [
        {"days": EVERY_DAY, "from": "00:00", "to": "24:00"}]}])  # fmt: skip
    now = datetime(2026, 12, 31, 9, tzinfo=VIETNAM)
    async with services.reading() as reading:
        found = await service.reached(reading, "H26")
    told = service.told(*found, now=now, calendar=WorkingCalendar(), locale="en")
    assert told.opening is not None
    assert (told.opening.open_now, told.opening.closes_at) == (True, now.replace(hour=11, minute=30))
    (line,) = told.hotlines
    assert line.opening is not None
    assert (line.opening.open_now, line.opening.closes_at) == (True, None)
    assert [(one.day, one.closed, one.public_holiday, one.note) for one in told.exceptions] == [
        (date(2027, 1, 1), True, True, "Public holiday")
    ]
    assert service.changes_at(told) == told.opening.closes_at
    earlier = service.told(
        *found, now=datetime(2026, 12, 1, 1, tzinfo=UTC), calendar=WorkingCalendar(), locale="vi"
    )
    assert [
        (one.day.day, one.closed, one.note, [span.opens for span in one.times]) for one in earlier.exceptions
    ] == [
        (5, False, "Làm bù", ["07:30"]),
        (7, True, "Nghỉ bù", []),
    ]


async def test_finding_an_agency(agencies: None, get: Get):
    """By name, without marks, by a code; not those that have ended; with the name of the one above."""
    found = (await get("?q=hoan kiem")).json()
    assert [(one["code"], one["name"], one["above"]) for one in found["items"]] == [
        ("H26.1", WARD, CITY),
        ("H26.1.1", DESK, WARD),
    ]
    assert found["next_cursor"] is None
    assert [one["code"] for one in (await get("?q=G09.7")).json()["items"]] == ["H26.1.1"]
    assert (await get("?q=hang bac")).json()["items"] == []


async def test_pages(agencies: None, get: Get):
    """A cursor goes on where the page before ended."""
    first = (await get("?limit=2")).json()
    rest = (await get(f"?limit=2&cursor={first['next_cursor']}")).json()
    codes = [one["code"] for one in (*first["items"], *rest["items"])]
    assert (codes, rest["next_cursor"]) == (["H26", "H26.1", "H26.1.1"], None)
    answer = await get("?limit=2", if_none_match=(await get("?limit=2")).headers["etag"])
    assert answer.status_code == 304


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("cursor=x", "/query/cursor"),
        ("cursor=eyJyYW5rIjo5LCJjb2RlIjoiWCJ9", "/query/cursor"),
        ("limit=101", "/query/limit"),
        (f"q={'a' * 201}", "/query/q"),
        ("q=%00", "/query/q"),
    ],
)
async def test_what_can_not_be_asked(agencies: None, get: Get, query: str, pointer: str):
    """A question that is none is told by its place."""
    answer = await get(f"?{query}")
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, [pointer])


async def test_looking_up_too_often(keep, get: Get, monkeypatch: pytest.MonkeyPatch):
    """An address that asks all the time is told to wait, whichever of both it asks for."""
    await keep("H26")
    few = Limit(name="agencies-few", burst=20, every=timedelta(minutes=1))
    monkeypatch.setattr(router, "_pace", AddressPace(few))
    answers = [await get("/H26/contact") for _ in range(20)] + [await get("?q=h")]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_what_became_of_an_agency(services: Services, agencies: None, get: Get):
    """Its days, its codes in either form with theirs, who took over from whom, and of whom it did itself."""
    first = OVER + timedelta(days=1)
    async with services.unit_of_work() as uow:
        heir = AgencyRecord(
            code="H26.3", name="Phường Mới", parent="H26", aliases=(Alias(code="H26.2", valid_from=first),)
        )
        await put(uow, [heir])
        await set_terms(uow, [Term(code="H26.1", valid_to=OVER, successor="H26.3")])
        await uow.commit()
    found = (await get("/000.00.01.H26.X/contact")).status_code
    assert found == 404
    old = (await get("/H26.1")).json()
    assert (old["in_force"], old["valid_to"], old["above"]["code"]) == (False, OVER.isoformat(), "H26")
    assert old["forms"] == ["H26.1", "000.00.1.H26"]
    assert [one["code"] for one in old["successors"]] == ["H26.3"]
    assert [one["code"] for one in old["former"]] == ["H26.2"]
    given_on = (await get("/H26.2")).json()
    assert (given_on["code"], given_on["aliases"]) == (
        "H26.3",
        [{"code": "H26.2", "valid_from": first.isoformat(), "valid_to": None}],
    )
    assert (await get("/H99")).status_code == 404
    assert (await get("/x!")).status_code == 404


async def test_a_list_of_agencies_tells_their_codes_and_days(agencies: None, get: Get):
    """As they may be written, and the other ones."""
    (desk,) = (await get("?q=G09.7")).json()["items"]
    assert (desk["forms"], desk["aliases"]) == (["H26.1.1", "000.1.1.H26"], ["G09.7"])
    assert (desk["valid_from"], desk["valid_to"]) == (None, None)
