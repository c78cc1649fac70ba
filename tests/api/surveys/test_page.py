"""The page on which a survey is answered in a browser: who may, and what is kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.services import Services
from storage.engine import Engine
from storage.surveys import publishing
from tests.api.callers import Agency, Citizen
from tests.api.surveys import asking
from tests.api.surveys.browsing import FILLED, MEANT, Browser, address, execute, kept, personal


def code_of(link: str) -> str:
    """Return which survey a link is to."""
    return urlsplit(link).path.rpartition("/")[2]


async def test_an_answer_is_kept_as_it_was_meant(browser: Browser, services: Services, code: str) -> None:
    """With its types, in the language of the page, from nobody; then the reader is thanked."""
    sent = await browser.fill(f"{address(code)}?lang=en")
    assert sent.status == 303
    assert await kept(services, code) == [(1, MEANT, "page", {})]
    thanks = await browser.open(sent.answer.headers["location"])
    assert (thanks.status, thanks.title) == (200, "Thank you")
    assert "set-cookie" not in sent.answer.headers


async def test_what_is_personal_is_not_kept(browser: Browser, services: Services, code: str) -> None:
    """The page says so before, where there is a field for it."""
    shown = await browser.open(address(code))
    assert "Đừng ghi tên" in shown.page.text
    await browser.send(address(code), shown.sheet, {"q-ease": "1", "q-wish": "Gọi tôi số 0912 345 678 nhé"})
    ((_, answers, _, _),) = await kept(services, code)
    assert "0912" not in answers["wish"]


async def test_a_form_counts_once(browser: Browser, services: Services, code: str) -> None:
    """Sent twice it is one answer; sent again with other answers it changes nothing, and is told so."""
    sheet = (await browser.open(address(code))).sheet
    for _ in range(2):
        assert (await browser.send(address(code), sheet, FILLED)).status == 303
    again = await browser.send(address(code), sheet, FILLED | {"q-ease": "1"})
    assert (again.status, again.title) == (409, "Trang này đã được gửi một lần")
    assert await kept(services, code) == [(1, MEANT, "page", {})]
    assert (await browser.fill(address(code))).status == 303
    assert len(await kept(services, code)) == 2


async def test_a_personal_link_is_answered_once(browser: Browser, services: Services, link: str) -> None:
    """The same form sent twice is thanked for twice; another one by that link is told why it is not kept."""
    first, second = await browser.open(link), await browser.open(link)
    for _ in range(2):
        assert (await browser.send(link, first.sheet, FILLED)).status == 303
    late = await browser.send(link, second.sheet, FILLED)
    assert (late.status, late.title) == (409, "Bạn đã trả lời khảo sát này")
    opened = await browser.open(link)
    assert (opened.status, opened.title) == (200, "Bạn đã trả lời khảo sát này")
    assert await kept(services, code_of(link)) == [(1, MEANT, "page", {})]


async def test_a_link_says_nothing_of_what_was_answered(
    browser: Browser, services: Services, engine: Engine, link: str
) -> None:
    """That it was answered is kept beside it, and no more."""
    await browser.fill(link)
    async with services.reading() as source:
        rows = await (await source.driver()).execute("SELECT * FROM survey_invitation")
        (invitation,) = await rows.fetchall()
        rows = await (await source.driver()).execute("SELECT * FROM survey_answer")
        (answer,) = await rows.fetchall()
    # Both know the survey and the day, and each other not.
    assert set(map(str, invitation)) & set(map(str, answer)) == {
        str(invitation[0]),
        str(invitation[-1]),
        "None",
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link.replace("r=", "r=A"),
        lambda link: link.replace("v=1", "v=2"),
        lambda link: link[:-4],
        lambda link: f"{link}&c.month=2026-11",
        lambda link: f"{link}&s=other",
        lambda link: link.partition("sig=")[0] + "sig=",
    ],
)
async def test_a_link_that_was_changed_leads_nowhere(
    browser: Browser, services: Services, link: str, change: Any
) -> None:
    """Neither opened nor sent to; it says what to do."""
    sheet = (await browser.open(link)).sheet
    opened = await browser.open(change(link))
    assert (opened.status, opened.title) == (404, "Liên kết không đúng")
    assert (await browser.send(change(link), sheet, FILLED)).status == 404
    assert await kept(services, code_of(link)) == []


async def test_a_link_is_good_for_its_survey_alone(
    browser: Browser, services: Services, agency: Agency, link: str
) -> None:
    """And one whose invitation is gone for none."""
    other = await asking.make_survey(services, agency.id)
    assert (await browser.open(f"{address(other)}?{urlsplit(link).query}")).status == 404
    assert (await browser.open(personal(services, other, bytes(16)))).status == 404


async def test_what_messengers_add_to_a_link_does_no_harm(browser: Browser, link: str, code: str) -> None:
    """Nor the language of the page, which is not signed; to the open page any query is as good as none."""
    added = "utm_source=zalo&fbclid=x&lang=en"
    assert (await browser.open(f"{link}&{added}")).title == "One-stop desk survey"
    assert (await browser.open(f"{address(code)}?r=1&{added}")).title == "One-stop desk survey"


async def test_a_link_ends(browser: Browser, services: Services, agency: Agency, citizen: Citizen) -> None:
    """90 days after the invitation."""
    code = await asking.make_survey(services, agency.id)
    ref = await asking.invite(services, code, citizen.party_id)
    old = datetime.now(UTC).date() - timedelta(days=91)
    opened = await browser.open(personal(services, code, ref, on=old))
    assert (opened.status, opened.title) == (410, "Liên kết đã hết hạn")


async def test_who_was_not_invited_is_told_where_to_look(
    browser: Browser, services: Services, link: str
) -> None:
    """And may not send."""
    where = address(code_of(link))
    opened = await browser.open(where)
    assert (opened.status, opened.title) == (404, "Khảo sát dành cho người được mời")
    sheet = (await browser.open(link)).sheet
    assert (await browser.send(where, sheet, FILLED)).status == 404
    assert await kept(services, code_of(link)) == []


@pytest.mark.parametrize("code", ["khong-co", "Khao", "a%00b", "a" * 300, "%F0%9F%92%A9", "..", "{x}"])
async def test_what_is_no_survey_is_told_so(browser: Browser, code: str) -> None:
    """In words, whatever stands in the address."""
    for opened in (await browser.open(f"/khao-sat/{code}"), await browser.send(f"/khao-sat/{code}", "", {})):
        assert opened.status == 404


async def test_a_draft_is_nobodys(browser: Browser, services: Services, engine: Engine, code: str) -> None:
    """As if it were not there."""
    await execute(engine, "UPDATE survey SET state = 'draft'")
    assert (await browser.open(address(code))).title == "Không có khảo sát này"


@pytest.mark.parametrize(
    ("opens", "title"),
    [(1, "Khảo sát chưa mở"), (-2, "Khảo sát đã đóng")],
)
async def test_a_survey_has_its_time(
    browser: Browser, services: Services, code: str, opens: int, title: str
) -> None:
    """What was begun within it and sent outside is not kept."""
    sheet = (await browser.open(address(code))).sheet
    now, day = datetime.now(UTC), timedelta(days=1)
    async with services.unit_of_work() as uow:
        await publishing.open_(uow, code, opens_at=now + opens * day, closes_at=now + (opens + 1) * day)
        await uow.commit()
    opened = await browser.open(address(code))
    assert (opened.status, opened.title) == (200, title)
    sent = await browser.send(address(code), sheet, FILLED)
    assert (sent.status, sent.title) == (409, title)
    assert await kept(services, code) == []


async def test_the_page_names_who_asks_and_until_when(
    browser: Browser, services: Services, code: str, agency: Agency
) -> None:
    """In the time of Vietnam."""
    async with services.unit_of_work() as uow:
        opens, closes = datetime(2026, 11, 1, tzinfo=UTC), datetime(2099, 11, 30, 10, tzinfo=UTC)
        await publishing.open_(uow, code, opens_at=opens, closes_at=closes)
        await uow.commit()
    text = (await browser.open(address(code))).page.text
    assert agency.name in text
    assert "Trả lời đến 17:00, 30/11/2099." in text


async def test_a_page_lets_in_nothing_from_elsewhere(browser: Browser, code: str, link: str) -> None:
    """No script, no cookie, nothing kept by caches, its form to this service alone."""
    for where in (address(code), link, "/khao-sat/khong-co", f"{address(code)}/cam-on"):
        opened = await browser.open(where)
        policy = opened.answer.headers["content-security-policy"]
        assert "script-src" not in policy
        assert "form-action 'self'" in policy
        assert opened.page.all("script") == opened.page.all("img") == opened.page.all("link") == []
        assert opened.answer.headers["cache-control"] == "no-store"
        assert opened.answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in opened.answer.headers


async def test_a_page_is_written_in_both_languages(browser: Browser, code: str) -> None:
    """By the browser's wish or by its own link; what is in Vietnamese alone is marked as such."""
    assert (await browser.open(address(code))).page.all("html") == [{"lang": "vi"}]
    english = await browser.open(f"{address(code)}?lang=en")
    assert english.title == "One-stop desk survey"
    assert english.answer.headers["content-language"] == "en"
    assert '<span lang="vi">Tại quầy</span>' in english.answer.text
    assert english.page.all("form")[0]["action"] == "?lang=en"
    asked = await browser.client.get(address(code), headers={"accept-language": "en"})
    assert "One-stop desk survey" in asked.text


async def test_a_wrong_method_is_told_as_a_page(browser: Browser, code: str) -> None:
    """Whoever is in a browser reads no JSON."""
    answer = await browser.client.put(address(code))
    assert answer.status_code == 405
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


async def test_links_are_made_for_days_not_moments(services: Services) -> None:
    """So that an invitation worded twice leads by one address."""
    made = {personal(services, "a", bytes(16), on=date(2026, 11, 22)) for _ in range(3)}
    assert len(made) == 1
