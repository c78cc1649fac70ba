"""Deployments of portals are described by data, and every mistake in it is told before anything is asked."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.connectors.portals.deployment import Offer, Service, SessionDeployment, TokenDeployment
from api.connectors.portals.loading import PortalSettings
from storage.dossiers.statuses import DossierStatus
from storage.errors import SettingsError

ENVIRONMENT = {"PORTAL_USERNAME": "tindan", "PORTAL_PASSWORD": "mật-khẩu-bí-mật"}
SESSION: dict[str, Any] = {
    "style": "session",
    "url": "https://portal.example.vn/service",
    "sign_in_url": "https://portal.example.vn/login/",
    "unit": "000.00.00.H26",
    "agencies": ["H26"],
    "username_env": "PORTAL_USERNAME",
    "password_env": "PORTAL_PASSWORD",
    "answers": {"success": ["00"]},
}
TOML = """
[quoc-gia]
style = "session"
url = "https://portal.example.vn/service"
sign_in_url = "https://portal.example.vn/login"
unit = "000.00.00.H26"
agencies = ["000.00.00.H26", "G09.20"]
username_env = "PORTAL_USERNAME"
password_env = "PORTAL_PASSWORD"
answers = { success = ["0"], exists = ["02"] }
services = { find = "TraCuuHoSoMC" }
offers = ["dossier", "report_dossier"]

[quoc-gia.dialect.statuses]
DA_NOP = 1
1 = 2
2 = 2
3 = 3
4 = 4
5 = 5
6 = 6
7 = 7
8 = 8
9 = 9
10 = 10

