"""A survey's form that comes back: what is wrong with it, what changed meanwhile, and nothing typed is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from api.connectors.surveys.dialect import VnformDialect
from api.connectors.surveys.leading import Leads
from api.connectors.surveys.links import VnformLinks
from api.connectors.surveys.settings import VnformAccount
from api.services import Services
from api.surveys import page_fields
from api.surveys.keys import page_links, sheet_keys
from storage.engine import Engine
from storage.surveys import external, forms, publishing, reading
from storage.surveys.audience import Everybody
from storage.surveys.kinds import Platform
from storage.surveys.links import SignedLink
from storage.surveys.publishing import Draft
from tests.api.callers import Agency, Citizen
from tests.api.surveys import asking
from tests.api.surveys.browsing import FILLED, MEANT, Browser, Opened, address, execute, kept, personal

EVIL = '"><script>alert(1)</script>'


async def change(services: Services, agency: Agency, code: str, form: dict[str, Any]) -> None:
    """Bring a survey to another version."""
    draft = Draft(code=code, agency_id=agency.id, form=forms.read(form), audience=Everybody())
    async with services.unit_of_work() as uow:
        await publishing.publish(uow, draft, now=datetime.now(UTC))
        await uow.commit()


async def age(engine: Engine) -> None:
    """Let a day pass since all versions were made."""
    await execute(engine, "UPDATE survey_version SET made_at = made_at - interval '25 hours'")


def errors_of(opened: Opened) -> dict[str, str]:
    """Return what the page says is wrong, by the ids of the elements to which it leads."""
    assert opened.answer.text.index('id="errors"') < opened.answer.text.index("<form")
    links = [str(one["href"])[1:] for one in opened.page.all("a") if str(one.get("href")).startswith("#q-")]
    ids = {str(one["id"]): one for _, one in opened.page.elements if "id" in one}
    return {link: str(ids[link].get("aria-invalid")) for link in links}


WRONG = [
    ({}, "q-ease"),
    ({"q-ease": "9"}, "q-ease"),
    ({"q-ease": "four"}, "q-ease"),
    ({"q-ease": "4.5"}, "q-ease"),
    ({"q-ease": "9" * 5000}, "q-ease"),
    ({"q-ease": "4", "q-channel": "boat"}, "q-channel"),
    ({"q-ease": "4", "q-liked": ["speed", "price"]}, "q-liked"),
    ({"q-ease": "4", "q-liked": ["speed", "speed"]}, "q-liked"),
    ({"q-ease": "4", "q-again": "maybe"}, "q-again"),
    ({"q-ease": "4", "q-wish": "x" * 1001}, "q-wish"),
    ({"q-ease": "4", "q-wish": "a\x00b"}, "q-wish"),
]


@pytest.mark.parametrize(("filled", "culprit"), WRONG, ids=lambda one: str(one)[:40])
async def test_what_does_not_fit_is_named(
    browser: Browser, services: Services, code: str, filled: dict[str, Any], culprit: str
) -> None:
    """First in the page and at the question, by a link to its field; nothing is kept."""
    again = await browser.fill(address(code), filled)
    assert again.status == 422
    assert errors_of(again) == {culprit: "true"}
    assert "<title>Lỗi: " in again.answer.text
    assert await kept(services, code) == []


async def test_what_was_typed_still_stands(browser: Browser, services: Services, code: str) -> None:
    """As text, whatever it holds; corrected, it is kept."""
    filled = {**FILLED, "q-ease": "", "q-wish": f"Một\r\n{EVIL}"}
    again = await browser.fill(address(code), filled)
    assert again.status == 422
    assert again.page.scripts == []
    assert again.chosen() == {"q-channel": ["desk"], "q-liked": ["speed", "staff"], "q-again": ["false"]}
    assert f"Một {EVIL}" in again.page.text
    sent = await browser.send(address(code), again.sheet, {**FILLED, "q-wish": EVIL})
    assert sent.status == 303
    ((_, answers, _, _),) = await kept(services, code)
    assert answers["wish"] == EVIL


async def test_a_form_with_nothing_said_asks_for_something(
    browser: Browser, services: Services, agency: Agency
) -> None:
    """Also where nothing is required; the summary leads to the first question."""
    code = await asking.make_survey(services, agency.id, form={**asking.FORM, "required": []})
    again = await browser.fill(address(code), {"q-ease": "", "q-wish": "  "})
    assert again.status == 422
    assert "Hãy trả lời ít nhất một câu." in again.page.text
    assert list(errors_of(again)) == ["q-ease"]


NEW = asking.changed(
    properties={
        "ease": {"type": "integer", "title": "Dễ đến đâu?", "minimum": 1, "maximum": 3},
        "channel": asking.FORM["properties"]["channel"],
        "wish": {"type": "string", "title": "Mong muốn khác", "maxLength": 100},
        "age": {"type": "string", "title": "Tuổi?", "maxLength": 10},
    },
    required=["age"],
)


async def test_who_had_begun_may_finish(
    browser: Browser, services: Services, agency: Agency, code: str
) -> None:
    """For a day after the form changed, as what was read then."""
    sheet = (await browser.open(address(code))).sheet
    await change(services, agency, code, NEW)
    assert (await browser.send(address(code), sheet, FILLED)).status == 303
    assert await kept(services, code) == [(1, MEANT, "page", {})]


@pytest.mark.parametrize("fits", [True, False])
async def test_a_form_that_changed_is_shown_with_what_fits(
    browser: Browser, services: Services, engine: Engine, agency: Agency, code: str, *, fits: bool
) -> None:
    """And a plain notice: after a day, or where what was sent did not fit the old one either."""
    sheet = (await browser.open(address(code))).sheet
    await change(services, agency, code, NEW)
    if fits:
        await age(engine)
    again = await browser.send(address(code), sheet, FILLED if fits else {**FILLED, "q-ease": "7"})
    assert (again.status, again.title) == (409, "Khảo sát đã đổi")
    assert "Khảo sát vừa thay đổi" in again.page.text
    # A four is more than the new scale has; how it was sent is asked as before.
    assert again.chosen() == {"q-channel": ["desk"]}
    # What was a text of several lines has one line now.
    assert [one["value"] for one in again.page.all("input") if one.get("id") == "q-wish"] == [" Nhanh hơn "]
    assert await kept(services, code) == []
    assert (await browser.send(address(code), again.sheet, {"q-age": "40"})).status == 303
    assert await kept(services, code) == [(2, {"age": "40"}, "page", {})]


async def test_an_open_link_shows_the_form_in_force(
    browser: Browser, services: Services, agency: Agency, citizen: Citizen
) -> None:
    """Whatever the version was when it was sent."""
    code = await asking.make_survey(services, agency.id)
    link = personal(services, code, await asking.invite(services, code, citizen.party_id))
    await change(services, agency, code, NEW)
    assert (await browser.open(link)).title == "Khảo sát đã đổi"
    assert (await browser.fill(link, {"q-age": "40"})).status == 303
    assert (await browser.fill(address(code), {"q-age": "41"})).status == 303
    assert sorted(answers["age"] for _, answers, _, _ in await kept(services, code)) == ["40", "41"]


async def test_a_form_from_elsewhere_is_asked_again(browser: Browser, services: Services, code: str) -> None:
    """With all that it said, so that whoever meant it may send it from here."""
    sheet = (await browser.open(address(code))).sheet
    for site in ("cross-site", "same-site"):
        again = await browser.send(address(code), sheet, FILLED, sec_fetch_site=site)
        assert again.status == 403
        assert again.chosen()["q-ease"] == ["4"]
    assert await kept(services, code) == []
    assert (
        await browser.send(address(code), again.sheet, FILLED, sec_fetch_site="same-origin")
    ).status == 303


async def test_a_sheet_is_good_for_its_form_alone(
    browser: Browser, services: Services, agency: Agency, link: str, code: str
) -> None:
    """None, another survey's, an invited one's, a changed one, an old one, and a link in its place."""
    now, keys = datetime.now(UTC).replace(microsecond=0), services.slip_keys.keys
    good = {"survey": code, "version": 1, "ref": bytes(range(16)), "context": {"i": ""}}
    other = await asking.make_survey(services, agency.id)
    sheets = [
        None,
        "",
        "sheet",
        (await browser.open(address(other))).sheet,
        (await browser.open(link)).sheet,
        (await browser.open(address(code))).sheet.replace("v=1", "v=2"),
        sheet_keys(keys).sign(SignedLink(**good, expires=now - timedelta(seconds=1))),
        page_links(keys).sign(SignedLink(**good, expires=now + timedelta(days=1))),
    ]
    for sheet in sheets:
        again = await browser.send(address(code), sheet, FILLED)
        assert (again.status, again.chosen()["q-ease"]) == (403, ["4"]), sheet
        assert "Hãy gửi lại một lần nữa" in again.page.text
    assert await kept(services, code) == []


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        "q-ease=bốn".encode(),
        b"a=&" * 3000,
        b"q-wish=" + b"x" * (page_fields.MOST_BYTES + 1),
    ],
    ids=["bytes", "unescaped", "fields", "size"],
)
async def test_what_no_browser_sends_is_refused(client: httpx.AsyncClient, code: str, body: bytes) -> None:
    """In words, and read no further."""
    answer = await client.post(address(code), content=body)
    assert answer.status_code == 400
    assert "Chưa gửi được" in answer.text


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"", "application/x-www-form-urlencoded"), (b'{"q-ease": 4}', "application/json")],
)
async def test_a_body_of_another_kind_says_nothing(
    client: httpx.AsyncClient, code: str, content: bytes, kind: str
) -> None:
    """The form is shown again."""
    answer = await client.post(address(code), content=content, headers={"content-type": kind})
    assert answer.status_code == 403


async def test_the_largest_answer_that_fits_is_kept(
    browser: Browser, services: Services, agency: Agency
) -> None:
    """Forty questions, each answered with all that it takes, in letters that take the most bytes."""
    questions = {f"q{n}": {"type": "string", "title": f"Câu {n}", "maxLength": 2000} for n in range(40)}
    form = {"type": "object", "title": "Dài", "properties": questions}
    code = await asking.make_survey(services, agency.id, form=form)
    said = {f"q-q{n}": "ế" * 2000 for n in range(40)}
    assert len(urlencode(said)) < page_fields.MOST_BYTES
    assert (await browser.fill(address(code), said)).status == 303
    ((_, answers, _, _),) = await kept(services, code)
    assert answers == dict.fromkeys(questions, "ế" * 2000)


async def test_who_sends_too_many_keeps_what_was_typed(
    browser: Browser, services: Services, code: str
) -> None:
    """And is told when to send it again."""
    answers = [(await browser.fill(address(code))).status for _ in range(40)]
    assert answers == [303] * 40
    refused = await browser.fill(address(code))
    assert refused.status == 429
    assert int(refused.answer.headers["retry-after"]) > 0
    assert refused.chosen()["q-ease"] == ["4"]
    assert len(await kept(services, code)) == 40


@pytest.fixture
def platforms(app: FastAPI) -> Iterator[None]:
    """An account with VNForm."""
    account = VnformAccount(
        url="https://vnform.example", key="k", link_key=b"l" * 32, dialect=VnformDialect()
    )
    before, app.state.survey_platforms = app.state.survey_platforms, Leads(VnformLinks(account))
    yield
    app.state.survey_platforms = before


async def on_vnform(services: Services, agency: Agency, *, shown: bool) -> str:
    """Make a survey that is answered there."""
    code = await asking.make_survey(services, agency.id, platform=Platform.VNFORM)
    if shown:
        async with services.unit_of_work() as uow:
            await external.shown(uow, await reading.find(uow, code), "f9")
            await uow.commit()
    return code


@pytest.mark.usefixtures("platforms")
async def test_a_survey_elsewhere_is_led_to(
    browser: Browser, services: Services, agency: Agency, citizen: Citizen
) -> None:
    """From a personal link with a signed one, which does not say what our database calls the invitation."""
    code = await on_vnform(services, agency, shown=True)
    led = await browser.open(f"{address(code)}?lang=en")
    assert led.answer.headers["location"] == "https://vnform.example/f/f9?lang=en"
    ref = await asking.invite(services, code, citizen.party_id)
    led = await browser.open(personal(services, code, ref))
    assert led.status == 303
    target = httpx.URL(led.answer.headers["location"])
    assert {"respondent", "version", "expires", "signature", "lang"} <= set(target.params)
    assert ref.hex() not in str(target)
    sent = await browser.send(address(code), None, FILLED)
    assert sent.answer.headers["location"] == f"{address(code)}?lang=vi"
    assert await kept(services, code) == []


async def test_a_survey_that_is_not_there_yet_is_waited_for(
    browser: Browser, services: Services, agency: Agency, app: FastAPI
) -> None:
    """Also where nobody told us of an account."""
    code = await on_vnform(services, agency, shown=True)
    assert app.state.survey_platforms(None, None, locale="vi") is None
    opened = await browser.open(address(code))
    assert (opened.status, opened.title) == (503, "Chưa mở được khảo sát")


@pytest.mark.usefixtures("platforms")
async def test_a_survey_that_the_platform_does_not_show_yet_is_waited_for(
    browser: Browser, services: Services, agency: Agency
) -> None:
    """Until the worker has told it."""
    code = await on_vnform(services, agency, shown=False)
    opened = await browser.open(address(code))
    assert (opened.status, opened.answer.headers["retry-after"]) == (503, "300")
