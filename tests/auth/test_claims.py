"""From claims to an identity."""

from datetime import UTC, datetime

import pytest

from auth.claims import identity_of, signed_in_at
from auth.errors import SignInRefused
from auth.settings import ClaimMap
from storage.parties.kinds import PartyKind

PERSON = {
    "iat": 1_780_000_000,
    "auth_time": 1_779_999_990,
    "LoaiTaiKhoan": "1",
    "SoDinhDanh": "001190000001",
    "HoVaTen": "Nguyễn Thị Ví Dụ",
    "IAL": "2",
}
ORGANISATION = {
    "iat": 1_780_000_000,
    "LoaiTaiKhoan": 2,
    "SoDinhDanh": "001080000007",
    "HoVaTen": "Đặng Văn Đại Diện",
    "MaSoThue": "9900000016",
    "TenToChuc": "Công ty TNHH Ví Dụ Mẫu",
}


def test_person():
    """A person is known by citizen number and name."""
    identity = identity_of(PERSON, ClaimMap())
    assert identity.kind is PartyKind.PERSON
    assert (identity.number, identity.name, identity.assurance) == ("001190000001", "Nguyễn Thị Ví Dụ", 2)


def test_organisation():
    """An organisation is known by its tax code and name, not by those of who represents it."""
    identity = identity_of(ORGANISATION, ClaimMap())
    assert identity.kind is PartyKind.ORGANISATION
    assert (identity.number, identity.name, identity.assurance) == ("9900000016", "Công ty TNHH Ví Dụ Mẫu", 2)


@pytest.mark.parametrize(("given", "level"), [(1, 1), ("1", 1), (2, 2), (None, 1)])
def test_levels(given, level):
    """A person of whom no level is told has the lower one."""
    assert identity_of(PERSON | {"IAL": given}, ClaimMap()).assurance == level


def test_name_is_tidied():
    """Names are kept in NFC with single spaces."""
    decomposed = "  Nguye\u0302\u0303n\u00a0 An "
    assert identity_of(PERSON | {"HoVaTen": decomposed}, ClaimMap()).name == "Nguyễn An"


def test_other_names_of_claims():
    """Another provider's claims are read under their names."""
    claims = {"iat": 1, "type": "CN", "id": "001190000001", "full": "An", "loa": 1}
    names = ClaimMap(
        account_kind="type", kinds={"CN": PartyKind.PERSON}, number="id", name="full", level="loa"
    )
    assert identity_of(claims, names).assurance == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"LoaiTaiKhoan": "3"}, "account_kind"),
        ({"LoaiTaiKhoan": None}, "account_kind"),
        ({"SoDinhDanh": 1190000001}, "number"),
        ({"SoDinhDanh": "00119000000x"}, "number"),
        ({"SoDinhDanh": None}, "number"),
        ({"HoVaTen": " "}, "name"),
        ({"HoVaTen": None}, "name"),
        ({"HoVaTen": "An\x00"}, "name"),
        ({"HoVaTen": "\ud800"}, "name"),
        ({"HoVaTen": "a" * 501}, "name"),
        ({"IAL": "3"}, "level"),
        ({"IAL": "high"}, "level"),
        ({"IAL": True}, "level"),
    ],
)
def test_refused(changes, reason):
    """What is missing or malformed is named and nothing is guessed."""
    with pytest.raises(SignInRefused) as caught:
        identity_of(PERSON | changes, ClaimMap())
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("claims", "seconds"),
    [({}, 1_780_000_000), ({"auth_time": 1_779_999_990}, 1_779_999_990), ({"auth_time": 1.5}, 1.5)],
)
def test_time_of_sign_in(claims, seconds):
    """The provider tells when it saw the person; else it counts when it answered."""
    assert signed_in_at(claims, answered_at=1_780_000_000) == datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize("auth_time", ["now", True, None, 0, -1, 1_780_000_061, 9_999_999_999_999])
def test_no_time_of_sign_in(auth_time):
    """What is no time, or lies ahead, is refused."""
    with pytest.raises(SignInRefused, match="auth_time"):
        signed_in_at({"auth_time": auth_time}, answered_at=1_780_000_000)
