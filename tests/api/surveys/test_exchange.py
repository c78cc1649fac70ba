"""Surveys on VNForm: what the worker tells it and fetches, against the stand-in over sockets."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.connectors.surveys.client import Client
from api.connectors.surveys.dialect import VnformDialect
from api.connectors.surveys.exchanging import (
    FIRST_TROUBLE_SECONDS,
    LONGEST_TROUBLE_SECONDS,
    REST_SECONDS,
    Exchange,
)
from api.connectors.surveys.leading import Leads
from api.connectors.surveys.links import VnformLinks
from api.connectors.surveys.port import PlatformAnswer
from api.connectors.surveys.settings import VnformAccount, VnformSettings
from api.connectors.surveys.settling import settled
from api.connectors.surveys.vnform import Vnform
from api.services import Services
from infra.sandbox import launch
from infra.sandbox.launch import Running
from storage.engine import Engine
from storage.errors import SettingsError
from storage.surveys import invitations, publishing, reading
from storage.surveys.kinds import Platform
from storage.surveys.reading import SurveyView
from tests.api.callers import Agency, Citizen
from tests.api.surveys import asking
from tests.api.surveys.browsing import MEANT, execute, kept

FILLED = {
    "ease": "4",
    "channel": "desk",
    "liked": ["speed", "staff"],
    "again": "false",
    "wish": " Nhanh\nhơn ",
}


@dataclass(frozen=True, kw_only=True)
class There:
    """The stand-in, as an agency's account sees it."""

    http: httpx.AsyncClient
    account: VnformAccount
    services: Services

    async def survey(self, code: str) -> SurveyView:
        """Return a survey as it is kept here."""
        async with self.services.reading() as source:
            return await reading.find(source, code)

    async def answer(self, code: str, **said: Any) -> None:
        """Answer a survey there."""
        survey = await self.survey(code)
        sent = await self.http.post(f"/vnform/f/{survey.external_id}", data={**FILLED, **said})
        assert sent.status_code == 200, sent.text

    async def put(self, code: str, **change: Any) -> None:
        """Put an answer among the others there, as it is."""
        survey = await self.survey(code)
        item = {
            "id": "x1",
            "version": 1,
            "submittedAt": datetime.now(UTC).isoformat(),
            "context": {},
            "answers": {"ease": 4},
        }
        sent = await self.http.post(f"/sandbox/vnform/{survey.external_id}/answers", json=item | change)
        assert sent.status_code == 204

    async def fail(self, *faults: dict[str, Any]) -> None:
        """Let things go wrong there."""
        sent = await self.http.put("/sandbox/faults/vnform", json={"script": faults})
        assert sent.status_code == 200, sent.text


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """The stand-in's process."""
    with launch.running() as running:
        yield running


@pytest.fixture
async def there(sandbox: Running, services: Services) -> AsyncIterator[There]:
    """The stand-in, without faults."""
    async with httpx.AsyncClient(base_url=sandbox.http, timeout=10) as http:
        await http.delete("/sandbox/faults/vnform")
        given = (await http.get("/sandbox/accounts.json")).json()["vnform"]
        account = VnformAccount(
            url=given["url"],
            key=given["key"],
            link_key=given["link_key"].encode(),
            dialect=VnformDialect(),
        )
        yield There(http=http, account=account, services=services)


@pytest.fixture
async def exchange(there: There, services: Services) -> AsyncIterator[Exchange]:
    """A worker's exchange that waits for nothing between its tries."""

    async def pause(_seconds: float) -> None:
        return None

    platform = Vnform(there.account, Client(there.account.url, there.account.key, timeout=2, pause=pause))
    yield Exchange(services.unit_of_work, platform, name=Platform.VNFORM)
    await platform.close()


@pytest.fixture
async def code(services: Services, agency: Agency) -> str:
    """A survey that is answered there."""
    return await asking.make_survey(services, agency.id, platform=Platform.VNFORM)


async def test_a_survey_goes_there_and_its_answers_come_back(
    there: There, exchange: Exchange, services: Services, citizen: Citizen, code: str
) -> None:
    """By a personal link, with what is known of the dossier; who answered stays unknown on both sides."""
    assert await exchange.once() == REST_SECONDS
    survey, ref = await there.survey(code), await asking.invite(services, code, citizen.party_id)
    assert (survey.external_id is not None, survey.external_version) == (True, 1)
    async with services.reading() as source:
        invitation = await invitations.by_ref(source, survey.id, ref)
    where = Leads(VnformLinks(there.account))(survey, invitation, locale="vi")
    assert where is not None
    assert (await there.http.post(where, data=FILLED)).status_code == 200
    await exchange.once()
    assert await kept(services, code) == [(1, MEANT, "vnform", {})]
    told = await there.http.get(
        f"/vnform/api/forms/{survey.external_id}/answers",
        headers={"authorization": f"Bearer {there.account.key}"},
    )
    for secret in (ref.hex(), str(citizen.party_id)):
        assert secret not in told.text
        assert secret not in where


