"""One case of each kind, whole: what a citizen and an agency say to each other, by API and in a real browser."""

import json
import os
import subprocess
import sys
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from api.demonstration.actors import AgencyActor
from api.demonstration.actors import expect as answered
from api.demonstration.arrivals import Arrivals
from api.demonstration.load import CLIENT_ID
from api.stack import Stack
from tests.api.results.handing import letter
from tests.browser.applicant import Applicant, applicant, dossier
from tests.browser.console import CHIEF, RECEPTIONIST
from tests.faults.polling import until

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]
PAPER = "Giấy chứng sinh"
PROCEDURE = "1.001193"
PHONE = "0912 345 678"
ASKED = f"Con tôi sinh ở tỉnh khác, khai sinh ở nơi tạm trú được không? Gọi tôi theo số {PHONE}."
TOLD = "Được. Ông bà nộp tờ khai và giấy chứng sinh tại Ủy ban nhân dân xã nơi tạm trú."
IN_OTHER_WORDS = "lam giay khai sinh cho be o noi tam tru"


def handed_over(stack: Stack, secret: str, who: Applicant) -> str:
    """Have the ward put a paper into the citizen's store; return its id."""
    owner = {"number": who.person.number, "name": who.person.name}
    said = {
        "source_id": f"KQ-{who.installation}",
        "type_code": "KQ.G15.000900",
        "type_name": PAPER,
        "owner": owner,
        "issued_on": "2026-11-20",
    }
    with AgencyActor(stack.api_url, CLIENT_ID, secret) as agency:
        return str(agency.hand_over(said, letter())["id"])


def resolved(stack: Stack, secret: str, who: Applicant, code: str) -> None:
    """Have the ward tell that the dossier is done."""
    event = {
        "event_id": f"{code}/9",
        "dossier_code": code,
        "status": 9,
        "occurred_at": who.messages(code)[0]["created_at"],
        "agency_code": "H26.1",
    }
    with AgencyActor(stack.api_url, CLIENT_ID, secret) as agency:
        agency.push(event)


def newest(who: Applicant, **of: str) -> str:
    """Return what the newest notice in the inbox is about."""
    items = who.inbox()["items"]
    return next(item["category"] for item in items if item.items() >= of.items())


@pytest.mark.parametrize("page", ["desktop"], indirect=True)
async def test_a_supplement_from_the_request_to_the_result(theatre, page, console, audit):
    """Asked for at the officers' page, told, answered from the store, read by the officer; the clock runs on."""
    stack, secret = theatre
    with applicant(stack) as who, Arrivals(stack.sandbox_url) as arrivals:
        paper, code = handed_over(stack, secret, who), dossier(stack, secret, who)
        assert not who.dossier(code)["due"]["paused"]

        await console.signed_in(page, RECEPTIONIST, f"/dossiers/{code}/messages")
        await page.get_by_role("link", name="Yêu cầu bổ sung giấy tờ").click()
        await page.locator("#name-1").fill(PAPER)
        await page.get_by_role("button", name="Gửi yêu cầu").click()
        await expect(page.locator(".clock")).to_have_text("đang tạm dừng")

        told = who.dossier(code)
        assert (told["status"]["code"], told["due"]["paused"]) == (5, True)
        assert newest(who, dossier_code=code) == "supplement_required"
        assert arrivals.wait_until(
            lambda: any(one.channel == "email" and one.dossier_code == code for one in arrivals.seen), 20
        )

        (request,) = who.messages(code)
        assert [(item["name"], item["answered"]) for item in request["request"]["items"]] == [(PAPER, False)]
        who.write(code, "Tôi gửi từ kho giấy tờ.", reply_to=request["id"], items=[1], document_ids=[paper])
        told = who.dossier(code)
        assert (told["status"]["code"], told["due"]["paused"]) == (5, False)

        await page.goto(console.at("/messages?supply=supplied"))
        await page.get_by_role("link", name=code).click()
        await expect(page.get_by_text("đã có trả lời")).to_have_count(1)
        async with page.expect_download() as found:
            await page.get_by_role("link", name=f"Tải về {PAPER}").click()
        assert (await (await found.value).path()).read_bytes() == letter()
        await audit(page, "two-way-supplied")

        resolved(stack, secret, who, code)
        told = who.dossier(code)
        assert (told["status"]["code"], told["due"]["overdue"], told["due"]["paused"]) == (9, False, False)