[bo-moi]
style = "token"
url = "https://bo.example.vn/api"
sign_in_url = "https://bo.example.vn/token"
unit = "G15"
agencies = ["G15"]
username_env = "PORTAL_USERNAME"
password_env = "PORTAL_PASSWORD"
answers = { success = ["00"] }
"""


def read(described: Any, *, development: bool = False, environment: dict[str, str] = ENVIRONMENT):
    """Read what is described in the environment."""
    text = described if isinstance(described, str) else json.dumps(described)
    settings = PortalSettings(portals=text, portals_file=None)
    return settings.deployments(development=development, environment=environment)


def mistakes(**given: Any) -> list[str]:
    """Return what is told of one deployment with fields changed; those that are None are left out."""
    told = {name: value for name, value in {**SESSION, **given}.items() if value is not None}
    with pytest.raises(SettingsError) as refused:
        read({"quoc-gia": told})
    lines = str(refused.value).splitlines()
    for line in lines:
        assert line.startswith("TINDAN_PORTALS: quoc-gia: ")
        assert " · " in line
        assert ENVIRONMENT["PORTAL_PASSWORD"] not in line
    return [line.removeprefix("TINDAN_PORTALS: quoc-gia: ") for line in lines]


def test_a_file_describes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """By TOML or JSON, in its order; what is not said is as usual for the style."""
    path = tmp_path / "portals.toml"
    path.write_text(TOML, encoding="utf-8")
    monkeypatch.setenv("TINDAN_PORTALS_FILE", str(path))
    first, second = PortalSettings().deployments(development=False, environment=ENVIRONMENT)
    assert isinstance(first, SessionDeployment)
    assert isinstance(second, TokenDeployment)
    assert (first.name, second.name) == ("quoc-gia", "bo-moi")
    assert first.services[Service.FIND] == "TraCuuHoSoMC"
    assert first.services[Service.PROGRESS] == "CapNhatTienDoHoSoMC"
    assert second.services[Service.REPORT] == "NoiHoSo"
    assert first.agencies == ("H26", "G09.20")
    assert first.offers == {Offer.DOSSIER, Offer.REPORT_DOSSIER}
    assert Offer.CHANGED not in second.offers
    assert first.dialect.dialect.statuses["1"] is DossierStatus.ACCEPTED
    assert first.dialect.dialect.write_status(DossierStatus.REGISTERED) == "DA_NOP"
    assert first.dialect.dialect.write_status(DossierStatus.ACCEPTED) == "1"
    assert second.dialect.dialect.write_format is None
    assert first.password.get_secret_value() == ENVIRONMENT["PORTAL_PASSWORD"]
    same = tmp_path / "portals.json"
    same.write_text(json.dumps({"quoc-gia": SESSION}), encoding="utf-8")
    (third,) = PortalSettings(portals_file=same).deployments(development=False, environment=ENVIRONMENT)
    assert third.sign_in_url == "https://portal.example.vn/login"


def test_without_a_description_there_are_none():
    """And with two nobody knows which."""
    assert PortalSettings().deployments(development=False) == ()
    with pytest.raises(SettingsError, match="not both"):
        PortalSettings(portals="{}", portals_file="x.toml").deployments(development=False)


def test_nothing_secret_is_shown():
    """Whatever is logged of a deployment."""
    (found,) = read({"quoc-gia": SESSION})
    assert ENVIRONMENT["PORTAL_PASSWORD"] not in f"{found!r} {found}"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"unit": None}, "unit: thiếu · is missing"),
        ({"agencies": None}, "agencies: thiếu · is missing"),
        ({"agencies": []}, "agencies: cần ít nhất một cơ quan · at least one agency is needed"),
        ({"agencies": ["?"]}, "agencies.0: không phải mã cơ quan · is no agency's code"),
        ({"agencies": ["H26", "000.00.00.H26"]}, "agencies: có cơ quan ghi hai lần · an agency stands twice"),
        ({"pull": {"every_seconds": 0}}, "pull.every_seconds: không dùng được"),
        ({"style": None}, "thiếu style · style is missing"),
        ({"style": "soap"}, "style là session hoặc token · style is session or token"),
        ({"answers": None}, "answers: thiếu · is missing"),
        ({"colour": 1}, "colour: không có trường này · there is no such field"),
        ({"url": "http://portal.example.vn"}, "url: phải bắt đầu bằng https"),
        ({"url": "ftp://portal.example.vn"}, "url: không dùng được"),
        ({"url": "https://u:p@portal.example.vn"}, "url: địa chỉ chỉ gồm"),
        ({"sign_in_url": "https://portal.example.vn/?token=x"}, "sign_in_url: địa chỉ chỉ gồm"),
        ({"password_env": None}, "password_env: thiếu · is missing"),
        ({"password_env": 7}, "password_env: thiếu · is missing"),
        (
            {"password_env": "NOWHERE"},
            "password_env: biến NOWHERE chưa được đặt · the variable NOWHERE is not set",
        ),
        ({"password": "x"}, "password: không ghi bí mật ở đây"),
        ({"answers": {"success": []}}, "answers.success: không dùng được"),
        ({"answers": {"success": ["0"], "missing": ["0"]}}, "answers: mã 0 có trong cả success và missing"),
        ({"answers": {"success": ["0"], "failure_words": "["}}, "answers.failure_words: mẫu không dùng được"),
        ({"dialect": {"statuses": {"1": 1}}}, "dialect: statuses thiếu 2 · statuses has nothing for 2"),
        ({"dialect": {"statuses": {"1": 11}}}, "dialect.statuses.1: không dùng được"),
        ({"dialect": {"kinds": {"1": "person"}}}, "dialect: kinds thiếu organisation"),
        ({"dialect": {"write_format": "%H%M"}}, "dialect: ngày viết ra không đọc lại được"),
        ({"dialect": {"write_format": "%d-%m-%Y"}}, "dialect: ngày viết ra không đọc lại được"),
        ({"records": {"limits": {"MaHoSo": 10}}}, "records.limits: MaHoSo không cắt ngắn được"),
        ({"records": {"omitted": ["MaHoSo"]}}, "records.omitted: MaHoSo không bỏ được"),
        ({"records": {"agencies": {"?": "x"}}}, "records.agencies: có mã không phải mã cơ quan"),
        ({"records": {"procedures": {"?": "x"}}}, "records.procedures: có mã không phải mã thủ tục"),
        ({"query": {"since": "x", "until": "x"}}, "query: không dùng được"),
        ({"offers": ["report_dossier"]}, "offers: báo cáo cần cả dossier"),
        ({"offers": ["everything"]}, "offers.0: không dùng được"),
        ({"chunk": 0}, "chunk: không dùng được"),
        ({"timeout_seconds": 0}, "timeout_seconds: không dùng được"),
    ],
    ids=str,
)
def test_a_mistake_is_told_with_its_place(given: dict[str, Any], told: str):
    """Where, which deployment, which field, in both languages; never a value that may be secret."""
    (line,) = mistakes(**given)
    assert line.startswith(told)


def test_all_mistakes_are_told_at_once():
    """Of all deployments and all fields, as they are mended by one hand."""
    with pytest.raises(SettingsError) as refused:
        read(
            {
                "quoc-gia": SESSION | {"unit": "", "password_env": "NOWHERE", "chunk": "x"},
                "KHÔNG": SESSION,
                "mot": 3,
                "tot": SESSION,
            }
        )
    lines = [line.split(": ")[1:3] for line in str(refused.value).splitlines()]
    assert lines == [
        ["quoc-gia", "password_env"],
        ["quoc-gia", "unit"],
        ["quoc-gia", "chunk"],
        ["KHÔNG", "name"],
        ["mot", "phải là mục có tên các trường · must be a section with named fields"],
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"a": {}, "a": {}}', "[" * 100_000, "9" * 5000])
def test_what_is_no_description(text: str, tmp_path: Path):
    """Neither in the environment nor in a file."""
    if text:
        with pytest.raises(SettingsError, match="TINDAN_PORTALS"):
            read(text)
    path = tmp_path / "portals.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"portals\.json"):
        PortalSettings(portals_file=path).deployments(development=False, environment=ENVIRONMENT)


def test_no_section_hides_another():
    """A name that stands twice is told; JSON itself would forget the first."""
    section = json.dumps(SESSION)
    with pytest.raises(SettingsError, match="quoc-gia có hai lần · quoc-gia stands twice"):
        read(f'{{"quoc-gia": {section}, "quoc-gia": {section}}}')


@pytest.mark.parametrize("content", [b"quoc-gia = [", b"\xff\xfe", None])
def test_a_file_that_can_not_be_read(content: bytes | None, tmp_path: Path):
    """It is named."""
    path = tmp_path / "portals.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"portals\.toml: không đọc được · can not be read"):
        PortalSettings(portals_file=path).deployments(development=False, environment=ENVIRONMENT)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
fields = [
    *SESSION,
    "dialect",
    "records",
    "pull",
    "query",
    "answer",
    "request",
    "services",
    "offers",
    "chunk",
    "burst",
]


@given(st.dictionaries(st.sampled_from(fields), anything, max_size=4))
def test_any_description_is_taken_or_refused(changes):
    """Nothing else comes of it."""
    with contextlib.suppress(SettingsError):
        (found,) = read({"quoc-gia": SESSION | changes})
        assert found.name == "quoc-gia"
