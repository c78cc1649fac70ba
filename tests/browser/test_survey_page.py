"""The page of a survey as people meet it, in a real browser on a whole installation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from api.surveys.addresses import PageAddresses
from api.surveys.keys import page_links
from storage.agencies import repository as agencies
from storage.cipher import Cipher
from storage.engine import Engine
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.settings import Environment, StorageSettings
from storage.surveys import forms, publishing, reading
from storage.surveys.audience import Everybody
from storage.surveys.models import SurveyInvitation
from storage.surveys.publishing import Draft
from storage.unit_of_work import Reading, UnitOfWork

pytestmark = [pytest.mark.verify, pytest.mark.timeout(120)]
ONCE = pytest.mark.parametrize("page", ["phone"], indirect=True)
WARD = "H26.1"
TITLE = "Khảo sát mức độ hài lòng về bộ phận một cửa"


def titled(vi: str, en: str, **rest: Any) -> dict[str, Any]:
    """Return a part of a form with its titles."""
    return {"title": vi, "x-title-en": en, **rest}


def option(code: str, vi: str, en: str) -> dict[str, Any]:
    """Return one of several."""
    return titled(vi, en, const=code)


FORM: dict[str, Any] = titled(
    TITLE,
    "Survey on the one-stop desk",
    type="object",
    description="Khảo sát mất khoảng hai phút.\nKết quả được công bố cuối tháng.",
    properties={
        "way": titled(
            "Bạn đã nộp hồ sơ bằng cách nào?",
            "How did you apply?",
            type="string",
            oneOf=[
                option("online", "Trực tuyến, trên Cổng Dịch vụ công", "Online, at the national portal"),
                option("desk", "Tại bộ phận một cửa", "At the one-stop desk"),
                option("post", "Qua bưu chính", "By post"),
            ],
        ),
        "ease": titled(
            "Việc nộp hồ sơ dễ đến mức nào?",
            "How easy was it to apply?",
            type="integer",
            minimum=0,
            maximum=10,
            description="0 là rất khó, 10 là rất dễ.",
        ),
        "liked": titled(
            "Bạn hài lòng về điều gì?",
            "What did you like?",
            type="array",
            uniqueItems=True,
            items={
                "oneOf": [
                    option("speed", "Thời gian giải quyết", "How fast it was"),
                    option("staff", "Thái độ của cán bộ", "How I was treated"),
                    {"const": "guide", "title": "Hướng dẫn rõ ràng"},
                ]
            },
        ),
        "again": titled("Lần sau bạn có nộp trực tuyến không?", "Online next time?", type="boolean"),
        "place": titled("Bạn nộp ở phường, xã nào?", "In which ward?", type="string", maxLength=100),
        "wish": titled("Bạn muốn thay đổi điều gì?", "What should change?", type="string", maxLength=1000),
    },
    required=["way", "ease"],
)


@dataclass(frozen=True, kw_only=True)
class Surveyor:
    """An agency that asks."""

    url: str
    addresses: PageAddresses
    engine: Engine
    cipher: Cipher

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[UnitOfWork]:
        """Do something in the database of the installation."""
        async with UnitOfWork(self.engine, self.cipher) as uow:
            yield uow
            await uow.commit()

    async def ask(self, form: dict[str, Any] = FORM, code: str | None = None) -> str:
        """Put a survey, or another version of it; return its code."""
        now, code = datetime.now(UTC), code or f"khao-sat-{new_id().hex[-12:]}"
        async with self.unit() as uow:
            agency = (await agencies.resolve(uow, [WARD]))[WARD]
            draft = Draft(code=code, agency_id=agency.id, form=forms.read(form), audience=Everybody())
            await publishing.publish(uow, draft, now=now)
            await publishing.open_(uow, code, opens_at=now, closes_at=now + timedelta(days=7))
        return code

    async def invite(self, code: str) -> str:
        """Invite somebody new; return their link."""
        ref, today = token_bytes(16), datetime.now(UTC).date()
        number = f"001190{new_id().int % 10**6:06d}"
        async with self.unit() as uow:
            (key,) = await parties.find_or_create(uow, [PartyIdentity(kind=PartyKind.PERSON, number=number)])
            survey = await reading.find(uow, code)
            invitation = SurveyInvitation(
                survey_id=survey.id, party_id=key.party_id, ref=ref, invited_on=today
            )
            uow.session.add(invitation)
        return self.addresses.personal(code, 1, ref, today)

    async def close(self, code: str) -> None:
        """End a survey."""
        async with self.unit() as uow:
            await publishing.close(uow, code, now=datetime.now(UTC))

    async def age(self, code: str) -> None:
        """Let two days pass since its versions were made."""
        async with self.unit() as uow:
            await (await uow.driver()).execute(
                "UPDATE survey_version v SET made_at = made_at - interval '48 hours' FROM survey s "
                "WHERE s.id = v.survey_id AND s.code = %s",
                (code,),
            )

    async def answers(self, code: str) -> list[dict[str, Any]]:
        """Return what was answered."""
        async with Reading(self.engine, self.cipher) as source:
            query = (
                "SELECT a.answers FROM survey_answer a JOIN survey s ON s.id = a.survey_id WHERE s.code = %s"
            )
            rows = await (await (await source.driver()).execute(query, (code,))).fetchall()
        return [answers for (answers,) in rows]


@pytest.fixture
async def surveyor(theatre) -> AsyncIterator[Surveyor]:
    """The ward of the demonstration."""
    stack, _ = theatre
    settings = StorageSettings(
        env=Environment.DEVELOPMENT, data_dir=stack.data_dir, DATABASE_URL=stack.database_url
    )
    cipher = Cipher(master_key=settings.root_key("master_key"), index_key=settings.root_key("index_key"))
    engine = Engine(settings)
    addresses = PageAddresses(base=stack.api_url, keys=page_links(settings.slip_keys()))
    yield Surveyor(url=stack.api_url, addresses=addresses, engine=engine, cipher=cipher)
    await engine.dispose()


async def fill(page: Page) -> None:
    """Answer every question."""
    await page.get_by_label("Tại bộ phận một cửa").check()
    await page.get_by_role("group", name="dễ đến mức nào").get_by_label("7", exact=True).check()
    await page.get_by_label("Hướng dẫn rõ ràng").check()
    await page.get_by_role("group", name="Lần sau").get_by_label("Không", exact=True).check()
    await page.get_by_label("Bạn nộp ở phường, xã nào?").fill("Hoàn Kiếm")
    await page.get_by_label("Bạn muốn thay đổi điều gì?").fill("Rút ngắn thời gian.\nCảm ơn.")


FILLED = {
    "way": "desk",
    "ease": 7,
    "liked": ["guide"],
    "again": False,
    "place": "Hoàn Kiếm",
    "wish": "Rút ngắn thời gian.\nCảm ơn.",
}


async def test_a_survey_is_answered_by_a_personal_link(page: Page, surveyor: Surveyor, audit) -> None:
    """In both languages and schemes; then the reader is thanked, and the link says that it was used."""
    code = await surveyor.ask()
    link = await surveyor.invite(code)
    await page.goto(link)
    await expect(page).to_have_title(f"{TITLE} – TinDan")
    await audit(page, "survey-vi")
    await page.emulate_media(color_scheme="dark")
    await audit(page, "survey-dark")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("h1")).to_have_text("Survey on the one-stop desk")
    await audit(page, "survey-en")
    await page.get_by_role("link", name="Tiếng Việt").click()
    await fill(page)
    await audit(page, "survey-filled")
    await page.get_by_role("button", name="Gửi câu trả lời").click()
    await expect(page.locator("h1")).to_have_text("Cảm ơn bạn")
    await audit(page, "survey-thanks")
    assert await surveyor.answers(code) == [FILLED]
    await page.goto(link)
    await expect(page.locator("h1")).to_have_text("Bạn đã trả lời khảo sát này")
    await audit(page, "survey-answered")


async def test_what_is_wrong_is_read_first(page: Page, surveyor: Surveyor, audit) -> None:
    """The summary has the focus and leads to the question; what was typed still stands."""
    await page.goto(f"{surveyor.url}/khao-sat/{await surveyor.ask()}")
    await page.get_by_label("Bạn muốn thay đổi điều gì?").fill("Rút ngắn <b>thời gian</b>.")
    await page.get_by_role("button", name="Gửi câu trả lời").click()
    await expect(page).to_have_title(f"Lỗi: {TITLE} – TinDan")
    await expect(page.get_by_role("alert")).to_be_focused()
    await audit(page, "survey-errors")
    await page.emulate_media(color_scheme="dark")
    await audit(page, "survey-errors-dark")
    await page.get_by_role("link", name="Việc nộp hồ sơ dễ đến mức nào?").click()
    await expect(page.locator("#q-ease")).to_be_focused()
    await expect(page.get_by_label("Bạn muốn thay đổi điều gì?")).to_have_value("Rút ngắn <b>thời gian</b>.")


async def test_a_survey_that_changed_is_asked_anew(page: Page, surveyor: Surveyor, audit) -> None:
    """With a plain notice that has the focus, and what still fits filled in."""
    code = await surveyor.ask()
    await page.goto(f"{surveyor.url}/khao-sat/{code}")
    await fill(page)
    changed = {**FORM, "properties": {name: FORM["properties"][name] for name in ("wish", "ease", "way")}}
    await surveyor.ask({**changed, "title": "Khảo sát mới"}, code)
    await surveyor.age(code)
    await page.get_by_role("button", name="Gửi câu trả lời").click()
    await expect(page.locator("h1")).to_have_text("Khảo sát mới")
    await expect(page.get_by_role("alert")).to_be_focused()
    await audit(page, "survey-changed")
    await page.get_by_role("button", name="Gửi câu trả lời").click()
    await expect(page.locator("h1")).to_have_text("Cảm ơn bạn")
    assert await surveyor.answers(code) == [{name: FILLED[name] for name in ("wish", "ease", "way")}]


async def test_what_is_over_is_told(page: Page, surveyor: Surveyor, audit) -> None:
    """A closed survey, and a link of which a part is missing."""
    code = await surveyor.ask()
    link = await surveyor.invite(code)
    await page.goto(link[:-3])
    await expect(page.locator("h1")).to_have_text("Liên kết không đúng")
    await audit(page, "survey-forged")
    await surveyor.close(code)
    await page.goto(link)
    await expect(page.locator("h1")).to_have_text("Khảo sát đã đóng")
    await audit(page, "survey-closed")


async def test_a_narrow_screen_shows_all_of_it(
    chromium: Browser, surveyor: Surveyor, audit, note_complaints
) -> None:
    """320 pixels, as at four times the size on a desktop (WCAG 2.2, 1.4.10)."""
    code = await surveyor.ask()
    async with await chromium.new_context(viewport={"width": 320, "height": 640}, locale="vi-VN") as context:
        page = await context.new_page()
        note_complaints(page)
        page.name = "narrow"
        await page.goto(f"{surveyor.url}/khao-sat/{code}")
        await audit(page, "survey")
        await page.get_by_role("button", name="Gửi câu trả lời").click()
        await audit(page, "survey-errors")


@ONCE
async def test_a_survey_is_answered_by_keys_alone(page: Page, surveyor: Surveyor) -> None:
    """Without a pointer and without a script."""
    code = await surveyor.ask()
    await page.goto(f"{surveyor.url}/khao-sat/{code}")
    await page.locator("#q-way").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    for _ in range(2):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Hoàn Kiếm")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Cảm ơn bạn")
    (answers,) = await surveyor.answers(code)
    assert answers == {"way": "desk", "ease": 1, "liked": ["speed"], "place": "Hoàn Kiếm"}
