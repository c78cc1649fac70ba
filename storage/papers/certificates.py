"""The key and certificate by which the system certifies display copies, from its settings."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import SecretStr

from storage.errors import SettingsError
from storage.papers.notary import Notary
from storage.settings import StorageSettings, write_once

_NAME = "TinDan (development only)"
_YEARS = 20
_LEAST_RSA_BITS = 2048
_BEGIN = "-----BEGIN "
_HOW = (
    "TINDAN_STAMP_KEY holds the private key (elliptic curve, or RSA from 2048 bits on) and "
    "TINDAN_STAMP_CERTIFICATES its certificate and those between it and the root: PEM, or paths of PEM files"
)


class StampSettings(StorageSettings):
    """Whose certificate signs display copies.

    Attributes:
        stamp_key: its private key: PEM, or the path of such a file.
        stamp_certificates: the certificate, and those between it and the root, likewise.
    """

    stamp_key: SecretStr | None = None
    stamp_certificates: str | None = None

    def notary(self) -> Notary:
        """Return who signs.

        In development one is drawn where none is set, and kept in the data folder; nobody trusts it.

        Raises:
            SettingsError: none is set outside development, or what is set can not be used.
        """
        key, certificates = self.stamp_key, self.stamp_certificates
        if key and certificates:
            return _notary(key.get_secret_value(), certificates)
        if key or certificates or not self.development:
            raise SettingsError(f"TINDAN_STAMP_KEY and TINDAN_STAMP_CERTIFICATES must both be set. {_HOW}")
        path = self.data_dir / "secrets" / "stamp"
        if not path.exists():
            write_once(path, drawn())
        both = path.read_text()
        return _notary(both, both)


def _pem(given: str) -> bytes:
    """Return PEM that stands in a setting, or in the file that it names: there, values are of one line."""
    return given.encode() if _BEGIN in given else Path(given).read_bytes()


def _notary(key_text: str, certificates_text: str) -> Notary:
    try:
        key = load_pem_private_key(_pem(key_text), password=None)
        certificates = x509.load_pem_x509_certificates(_pem(certificates_text))
        fits = _public(key.public_key()) == _public(certificates[0].public_key())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        # The cause could quote the key: it is named, not chained.
        raise SettingsError(f"The stamp's key can not be read ({type(error).__name__}). {_HOW}") from None
    if not fits:
        raise SettingsError("The first of TINDAN_STAMP_CERTIFICATES is not that of TINDAN_STAMP_KEY")
    if certificates[0].not_valid_after_utc < datetime.now(UTC):
        raise SettingsError("The first of TINDAN_STAMP_CERTIFICATES has expired")
    chain = tuple(certificate.public_bytes(Encoding.DER) for certificate in certificates)
    return Notary(certificates=chain, sign=_signing(key))


def _signing(key: object) -> Callable[[bytes], bytes]:
    if isinstance(key, EllipticCurvePrivateKey):
        return lambda data: key.sign(data, ECDSA(SHA256()))
    if isinstance(key, RSAPrivateKey) and key.key_size >= _LEAST_RSA_BITS:
        return lambda data: key.sign(data, PKCS1v15(), SHA256())
    raise SettingsError(f"The stamp's key is of a kind that can not be used. {_HOW}")


def _public(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def drawn() -> str:
    """Return a fresh key and a certificate that it signs for itself, as PEM."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, _NAME)])
    usage = dict.fromkeys(("key_encipherment", "data_encipherment", "key_agreement"), False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + certificate.public_bytes(Encoding.PEM)).decode()
