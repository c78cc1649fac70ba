"""One case whole: from what agencies resolved, by what people say of it, to the page of the month."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.async_api import expect

from api.demonstration.actors import AgencyActor
from api.demonstration.actors import expect as answered
from api.demonstration.load import CLIENT_ID
from api.stack import Stack
from storage.dossiers.working_days import VIETNAM
from tests.browser.applicant import PROCEDURE, Applicant, applicant
from tests.browser.test_two_way import tindan

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]
COMMUNE = "H26.2"
"""Nobody else in these tests has a dossier with it."""
DOSSIERS = 6


def handed_out(stack: Stack, secret: str, who: Applicant) -> list[str]:
    """Have a commune accept dossiers that came over the network, and hand out their results in time."""
    now = datetime.now(UTC)
    codes = [f"{COMMUNE}-261122-{n:04d}" for n in range(1, DOSSIERS + 1)]
    with AgencyActor(stack.api_url, CLIENT_ID, secret) as agency:
        for status, at in ((2, now - timedelta(seconds=2)), (10, now)):
            agency.push_batch(
                [
                    {
                        "event_id": f"{code}/{status}",
                        "dossier_code": code,
                        "status": status,
                        "occurred_at": at.isoformat(),
                        "due_at": (now + timedelta(days=10)).isoformat(),
                        "procedure_code": PROCEDURE,
                        "agency_code": COMMUNE,
                        "channel": 2,
                        "applicant": {"number": who.person.number, "email": who.person.email},
                    }
                    for code in codes
                ]
            )
    return codes


@pytest.mark.parametrize("page", ["desktop"], indirect=True)
async def test_from_a_resolution_to_the_page_of_the_month(theatre, page, audit):
    """Asked, rated by nobody, complained of by one, counted, and published as it is reckoned by hand."""
    stack, secret = theatre
    month = f"{datetime.now(VIETNAM):%Y-%m}"
    with applicant(stack) as who:
        codes = handed_out(stack, secret, who)
        tindan(stack, "ratings", "ask")
        asked = [
            item["dossier_code"]
            for item in who.inbox()["items"]
            if item["category"] == "rating_request" and item["dossier_code"] in codes
        ]
        assert sorted(asked) == codes
        who.rate(codes[0], level="dissatisfied", reasons=["late"], text="Chờ lâu.")
        for code in codes[1:5]:
            who.rate(code, level="very_satisfied")
        assert int(json.loads(tindan(stack, "ratings", "mix", "--json"))["mixed"]) >= 1
        filed = who.complain(
            kind="complaint",
            topic="extra_papers",
            dossier_code=codes[5],
            text="Bị đòi thêm giấy tờ.",
            public=False,
        )
        assert (filed["state"], filed["agency"]["code"]) == ("received", COMMUNE)
        tindan(stack, "scores", "recompute")

    async with httpx.AsyncClient(base_url=stack.api_url) as anybody:
        scores = answered(await anybody.get(f"/v1/open-data/scores/{month}"), 200).json()
        ratings = answered(
            await anybody.get(f"/v1/agencies/{COMMUNE}/ratings", params={"month": month}), 200
        ).json()
    assert {level["code"]: level["count"] for level in ratings["levels"]} == {
        "dissatisfied": 1,
        "satisfied": 0,
        "very_satisfied": 4,
    }
    (commune,) = [one for one in scores["agencies"] if one["agency"]["code"] == COMMUNE]
    assert commune["dossiers"] == DOSSIERS
    assert commune["criteria"]["on_time"] == {"counted": 6, "percent": 100.0, "points": 20.0}
    # One dislike and one complaint of six: 100 − 2/6 of a hundred, and 18 points at 90.
    assert commune["criteria"]["satisfaction"] == {"counted": 6, "percent": 66.67, "points": 13.33}

    await page.goto(f"{stack.api_url}/cham-diem/{month}")
    for name in ("Ủy ban nhân dân thành phố Minh Họa", "Ủy ban nhân dân xã Ví Dụ"):
        await page.get_by_role("link", name=name).first.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Ủy ban nhân dân xã Ví Dụ")
    await expect(page.get_by_role("main")).to_contain_text("66,67")
    await expect(page.get_by_role("main")).to_contain_text("13,33")
    await audit(page, "closing-month")
    page.name = "phone"
    await page.set_viewport_size({"width": 390, "height": 844})
    await audit(page, "closing-month")
