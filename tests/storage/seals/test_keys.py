"""The keys that seal: chosen by the clock, published for good, and wherever they are kept."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from storage.errors import SettingsError
from storage.seals.errors import Fault, SealError
from storage.seals.issuing import NewSeal, sign
from storage.seals.key_sets import public_key, read_key_set
from storage.seals.keys import FileSigner, SealKeys, read_seal_keys
from storage.seals.rotation import rotated, withdrawn
from storage.seals.settings import SealSettings
from storage.seals.verifying import Outcome, verify
from storage.settings import Environment
from storage.signing import new_key, read_keys, write_keys
from tests.storage.seals.remote_signer import WIDTH
from tests.storage.seals.sealing import FULL, KEY, NOW, OTHER_KEY, sealed, with_members

HOUR = 3600
NEW = NewSeal(issuer="x.vn", agency_code="H26", issued_at=datetime.fromtimestamp(NOW, UTC), sha256=bytes(32))


def public(key: ECKey) -> ECKey:
    return read_keys(json.dumps(key.as_dict(private=False)), also_public=True)[0]


def test_the_latest_whose_time_has_come_seals() -> None:
    """Retired and withdrawn keys seal nothing, and stay published with the rest."""
    later = with_members(OTHER_KEY, nbf=NOW)
    gone = with_members(read_keys(new_key())[0], withdrawn_at=5, nbf=1)
    retired = public(read_keys(new_key())[0])
    keys = SealKeys([KEY, later, gone, retired])
    assert [keys.signing(at).public.kid for at in (0, NOW - 1, NOW)] == [KEY.kid, KEY.kid, OTHER_KEY.kid]
    published = keys.published()["keys"]
    assert [one["kid"] for one in published] == [KEY.kid, OTHER_KEY.kid, gone.kid, retired.kid]
    assert [one.get("withdrawn_at") for one in published] == [None, None, 5, None]
    assert all({"d", "nbf"}.isdisjoint(one) for one in published)
    assert all(one["use"] == "sig" and one["alg"] == "ES256" for one in published)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"keys": []}',
        '{"keys": 5}',
        '{"keys": [5]}',
        '{"keys": ["x"]}',
        '{"keys": [{}]}',
        write_keys([public(KEY)]),
        write_keys([with_members(KEY, withdrawn_at=1)]),
        json.dumps({**KEY.as_dict(private=True), "withdrawn_at": "soon"}),
        json.dumps({**KEY.as_dict(private=True), "nbf": -1}),
        ECKey.generate_key("P-384").as_pem(private=True).decode(),
    ],
)
def test_what_is_no_setting(text: str) -> None:
    """It is told without quoting it, and how one is made."""
    with pytest.raises(SettingsError, match="TINDAN_SEAL_KEY") as raised:
        read_seal_keys(text)
    assert raised.value.__suppress_context__
    assert KEY.as_dict(private=True)["d"] not in str(raised.value)


def test_a_rotation() -> None:
    """The next key waits, takes over, and what the old one sealed stays good though its secret is gone."""
    token = sealed(FULL, SealKeys([KEY]))
    first = rotated([KEY], now=NOW, signs_at=NOW + HOUR)
    assert [key.is_private for key in first] == [True, True]
    with pytest.raises(ValueError, match="waits already"):
        rotated(first, now=NOW + 1, signs_at=NOW + 9 * HOUR)
    second = rotated(first, now=NOW + 2 * HOUR, signs_at=NOW + 9 * HOUR)
    assert [key.is_private for key in second] == [False, True, True]
    assert [key.kid for key in second[:2]] == [key.kid for key in first]
    keys = SealKeys(read_seal_keys(write_keys(second)))
    assert keys.signing(NOW + 2 * HOUR).public.kid == first[1].kid
    assert verify(token, read_key_set(keys.published()), NOW).outcome is Outcome.VALID


def test_a_withdrawal() -> None:
    """The key seals no more, its secret is gone, and a fresh one seals at once where none is left."""
    changed = withdrawn([KEY], (KEY.kid or "")[:10], at=NOW)
    assert [key.is_private for key in changed] == [False, True]
    keys = SealKeys(read_seal_keys(write_keys(changed)))
    assert keys.signing(NOW).public.kid == changed[1].kid
    assert keys.published()["keys"][0]["withdrawn_at"] == NOW
    assert len(withdrawn([KEY, OTHER_KEY], KEY.kid or "", at=NOW)) == 2


def test_a_withdrawal_goes_back_in_time_alone() -> None:
    """A theft that proves older counts; nobody makes a withdrawn key good again."""
    changed = withdrawn([KEY, OTHER_KEY], KEY.kid or "", at=NOW)
    earlier = withdrawn(changed, KEY.kid or "", at=NOW - 9)
    assert public_key(earlier[0]).withdrawn_at == NOW - 9
    with pytest.raises(ValueError, match="stays"):
        withdrawn(earlier, KEY.kid or "", at=NOW)


@pytest.mark.parametrize("name", ["", "nobody's"])
def test_only_a_key_that_is_named_is_withdrawn(name: str) -> None:
    """Neither all nor none."""
    with pytest.raises(ValueError, match="no key, or more than one"):
        withdrawn([KEY, OTHER_KEY], name, at=NOW)


def test_a_withdrawn_key_that_would_wait_does_not_stop_a_rotation() -> None:
    """What never seals waits for nothing."""
    waiting = with_members(OTHER_KEY, nbf=NOW + HOUR, withdrawn_at=NOW)
    assert len(rotated([KEY, waiting], now=NOW, signs_at=NOW + HOUR)) == 3


class RemoteSigner:
    """Signs by asking another process."""

    def __init__(self, kid: str, path: Path) -> None:
        self.kid = kid
        self._path = path

    async def sign(self, message: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(self._path)
        writer.write(len(message).to_bytes(WIDTH) + message)
        signature = await reader.read()
        writer.close()
        await writer.wait_closed()
        return signature


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[tuple[ECKey, RemoteSigner]]:
    """A key in another process: its public half, and the way to it."""
    path = tmp_path / "signer"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.storage.seals.remote_signer", path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout is not None
        key = public(ECKey.import_key(json.loads(process.stdout.readline())))
        yield key, RemoteSigner(key.kid or "", path)
        process.communicate()


async def test_a_key_that_is_elsewhere(remote: tuple[ECKey, RemoteSigner]) -> None:
    """It fits the port: what it sealed is good, and no private byte was ever in this process."""
    key, signer = remote
    assert not key.is_private
    keys = SealKeys([key], signers={signer.kid: signer})
    seals = await asyncio.gather(*[sign(keys, NEW, status_index=place) for place in range(5)])
    for place, seal in enumerate(seals):
        verdict = verify(seal.token, read_key_set(keys.published()), NOW)
        assert verdict.outcome is Outcome.VALID
        assert verdict.claims is not None
        assert verdict.claims.status_index == place


@pytest.mark.parametrize(
    "garbled",
    [
        lambda good: good[:0],
        lambda good: good[:-1],
        lambda good: good * 2,
        lambda good: good[::-1],
        lambda good: good.replace(good, bytes(64)),
    ],
)
async def test_a_signer_that_errs_prints_nothing(garbled: Callable[[bytes], bytes]) -> None:
    """Each signature is tried before it leaves: paper can not be called back."""

    class Erring:
        kid = public_key(KEY).kid

        async def sign(self, message: bytes) -> bytes:
            return garbled(await FileSigner(KEY).sign(message))

    with pytest.raises(SealError) as raised:
        await sign(SealKeys([KEY], signers={Erring.kid: Erring()}), NEW, status_index=0)
    assert raised.value.reason is Fault.SIGNATURE


async def test_a_signer_with_another_key_prints_nothing() -> None:
    """As where a setting names the wrong key of a security module."""
    keys = SealKeys([KEY], signers={public_key(KEY).kid: FileSigner(OTHER_KEY)})
    with pytest.raises(SealError, match="another key"):
        await sign(keys, NEW, status_index=0)


def settings(tmp_path: Path, **given: Any) -> SealSettings:
    return SealSettings(data_dir=tmp_path, **{"env": Environment.PRODUCTION, **given})


@pytest.fixture
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KEY", "HOST", "ISSUER", "STATUS_TTL"):
        monkeypatch.delenv(f"TINDAN_SEAL_{name}", raising=False)


@pytest.mark.usefixtures("_bare")
def test_settings_name_what_is_missing(tmp_path: Path) -> None:
    """Outside development nothing is made up."""
    with pytest.raises(SettingsError, match="TINDAN_SEAL_KEY is not set"):
        settings(tmp_path).open_seal_keys()
    for asked in (SealSettings.host, SealSettings.issuer_of_seals, SealSettings.verification_url):
        with pytest.raises(SettingsError, match="TINDAN_SEAL_HOST is not set"):
            asked(settings(tmp_path))
    for host in ("https://x.vn", "x.vn/V", "x y", "-x.vn", "x" * 64):
        with pytest.raises(ValueError, match="must be a host"):
            settings(tmp_path, seal_host=host)


@pytest.mark.usefixtures("_bare")
def test_settings_of_an_installation(tmp_path: Path) -> None:
    """The host is printed in capitals, and names the issuer unless somebody else is named."""
    given = settings(tmp_path, seal_host="XacThuc.gov.vn:8443", seal_key=new_key())
    assert given.issuer_of_seals() == "xacthuc.gov.vn"
    assert given.verification_url() == "https://xacthuc.gov.vn:8443"
    assert given.link("0123456789AB", b"x").prefix == "HTTPS://XACTHUC.GOV.VN:8443/V/0123456789AB"
    assert settings(tmp_path, seal_host="x.vn", seal_issuer="Hà Nội").issuer_of_seals() == "Hà Nội"


@pytest.mark.usefixtures("_bare")
def test_development_draws_a_key_once(tmp_path: Path) -> None:
    """It stays the same, and the page is on this machine, without a certificate."""
    one, other = (settings(tmp_path, env=Environment.DEVELOPMENT) for _ in range(2))
    assert one.open_seal_keys().published() == other.open_seal_keys().published()
    assert one.link("0123456789AB", b"x").prefix == "HTTP://127.0.0.1:8080/V/0123456789AB"
