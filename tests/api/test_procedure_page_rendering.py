"""How the page of a procedure is put together: ways that are alike, places, days of Vietnam, addresses."""

from datetime import UTC, datetime

import httpx
import pytest

from api.procedures.checklist import checklist
from api.procedures.checklist_schemas import CatalogueVersion
from api.procedures.page import Asked, render
from storage.procedures.record import Channel, Fee, Method, Procedure, TimeLimit, Unit
from storage.procedures.repository import Kept
from tests.api.procedure_examples import BIRTH, CODE
from tests.api.procedure_pages import Outline, read_page

DAY = TimeLimit(quantity=1, unit=Unit.WORKING_DAY)
WEEK = TimeLimit(quantity=5, unit=Unit.WORKING_DAY)
IN_PERSON, ONLINE, POST = Channel
NIGHT = CatalogueVersion(number=3, imported_at=datetime(2026, 1, 31, 17, 30, tzinfo=UTC))
"""Half past midnight in Vietnam, of the next month."""


def shown(found: Procedure, locale: str = "vi", version: int | None = None) -> Outline:
    """Return the page of a procedure, read."""
    made = checklist(
        Kept(procedure=found, version=3),
        catalogue=NIGHT,
        removed_in=None,
        page_url=f"https://tindan.example/thu-tuc/{CODE}",
        locale=locale,
    )
    return read_page(render(made, [], Asked(version=version, locale=locale)))


def method(
    channel: Channel, limit: TimeLimit | None = DAY, *, fee: int | None = None, note: str | None = None
) -> Method:
    """Make a way to hand in."""
    return Method(channel=channel, limit=limit, fees=() if fee is None else (Fee(amount=fee),), note=note)


@pytest.mark.parametrize(
    ("methods", "headings"),
    [
        ((method(IN_PERSON), method(ONLINE), method(POST)), ["Trực tiếp, Trực tuyến, Dịch vụ bưu chính"]),
        (
            (method(IN_PERSON), method(ONLINE, WEEK), method(POST)),
            ["Trực tiếp, Dịch vụ bưu chính", "Trực tuyến"],
        ),
        ((method(IN_PERSON), method(IN_PERSON)), ["Trực tiếp"]),
        ((method(IN_PERSON), method(IN_PERSON, WEEK)), ["Trực tiếp", "Trực tiếp"]),
        ((method(IN_PERSON, fee=1000), method(ONLINE, fee=2000)), ["Trực tiếp", "Trực tuyến"]),
        ((method(IN_PERSON, fee=1000), method(ONLINE)), ["Trực tiếp", "Trực tuyến"]),
        ((method(IN_PERSON, note="A"), method(ONLINE, note="B")), ["Trực tiếp", "Trực tuyến"]),
    ],
)
def test_ways_that_are_alike_are_told_once(methods: tuple[Method, ...], headings: list[str]):
    """If they take as long, cost the same and have the same note; each channel is named once."""
    page = shown(Procedure(code=CODE, name="Thủ tục", methods=methods))
    assert [text for level, text in page.headings if level == 3] == headings


def test_places_stand_in_order():
    """Who takes it in and at which address come first, whoever else has a part in it after."""
    told = {"competent_agency": "Chủ tịch", "coordinating_agency": "Công an"}
    for found, order in (
        (BIRTH.model_copy(update=told), ["Cơ quan thực hiện", "Địa chỉ tiếp nhận", "Cơ quan có thẩm quyền"]),
        (BIRTH.model_copy(update={**told, "agency": None}), ["Địa chỉ tiếp nhận", "Cơ quan có thẩm quyền"]),
    ):
        text = shown(found).text
        places = [text.index(name) for name in [*order, "Cơ quan phối hợp", "Cơ quan công bố"]]
        assert places == sorted(places)


def test_days_are_those_of_vietnam():
    """Also where it is still yesterday by the server's clock."""
    assert "phiên bản 3, cập nhật ngày 01/02/2026" in shown(BIRTH).text
    assert "version 3, imported on 1 February 2026" in shown(BIRTH, "en").text


def test_the_other_language_is_of_the_same_version():
    """Who changes the language goes on reading what was read."""
    (other, *_) = [link["href"] for link in shown(BIRTH, version=3).all("a") if link.get("hreflang")]
    assert other == f"/thu-tuc/{CODE}?version=3&lang=en"
    assert "Đang xem phiên bản 3" in shown(BIRTH, version=3).text
    assert "Đang xem phiên bản" not in shown(BIRTH).text


async def test_what_nobody_has_is_there_in_the_other_language(client: httpx.AsyncClient):
    """Whatever was asked for, signs that mean something in an address among it."""
    page = read_page((await client.get("/thu-tuc/a%3Fb%23c%25d")).text)
    assert [link["href"] for link in page.all("a") if link.get("hreflang")] == [
        "/thu-tuc/a%3Fb%23c%25d?lang=en"
    ]
