"""Settings, names and outcomes of reports, without a system."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.connectors.measuring import outcomes
from api.connectors.measuring.dialect import EmcDialect
from api.connectors.measuring.port import Answer, NotLetInError, Receipt, RefusedError, UnavailableError
from api.connectors.measuring.settings import EmcSettings
from api.connectors.measuring.wording import body
from storage.errors import SettingsError
from storage.reports.kinds import EVERYBODY, ReportState
from tests.storage.reports.making import NOW, filing

WHOLE = {"URL": "https://emc.example/bao-cao/", "KEY": "secret-key", "UNIT": "TINDAN-01"}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let the environment hold a whole account."""
    for name, value in WHOLE.items():
        monkeypatch.setenv(f"TINDAN_EMC_{name}", value)
    return monkeypatch


def test_nothing_is_set() -> None:
    """Then nothing is reported."""
    assert EmcSettings().account(development=False) is None


def test_a_whole_account(told: pytest.MonkeyPatch) -> None:
    """The address loses its slash, and the key is not shown by accident."""
    told.setenv("TINDAN_EMC_AGENCY", "000.00.00.H26")
    told.setenv("TINDAN_EMC_DIALECT", '{"agency": {"code": "MaDV"}, "success": ["OK"]}')
    settings = EmcSettings()
    account = settings.account(development=False)
    assert account is not None
    assert (account.url, account.key, account.unit) == (
        "https://emc.example/bao-cao",
        "secret-key",
        "TINDAN-01",
    )
    assert "secret-key" not in f"{settings!r}{account!r}"
    assert settings.plan().scope == "H26"
    sent = body(filing(), account.unit, account.dialect)
    assert [one["MaDV"] for one in sent["DanhSachCoQuan"]] == [None, "H26", "H26.1"]
    assert account.dialect.success == {"OK"}


def test_the_country_unless_it_is_said(told: pytest.MonkeyPatch) -> None:
    """An empty code is none."""
    told.setenv("TINDAN_EMC_AGENCY", "")
    assert EmcSettings().plan().scope == EVERYBODY


def use(settings: EmcSettings) -> None:
    """Ask for all that a worker needs."""
    settings.account(development=False)
    settings.plan()


@pytest.mark.parametrize("name", WHOLE)
def test_a_half_account(told: pytest.MonkeyPatch, name: str) -> None:
    """What is missing is named."""
    told.delenv(f"TINDAN_EMC_{name}")
    with pytest.raises(SettingsError, match=f"TINDAN_EMC_{name} is not set"):
        EmcSettings().account(development=True)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("URL", "http://emc.example", "must begin with https"),
        ("KEY", "khoá", "printable ASCII"),
        ("KEY", "a\nb", "printable ASCII"),
        ("AGENCY", "?", "no code of an agency"),
    ],
)
def test_what_can_not_be_used(told: pytest.MonkeyPatch, name: str, value: str, why: str) -> None:
    """It is told at the start, and not by the first report; what is secret is not repeated."""
    told.setenv(f"TINDAN_EMC_{name}", value)
    with pytest.raises(SettingsError, match=why) as failed:
        use(EmcSettings())
    assert value not in str(failed.value)


@pytest.mark.parametrize(
    "dialect",
    [
        {"agency": {"codes": "Ma"}},
        {"agencies": {}},
        {"agency": {"code": "TenCoQuan"}},
        {"agency": {"code": ""}},
        {"agency": {"code": "Mã"}},
        {"agency": {"code": 7}},
        {"success": []},
        {"success": [""]},
        {"success": ["01"]},
        {"month_format": "%m"},
        {"month_format": "kỳ"},
    ],
)
def test_a_dialect_that_can_not_be(dialect: dict[str, object]) -> None:
    """A name that there is not, twice the same one, codes with two meanings, and months that are alike."""
    with pytest.raises(ValidationError):
        EmcDialect.model_validate(dialect)


def test_every_name_is_sent_once() -> None:
    """No part of a report is lost on the way into the system's names."""
    sent = body(filing(number=2, corrects="R1"), "U", EmcDialect())
    dialect = EmcDialect()
    assert set(sent) == set(dialect.report.model_dump().values())
    assert set(sent["DanhSachCoQuan"][0]) == set(dialect.agency.model_dump().values())
    assert set(sent["DanhSachCoQuan"][0]["DungHan"]) == set(dialect.criterion.model_dump().values())
    assert set(sent["TinhHinhSuDung"]) == set(dialect.usage.model_dump().values())
    assert (sent["LanBaoCao"], sent["SoTiepNhanGoc"], sent["KyBaoCao"]) == (2, "R1", "202609")


ANSWER = Answer(code="02", words="Dữ liệu không hợp lệ")


def test_what_was_taken_in() -> None:
    """It keeps the system's number and words, and waits for nothing."""
    settled = outcomes.of_receipt(Receipt(number="R" * 300, answer=ANSWER))
    assert (settled.state, settled.receipt, settled.next_at) == (ReportState.SENT, "R" * 200, None)
    assert settled.answered == {"code": "02", "words": "Dữ liệu không hợp lệ"}


@pytest.mark.parametrize(
    ("error", "attempt", "doubted", "state", "unsure"),
    [
        (RefusedError("", ANSWER), 1, False, ReportState.REFUSED, False),
        (RefusedError("", ANSWER), 1, True, ReportState.WAITING, True),
        (NotLetInError(""), 1, False, ReportState.FAILED, False),
        (NotLetInError(""), 1, True, ReportState.FAILED, True),
        (UnavailableError("", unsure=False), 1, False, ReportState.WAITING, False),
        (UnavailableError("", unsure=False), 1, True, ReportState.WAITING, True),
        (UnavailableError("", unsure=True), 1, False, ReportState.WAITING, True),
        (UnavailableError("", unsure=True), outcomes.TRIES, False, ReportState.FAILED, True),
        (UnavailableError("", unsure=False), outcomes.TRIES + 1, False, ReportState.WAITING, False),
    ],
)
def test_what_was_not(
    error: RefusedError | NotLetInError | UnavailableError,
    *,
    attempt: int,
    doubted: bool,
    state: ReportState,
    unsure: bool,
) -> None:
    """Only what nobody can doubt is final, and a doubt stays until the system has said."""
    settled = outcomes.of_error(error, filing(attempt=attempt), doubted=doubted, now=NOW, rng=Random(1))
    assert (settled.state, settled.unsure) == (state, unsure)
    assert settled.answered == ({"code": ANSWER.code, "words": ANSWER.words} if error.answer else None)


@given(st.integers(1, 99).filter(lambda n: n % outcomes.TRIES != 0), st.integers(0, 7200), st.randoms())
def test_the_next_time(attempt: int, asked: int, rng: Random) -> None:
    """It is never before the system asks us back, and never more than six hours after that."""
    error = UnavailableError("", unsure=False, retry_after=timedelta(seconds=asked))
    settled = outcomes.of_error(error, filing(attempt=attempt), doubted=False, now=NOW, rng=rng)
    assert settled.next_at is not None
    assert timedelta(seconds=asked) <= settled.next_at - NOW <= timedelta(seconds=asked, hours=6)
