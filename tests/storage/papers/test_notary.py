"""Who signs the copies: drawn in development alone, and anywhere else refused where it can not do it."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from storage.errors import SettingsError
from storage.papers.certificates import StampSettings, drawn
from storage.settings import Environment
from tests.storage.papers.pages import a_certificate, a_key


def settings(folder: Path, env: Environment = Environment.PRODUCTION, **given: str) -> StampSettings:
    return StampSettings(env=env, data_dir=folder, **given)


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_development_draws_one_and_keeps_it(tmp_path: Path) -> None:
    """The same in every process, for nobody else to read; and what it signs fits its certificate."""
    first, second = (settings(tmp_path, Environment.DEVELOPMENT).notary() for _ in range(2))
    assert first.certificates == second.certificates
    kept = tmp_path / "secrets" / "stamp"
    assert kept.stat().st_mode & 0o777 == 0o600
    key = x509.load_der_x509_certificate(first.certificates[0]).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(second.sign(b"bytes"), b"bytes", ec.ECDSA(SHA256()))


def test_production_draws_none(tmp_path: Path) -> None:
    """The message names both settings."""
    with pytest.raises(SettingsError, match=r"TINDAN_STAMP_KEY and TINDAN_STAMP_CERTIFICATES"):
        settings(tmp_path).notary()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_what_is_set_is_used(kind: str, tmp_path: Path) -> None:
    """With the certificates between it and the root, in their order."""
    key, other = a_key(kind), a_key()
    certificates = [a_certificate(key), a_certificate(other)]
    text = "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)
    notary = settings(tmp_path, stamp_key=pem(key), stamp_certificates=text).notary()
    assert notary.certificates == tuple(one.public_bytes(Encoding.DER) for one in certificates)
    assert notary.sign(b"bytes")


def test_what_can_not_sign_is_refused(tmp_path: Path) -> None:
    """Half of it, another's certificate, one that is over, weak or strange keys, nonsense; no key is quoted."""
    key, weak, strange = a_key(), rsa.generate_private_key(65537, 1024), ed25519.Ed25519PrivateKey.generate()
    own = a_certificate(key).public_bytes(Encoding.PEM).decode()
    odd_pair = _self_signed(strange)
    for given in (
        {"stamp_key": pem(key)},
        {"stamp_certificates": own},
        {"stamp_key": pem(a_key()), "stamp_certificates": own},
        {
            "stamp_key": pem(key),
            "stamp_certificates": a_certificate(key, days=-1).public_bytes(Encoding.PEM).decode(),
        },
        {
            "stamp_key": pem(weak),
            "stamp_certificates": a_certificate(weak).public_bytes(Encoding.PEM).decode(),
        },
        {"stamp_key": pem(strange), "stamp_certificates": odd_pair},
        {"stamp_key": "nonsense", "stamp_certificates": own},
        {"stamp_key": pem(key), "stamp_certificates": "nonsense"},
    ):
        with pytest.raises(SettingsError) as caught:
            settings(tmp_path, Environment.DEVELOPMENT, **given).notary()
        assert "PRIVATE KEY" not in str(caught.value)
        assert caught.value.__cause__ is None


def _self_signed(key: ed25519.Ed25519PrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "odd")])
    like = a_certificate(a_key())
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 1, like.not_valid_before_utc, like.not_valid_after_utc
    )
    return builder.sign(key, None).public_bytes(Encoding.PEM).decode()


def test_a_setting_may_name_a_file(tmp_path: Path) -> None:
    """Where settings are lines of a file, key and certificate are mounted beside it."""
    both = tmp_path / "stamp.pem"
    both.write_text(drawn())
    settings = StampSettings(stamp_key=SecretStr(str(both)), stamp_certificates=str(both))
    assert settings.notary().sign(b"paper")
    both.unlink()
    with pytest.raises(SettingsError, match="can not be read"):
        settings.notary()