async def find(stack: Stack, words: str) -> list[dict[str, Any]]:
    """Look up what is published, as anybody may."""
    async with httpx.AsyncClient(base_url=stack.api_url) as anybody:
        answer = answered(await anybody.get("/v1/questions", params={"q": words}), 200)
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


def change_the_catalogue(stack: Stack, tmp_path: Any) -> None:
    """Import the procedure as it is from now on, by the operator's command."""
    changed = {"code": PROCEDURE, "name": "Thủ tục đăng ký khai sinh", "requirements": "Cha hoặc mẹ có mặt."}
    file = tmp_path / "changed.jsonl"
    file.write_text(json.dumps(changed, ensure_ascii=False), encoding="utf-8")
    tindan(stack, "catalogue", "import", str(file), "--partial")


def tindan(stack: Stack, *arguments: str) -> str:
    """Run a command on the installation; return what it says."""
    environment = os.environ | {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(stack.data_dir),
        "DATABASE_URL": stack.database_url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("page", ["desktop"], indirect=True)
async def test_a_question_until_it_is_stale(theatre, page, console, audit, tmp_path):
    """Asked in public, answered, published without what is personal, found by somebody else, and stale at last."""
    stack, _ = theatre
    with applicant(stack) as who:
        before = who.similar(ASKED, PROCEDURE)
        assert before["questions"] == []
        assert PROCEDURE in [one["code"] for one in before["procedures"]]
        asked = who.ask(ASKED, public=True, procedure_code=PROCEDURE, agency_code="H26.1")

        await console.signed_in(page, RECEPTIONIST, f"/questions/{asked['id']}")
        await page.get_by_label("Nội dung trả lời").fill(TOLD)
        await page.get_by_role("button", name="Gửi câu trả lời").click()
        await expect(page.get_by_role("status")).to_contain_text("Đã gửi câu trả lời.")
        assert newest(who) == "answer"
        mine = who.question(asked["id"])
        assert (mine["state"], mine["answers"][-1]["text"]) == ("answered", TOLD)
        rests_on = mine["answers"][-1]["rests_on"]
        assert rests_on["code"] == PROCEDURE
        assert await find(stack, IN_OTHER_WORDS) == []

        await page.get_by_role("button", name="Đăng xuất").click()
        await console.signed_in(page, CHIEF, f"/moderation/{asked['id']}")
        await audit(page, "two-way-moderation")
        await page.get_by_role("button", name="Công khai", exact=True).click()
        await expect(page.get_by_role("status")).to_contain_text("Đã công khai.")

        await until(lambda: find(stack, IN_OTHER_WORDS), seconds=30)
        (found,) = await find(stack, IN_OTHER_WORDS)
        assert "khai sinh ở nơi tạm trú được không?" in found["question"]
        assert PHONE not in found["question"]
        assert (found["answer"], found["rests_on"], found["stale"]) == (TOLD, rests_on, False)
        assert [one["id"] for one in who.similar(IN_OTHER_WORDS)["questions"]] == [found["id"]]

        change_the_catalogue(stack, tmp_path)

        async def stale() -> bool:
            return (await find(stack, IN_OTHER_WORDS))[0]["stale"]

        await until(stale, seconds=30)
        assert who.question(asked["id"])["answers"][-1]["stale"]
        await page.goto(console.at("/questions?tab=stale"))
        await expect(page.locator(f'a[href="/console/questions/{asked["id"]}"]')).to_be_visible()
        await audit(page, "two-way-stale")
