"""`GET /v1/agency/sync-report`: a day of one's own agencies, page by page."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.reconciliation import days
from storage.reconciliation.figures import Figures

PATH = "/v1/agency/sync-report"
TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(days=2)


@pytest.fixture
async def city(services, agency, make_agency):
    """A city with wards, another city, and two days that were reported."""
    city = await make_agency("H27")
    wards = [await make_agency(f"H27.{number}", parent=city) for number in range(1, 4)]
    told = {one.id: Figures(pushed=number, lag_median=30, lag_p95=60) for number, one in enumerate(wards, 1)}
    async with services.unit_of_work() as uow:
        await days.keep(uow, DAY - timedelta(days=1), {}, datetime.now(UTC))
        await days.keep(uow, DAY, {**told, agency.id: Figures(pushed=99)}, datetime.now(UTC))
        await uow.commit()
    return city


async def test_the_last_day_of_all_for_whom_one_speaks(client, city):
    """By code, page by page; what is another's is not among it."""
    first = await client.get(PATH, params={"limit": 2}, headers=city.headers)
    assert first.status_code == 200, first.text
    told = first.json()
    assert told["date"] == DAY.isoformat()
    assert [(one["agency_code"], one["pushed"]) for one in told["items"]] == [("H27.1", 1), ("H27.2", 2)]
    assert told["items"][0]["lag_median"] == 30
    assert told["items"][0]["strays"] == 0
    rest = await client.get(PATH, params={"cursor": told["next_cursor"]}, headers=city.headers)
    assert [one["agency_code"] for one in rest.json()["items"]] == ["H27.3"]
    assert rest.json()["next_cursor"] is None


async def test_another_day_and_one_that_is_none(client, city):
    """A day with nothing to say is a day; one that was not reported is not."""
    before = await client.get(PATH, params={"date": f"{DAY - timedelta(days=1)}"}, headers=city.headers)
    assert before.json()["items"] == []
    missing = await client.get(PATH, params={"date": f"{TODAY}"}, headers=city.headers)
    assert missing.status_code == 404
    for wrong in ({"date": "yesterday"}, {"cursor": "x"}):
        assert (await client.get(PATH, params=wrong, headers=city.headers)).status_code == 422