async def test_answers_are_kept_once(there: There, exchange: Exchange, services: Services, code: str) -> None:
    """However often a page comes: repeated, cut in half, or fetched again from the beginning."""
    await exchange.once()
    for _ in range(3):
        await there.answer(code)
    await exchange.once()
    await there.answer(code)
    await there.fail({"kind": "repeat"}, {"kind": "cut"})
    for _ in range(3):
        await exchange.once()
    assert len(await kept(services, code)) == 4
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE survey SET external_cursor = NULL")
        await uow.commit()
    await exchange.once()
    assert len(await kept(services, code)) == 4


async def test_what_is_personal_does_not_stay(
    there: There, exchange: Exchange, services: Services, code: str
) -> None:
    """What the platform lets people write is scrubbed before it is kept here."""
    await exchange.once()
    await there.answer(code, wish="Gọi 0912 345 678")
    await exchange.once()
    ((_, answers, _, _),) = await kept(services, code)
    assert "0912" not in answers["wish"]


async def test_what_can_not_be_kept_holds_up_nothing(
    there: There, exchange: Exchange, services: Services, code: str
) -> None:
    """What fits no question, is to a version that never was, or says of its context what it is not."""
    await exchange.once()
    await there.put(code, id="a", answers={"ease": 99})
    await there.put(code, id="b", version=7)
    await there.put(code, id="c", answers={"ease": 4, "wish": "a\x00b"})
    await there.put(code, id="d", answers={})
    await there.put(code, id="e", submittedAt="yesterday")
    context = {"agency": "000.00.00.H26", "procedure": "no code", "month": "2026-13", "party": "1"}
    await there.put(code, id="f", context=context)
    await exchange.once()
    assert await kept(services, code) == [(1, {"ease": 4}, "vnform", {"agency_code": "H26"})]


async def test_what_came_after_the_end_does_not_count(
    there: There, exchange: Exchange, services: Services, code: str
) -> None:
    """What came before it does, for a week; the platform is not told that a survey ended."""
    await exchange.once()
    await there.answer(code)
    async with services.unit_of_work() as uow:
        await publishing.close(uow, code, now=datetime.now(UTC))
        await uow.commit()
    await there.answer(code, ease="1")
    await exchange.once()
    assert [answers["ease"] for _, answers, _, _ in await kept(services, code)] == [4]


async def test_a_version_that_changed_is_told(
    there: There, exchange: Exchange, services: Services, agency: Agency, code: str
) -> None:
    """Under the same id; answers to both are kept as what they are."""
    await exchange.once()
    await there.answer(code)
    before = await there.survey(code)
    await asking.make_survey(services, agency.id, code, form=asking.changed(), platform=Platform.VNFORM)
    await exchange.once()
    after = await there.survey(code)
    assert (after.external_id, after.external_version) == (before.external_id, 2)
    await there.answer(code)
    await exchange.once()
    assert sorted(version for version, _, _, _ in await kept(services, code)) == [1, 2]


async def test_drafts_and_our_own_stay_here(
    there: There, exchange: Exchange, engine: Engine, agency: Agency, code: str
) -> None:
    """A platform hears of what it is to show, and of nothing else."""
    own = await asking.make_survey(there.services, agency.id)
    await execute(engine, f"UPDATE survey SET state = 'draft' WHERE code = '{code}'")
    await exchange.once()
    assert (await there.survey(code)).external_id is None
    assert (await there.survey(own)).external_id is None


async def test_what_is_refused_of_one_holds_up_no_other(
    there: There, exchange: Exchange, services: Services, agency: Agency, code: str
) -> None:
    """And is tried again in the next round."""
    other = await asking.make_survey(services, agency.id, f"{code}-2", platform=Platform.VNFORM)
    await there.fail({"kind": "refuse", "code": "QUOTA"})
    await exchange.once()
    assert [(await there.survey(one)).external_id is None for one in (code, other)] == [True, False]
    await exchange.once()
    assert (await there.survey(code)).external_id is not None


