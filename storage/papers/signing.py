"""Certifies a display copy: a PAdES signature after which nothing may change (ISO 32000-2, 12.8.2.2)."""

from typing import BinaryIO

from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from storage.papers.notary import Notary

_FIELD = "TinDan"
_DIGEST = "sha256"
_REASON = "Bản hiển thị mang mã kiểm tra"
_BESIDE_CERTIFICATES = 2048
"""Bytes for the attributes and the signature, which for the largest usual key (RSA of 4096 bits) is 512."""


def certify(file: BinaryIO, notary: Notary) -> None:
    """Add an invisible certifying signature to a PDF, in its place.

    Args:
        file: the PDF, to be read and written from anywhere.
        notary: who signs.
    """
    file.seek(0)
    signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=_FIELD,
            md_algorithm=_DIGEST,
            reason=_REASON,
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        ),
        signer=_NotarySigner(notary),
        new_field_spec=SigFieldSpec(_FIELD),
    )
    # Said beforehand, as otherwise the signature is made twice to learn its size. In hexadecimal digits.
    reserved = 2 * (_BESIDE_CERTIFICATES + sum(map(len, notary.certificates)))
    signer.sign_pdf(IncrementalPdfFileWriter(file), bytes_reserved=reserved, in_place=True)


class _NotarySigner(Signer):
    """Lets the notary sign, whose key is elsewhere."""

    def __init__(self, notary: Notary) -> None:
        own, *others = [x509.Certificate.load(certificate) for certificate in notary.certificates]
        chain = SimpleCertificateStore()  # type: ignore[no-untyped-call] # left untyped by the library
        chain.register_multiple(others)
        super().__init__(signing_cert=own, cert_registry=chain)
        self._notary = notary

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002 - always the one that we ask for
        dry_run: bool = False,  # noqa: ARG002, FBT001, FBT002 - never one, as the size is said
    ) -> bytes:
        return self._notary.sign(data)
