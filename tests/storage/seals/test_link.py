"""The printed link: small, read in any case, written in one way."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

from storage.seals.claims import SealClaims
from storage.seals.errors import Fault, SealError
from storage.seals.link import ALPHABET, Link, Scanned, link, new_code, read_code, read_link
from tests.storage.seals.sealing import FULL, sealed, unhurried

HOST = "dichvucong.gov.vn"
codes = st.text(ALPHABET, min_size=12, max_size=12)


def version(printed: Link) -> int:
    """Return the version of a QR code of level M with the link in three segments."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M)
    for text, mode in (
        (printed.prefix, MODE_ALPHA_NUM),
        ("#", MODE_8BIT_BYTE),
        (printed.fragment, MODE_ALPHA_NUM),
    ):
        code.add_data(QRData(text.encode(), mode=mode), optimize=0)
    return code.best_fit()


@pytest.mark.parametrize("holder", ["001********1", "N.V.A.", "Đ.V.A."])
@pytest.mark.parametrize("host", [HOST, "xacthuc.dichvucong.thanhhoa.gov.vn"])
def test_the_full_claims_fit_a_small_code(host: str, holder: str) -> None:
    """At most 220 bytes and version 13 at level M, as a stamp of 30 mm has room for."""
    token = sealed(replace(FULL, holder=holder))
    assert len(token) <= 220
    assert version(link(host, new_code(), token)) <= 13


def test_the_largest_claims_still_fit() -> None:
    """Whatever the claims allow, the token is far from what is refused unread."""
    most = SealClaims(
        issuer="ộ" * 64,
        issued_at=253_402_300_798,
        expires_at=253_402_300_799,
        seal_id=FULL.seal_id,
        procedure_code="ộ" * 64,
        dossier_code="ộ" * 80,
        holder="ộ" * 40,
        file_hash=bytes(16),
        status_index=2**63 - 1,
    )
    assert len(sealed(most)) <= 1024


@unhurried
@given(codes, st.binary(min_size=1, max_size=400), st.sampled_from([str, str.lower, str.title, str.swapcase]))
def test_a_link_is_read_in_any_case(code: str, token: bytes, as_typed: Callable[[str], str]) -> None:
    """Scanners and people change the case; nothing is lost by it."""
    printed = link(HOST, code, token)
    assert printed.text == printed.text.upper()
    assert read_link(f" {as_typed(printed.text)}\n") == Scanned(host=HOST.upper(), code=code, token=token)
    assert read_link(as_typed(printed.fragment)) == Scanned(token=token)


@unhurried
@given(st.binary(min_size=1, max_size=60), st.data())
def test_base32_is_written_in_one_way(token: bytes, data: st.DataObject) -> None:
    """Another last character never stands for the same bytes."""
    fragment = link(HOST, new_code(), token).fragment
    other = fragment[:-1] + data.draw(
        st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").filter(lambda c: c != fragment[-1])
    )
    with suppress(SealError):
        assert read_link(other).token != token


def test_a_link_without_its_fragment_still_leads_somewhere() -> None:
    """Apps that drop the fragment reach the online status."""
    assert read_link("https://dichvucong.gov.vn/V/0123456789AB") == Scanned(
        host=HOST.upper(), code="0123456789AB"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Fault.NO_LINK),
        ("   ", Fault.NO_LINK),
        ("https://dichvucong.gov.vn/W/0123456789AB#ME", Fault.NO_LINK),
        ("https://dichvucong.gov.vn/V/0123456789A#ME", Fault.NO_LINK),
        ("https://dichvucong.gov.vn/V/0123456789AU#ME", Fault.NO_LINK),
        ("https://user@dichvucong.gov.vn/V/0123456789AB#ME", Fault.NO_LINK),
        ("https:///V/0123456789AB#ME", Fault.NO_LINK),
        ("ftp://dichvucong.gov.vn/V/0123456789AB#ME", Fault.NO_LINK),
        ("javascript:alert(1)", Fault.NO_LINK),
        ("https://dichvucong.gov.vn/V/0123456789AB#1", Fault.BASE32),
        ("https://dichvucong.gov.vn/V/0123456789AB#ME======", Fault.BASE32),
        ("https://dichvucong.gov.vn/V/0123456789AB#ME ME", Fault.BASE32),
        ("MF", Fault.BASE32),
        ("A", Fault.BASE32),
        ("https://dıchvucong.gov.vn/V/0123456789AB#ME", Fault.NO_LINK),
        ("ſſſſ", Fault.NO_LINK),
        ("A" * 1025, Fault.TOO_LONG),
    ],
)
def test_what_is_no_link(text: str, reason: Fault) -> None:
    """Each has its name, and letters that only become capital ones are none."""
    with pytest.raises(SealError) as raised:
        read_link(text)
    assert raised.value.reason is reason


@unhurried
@given(st.text(max_size=200))
def test_noise_ends_in_a_name(text: str) -> None:
    """Nothing but a SealError ever comes of text."""
    for read in (read_link, read_code):
        with suppress(SealError):
            read(text)


@unhurried
@given(codes)
def test_a_code_is_read_as_people_write_it(code: str) -> None:
    """Small letters, groups, and the letters that look like digits."""
    typed = f" {code[:4]} {code[4:8]}-{code[8:]}".lower()
    assert read_code(typed) == code
    assert read_code(code.replace("1", "l").replace("0", "o")) == code


def test_codes_are_drawn_from_the_whole_alphabet() -> None:
    """Two are never the same."""
    drawn = [new_code() for _ in range(2000)]
    assert len(set(drawn)) == len(drawn)
    assert {letter for code in drawn for letter in code} == set(ALPHABET)


@pytest.mark.parametrize(
    "host", ["", "a b", "https://x.vn", "x.vn/V", "x.vn#", "-x.vn", "x.vn:port", "x" * 300]
)
def test_a_host_that_is_none_is_not_printed(host: str) -> None:
    """Rather no paper than one that leads nowhere."""
    with pytest.raises(SealError, match="no_link"):
        link(host, "0123456789AB", b"x")