async def test_a_platform_that_is_away_is_left_alone(
    there: There, exchange: Exchange, services: Services, code: str
) -> None:
    """For longer each time, up to a quarter of an hour; once it answers, all is as before."""
    await there.fail({"kind": "status", "code": 503, "times": -1})
    rests = [await exchange.round_off() for _ in range(6)]
    assert rests[:3] == [FIRST_TROUBLE_SECONDS, 2 * FIRST_TROUBLE_SECONDS, 4 * FIRST_TROUBLE_SECONDS]
    assert rests[-1] == LONGEST_TROUBLE_SECONDS
    await there.http.delete("/sandbox/faults/vnform")
    assert await exchange.round_off() == REST_SECONDS
    assert (await there.survey(code)).external_id is not None
    await there.fail({"kind": "status", "code": 503, "times": 3})
    assert await exchange.round_off() == FIRST_TROUBLE_SECONDS


async def test_two_workers_do_no_harm(
    there: There, exchange: Exchange, services: Services, code: str
) -> None:
    """One that is late neither sets the place back nor keeps what is kept."""
    await exchange.once()
    late = await there.survey(code)
    for _ in range(2):
        await there.answer(code)
    await exchange.once()
    ahead = await there.survey(code)
    assert late.external_id is not None
    await exchange._fetch(late, late.external_id)
    assert (await there.survey(code)).external_cursor == ahead.external_cursor
    assert len(await kept(services, code)) == 2


def test_an_answer_is_of_the_day_in_vietnam() -> None:
    """Late in the evening in Greenwich that is the next one; at the very end it is in time."""
    late = datetime(2026, 11, 22, 18, tzinfo=UTC)
    told = PlatformAnswer(id="a", version=1, submitted_at=late, context={}, values={})
    (one,) = settled([told], closes_at=late)
    assert one.answered_on == date(2026, 11, 23)
    assert settled([told], closes_at=late - timedelta(microseconds=1)) == []


async def test_the_older_of_two_versions_that_came_last_is_told_over(
    there: There, exchange: Exchange, agency: Agency, code: str
) -> None:
    """Two workers may tell them at once: then the newer one is told once more."""
    await exchange.once()
    late = await there.survey(code)
    await asking.make_survey(there.services, agency.id, code, form=asking.changed(), platform=Platform.VNFORM)
    await exchange.once()
    await exchange._shown(replace(late, external_version=None), datetime.now(UTC))
    assert (await there.survey(code)).external_version is None
    await exchange.once()
    assert (await there.survey(code)).external_version == 2
    shown = await there.http.get(f"/vnform/f/{late.external_id}")
    assert "Khảo sát đã đổi" in shown.text


GIVEN = {"URL": "https://vnform.example/", "KEY": "k", "LINK_KEY": "l" * 32}


def settings_of(monkeypatch: pytest.MonkeyPatch, **given: str) -> VnformSettings:
    """Return what an environment says."""
    for name, value in given.items():
        monkeypatch.setenv(f"TINDAN_VNFORM_{name}", value)
    return VnformSettings()


def test_an_account_is_whole_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a one is told before anything starts, and a key goes nowhere in the clear."""
    assert VnformSettings().account(development=False) is None
    account = settings_of(monkeypatch, **GIVEN).account(development=False)
    assert account is not None
    assert account.url == "https://vnform.example"
    monkeypatch.delenv("TINDAN_VNFORM_LINK_KEY")
    with pytest.raises(SettingsError, match="TINDAN_VNFORM_LINK_KEY not set"):
        VnformSettings().account(development=True)
    plain = settings_of(monkeypatch, **GIVEN | {"URL": "http://vnform.example"})
    assert plain.account(development=True)
    with pytest.raises(SettingsError, match="https"):
        plain.account(development=False)
    for key in ("k\nx", "khoá"):
        with pytest.raises(SettingsError, match="TINDAN_VNFORM_KEY can not be sent"):
            settings_of(monkeypatch, **GIVEN | {"KEY": key}).account(development=False)


@pytest.mark.parametrize(
    "dialect",
    [
        '{"form": {"title": "version"}}',
        '{"form": {"titel": "x"}}',
        '{"paths": {"form": "forms"}}',
        '{"paths": {"page": "/f/{id}"}}',
        '{"paths": {"page": "/f/{form_id}/{form_id}"}}',
        '{"answer": {"id": "a b"}}',
        "{",
    ],
)
def test_a_dialect_that_could_not_be_spoken_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    """Two things of one name, a name that is none, a path without its blank."""
    with pytest.raises(ValueError, match=r"dialect|JSON|parsing"):
        settings_of(monkeypatch, **GIVEN, DIALECT=dialect)
