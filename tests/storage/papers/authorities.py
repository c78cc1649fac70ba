"""Authorities and officials who sign papers, made on the spot."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

NOW = datetime.now(UTC).replace(microsecond=0)
_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Return one for all, as they are slow to draw."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, eq=False, kw_only=True)
class Identity:
    """A certificate, its key, and who vouches for it."""

    certificate: x509.Certificate
    key: _Key
    issuer: "Identity | None" = None

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        """The certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @cached_property
    def as_asn1(self) -> asn1_x509.Certificate:
        """The certificate as pyHanko takes it."""
        return asn1_x509.Certificate.load(self.der)

    @cached_property
    def key_as_asn1(self) -> keys.PrivateKeyInfo:
        """The key as pyHanko takes it."""
        return keys.PrivateKeyInfo.load(
            self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        )

    @property
    def chain(self) -> SimpleCertificateStore:
        """The certificates between it and the root, which a signature carries."""
        store, issuer = SimpleCertificateStore(), self.issuer
        while issuer is not None and issuer.issuer is not None:
            store.register(issuer.as_asn1)
            issuer = issuer.issuer
        return store


def identity(
    name: str,
    issuer: Identity | None = None,
    *,
    authority: bool = False,
    key: _Key | None = None,
    valid: tuple[datetime, datetime] = (NOW - timedelta(days=400), NOW + timedelta(days=400)),
    stamps_time: bool = False,
    seals_only: bool = False,
    urls: str | None = None,
) -> Identity:
    """Return a new identity.

    `urls` is put wherever a certificate may name an address that a careless validator opens.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "UBND xã Thử"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not seals_only,
                content_commitment=not seals_only,
                key_encipherment=seals_only,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=authority,
                crl_sign=authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer:
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
    if stamps_time:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    for extension in _addresses(urls) if urls else ():
        builder = builder.add_extension(extension, critical=False)
    return Identity(certificate=builder.sign(issuer.key if issuer else key, SHA256()), key=key, issuer=issuer)


def _addresses(url: str) -> Sequence[x509.ExtensionType]:
    name = x509.UniformResourceIdentifier(url)
    return [
        x509.AuthorityInformationAccess(
            [
                x509.AccessDescription(AuthorityInformationAccessOID.OCSP, name),
                x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, name),
            ]
        ),
        x509.CRLDistributionPoints(
            [x509.DistributionPoint(full_name=[name], relative_name=None, reasons=None, crl_issuer=None)]
        ),
    ]


def signed(
    content: bytes,
    by: Identity,
    *,
    field: str = "Ky1",
    stamper: DummyTimeStamper | None = None,
    **how: object,
) -> bytes:
    """Return a PDF with one more signature, as an incremental update."""
    file = io.BytesIO(content)
    how.setdefault("md_algorithm", "sha256")
    how.setdefault("subfilter", SigSeedSubFilter.PADES)
    signer = SimpleSigner(signing_cert=by.as_asn1, signing_key=by.key_as_asn1, cert_registry=by.chain)
    writer = IncrementalPdfFileWriter(file)
    if writer.prev.encrypted:
        writer.encrypt(b"")
    PdfSigner(PdfSignatureMetadata(field_name=field, **how), signer=signer, timestamper=stamper).sign_pdf(
        writer, in_place=True
    )
    return file.getvalue()


def time_stamper(by: Identity, at: datetime) -> DummyTimeStamper:
    """Return an authority that says it is such a time."""
    return DummyTimeStamper(tsa_cert=by.as_asn1, tsa_key=by.key_as_asn1, certs_to_embed=by.chain, fixed_dt=at)
