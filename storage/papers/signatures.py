"""What signatures inside a PDF are worth (ISO 32000-2, 12.8; ETSI EN 319 102-1), told without any network.

A certificate is followed to a root of ours over certificates that the document itself brings. Whether it was
revoked since is known only from lists that the document brings too: an address in a certificate is chosen by
whoever made the file, and is never opened.
"""

import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.errors import DisallowedAlgorithmError, NoDSSFoundError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import AcceptAllAlgorithms

from storage.papers.findings import Changes, Doubt, Signature, Verdict

_CHANGES: dict[object, Changes] = {
    ModificationLevel.NONE: Changes.NONE,
    ModificationLevel.LTA_UPDATES: Changes.VALIDATION_DATA,
    ModificationLevel.FORM_FILLING: Changes.FORM_FILLING,
    ModificationLevel.ANNOTATIONS: Changes.ANNOTATIONS,
}
_DOUBTS: dict[object, Doubt] = {
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: Doubt.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: Doubt.EXPIRED,
    AdESIndeterminate.EXPIRED: Doubt.EXPIRED,
    AdESIndeterminate.NOT_YET_VALID: Doubt.EXPIRED,
    AdESFailure.NOT_YET_VALID: Doubt.EXPIRED,
    AdESFailure.REVOKED: Doubt.REVOKED,
    AdESIndeterminate.REVOKED_NO_POE: Doubt.REVOKED,
    AdESIndeterminate.REVOKED_CA_NO_POE: Doubt.REVOKED,
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: Doubt.UNFIT,
    AdESIndeterminate.SIG_CONSTRAINTS_FAILURE: Doubt.UNFIT,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: Doubt.UNFIT,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: Doubt.UNFIT,
}
_USES = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"})
"""Either will do: certificates for officials in Vietnam carry one, the other or both."""
_ANY_ALGORITHM = CMSAlgorithmUsagePolicy.lift_policy(AcceptAllAlgorithms())
_NAME_LENGTH = 200
_UNREADABLE = Signature(verdict=Verdict.BROKEN, doubt=Doubt.UNREADABLE)

# The library logs what it thinks of each certificate, with the names in it.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """Whose signatures count: certificates in DER. None: nobody's."""

    certificates: tuple[bytes, ...] = ()

    def context(self, store: DocumentSecurityStore | None, moment: datetime | None) -> ValidationContext:
        """Return how a chain is judged: with what the document brought, at a moment, without a network."""
        asked: dict[str, Any] = {
            # A list, even an empty one: without it the roots of the operating system would count.
            "trust_roots": [x509.Certificate.load(root) for root in self.certificates],
            "allow_fetching": False,
            "revocation_mode": "soft-fail",
            "moment": moment,
        }
        return store.as_validation_context(asked) if store else ValidationContext(**asked)


def verdicts(file: BinaryIO, *, roots: Roots) -> tuple[Signature, ...]:
    """Return what each filled signature field is worth, oldest first; time stamps of their own are none."""
    file.seek(0)
    try:
        reader = PdfFileReader(file)
        if reader.encrypted:
            reader.decrypt(b"")
        fields = [field for _, _, field in enumerate_sig_fields(reader, filled_status=True)]
        store = _store(reader)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a hostile file reaches every line of a parser
        return (_UNREADABLE,)
    judged = [_judge(reader, field, roots, store) for field in fields]
    return tuple(signature for _, signature in sorted(judged, key=lambda pair: pair[0]) if signature)


def _store(reader: PdfFileReader) -> DocumentSecurityStore | None:
    try:
        return DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return None


def _judge(
    reader: PdfFileReader, field: Any, roots: Roots, store: DocumentSecurityStore | None
) -> tuple[int, Signature | None]:
    """Return the revision in which a signature was made, and what it is worth; None for a time stamp."""
    revision = 0
    try:
        embedded = EmbeddedPdfSignature(reader, field, "")
        revision = embedded.signed_revision
        if embedded.sig_object_type == "/DocTimeStamp":
            return revision, None
        return revision, _finished(_worth(embedded, roots, store))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - as above
        return revision, _UNREADABLE


def _finished(work: Coroutine[Any, Any, Signature]) -> Signature:
    """Run what is asynchronous for the sake of a network, which it does not have: so it never waits."""
    try:
        work.send(None)
    except StopIteration as end:
        found: Signature = end.value
        return found
    work.close()
    raise RuntimeError("a signature is judged without waiting for anything")


async def _worth(
    embedded: EmbeddedPdfSignature, roots: Roots, store: DocumentSecurityStore | None
) -> Signature:
    try:
        return _as_signature(await _validated(embedded, roots, store))
    except DisallowedAlgorithmError:
        # SHA-1, as signatures were made until about 2020: whether the bytes changed is told all the same.
        status = await async_validate_pdf_signature(
            embedded, roots.context(store, None), key_usage_settings=_USES, algorithm_policy=_ANY_ALGORITHM
        )
        return _as_signature(status, weak=True)


async def _validated(
    embedded: EmbeddedPdfSignature, roots: Roots, store: DocumentSecurityStore | None
) -> PdfSignatureStatus:
    """Judge at this moment; and where the certificate has run out since, at the time that a stamp proves."""
    now = await async_validate_pdf_signature(embedded, roots.context(store, None), key_usage_settings=_USES)
    proven = _proven_time(now)
    if now.trusted or proven is None:
        return now
    then = await async_validate_pdf_signature(
        embedded,
        roots.context(store, proven),
        ts_validation_context=roots.context(store, None),
        key_usage_settings=_USES,
    )
    return then if then.trusted else now


def _proven_time(status: PdfSignatureStatus) -> datetime | None:
    stamp = status.timestamp_validity
    return stamp.timestamp if stamp is not None and stamp.trusted else None


def _as_signature(status: PdfSignatureStatus, *, weak: bool = False) -> Signature:
    proven = _proven_time(status)
    doubt = _doubt(status) or (Doubt.UNFIT if weak else None)
    changes = _CHANGES.get(status.modification_level, Changes.OTHER)
    subject = status.signing_cert.subject.native
    return Signature(
        verdict=_verdict(doubt),
        doubt=doubt,
        signer=_text(subject.get("common_name")),
        organisation=_text(subject.get("organization_name")),
        signed_at=proven or _aware(status.signer_reported_dt),
        time_proven=proven is not None,
        whole_file=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        changes=changes,
    )


def _verdict(doubt: Doubt | None) -> Verdict:
    if doubt is None:
        return Verdict.VALID
    return Verdict.BROKEN if doubt in {Doubt.CHANGED, Doubt.UNREADABLE} else Verdict.UNKNOWN_SIGNER


def _doubt(status: PdfSignatureStatus) -> Doubt | None:
    if not (status.intact and status.valid) or not status.docmdp_ok:
        return Doubt.CHANGED
    if status.coverage not in {SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION}:
        return Doubt.CHANGED
    if status.modification_level not in _CHANGES:
        return Doubt.CHANGED
    if status.trusted:
        return None
    return _DOUBTS.get(status.trust_problem_indic, Doubt.UNTRUSTED)


def _aware(claimed: datetime | None) -> datetime | None:
    """Return a time as it was claimed; without a time zone it says nothing that can be compared."""
    return claimed if claimed is not None and claimed.tzinfo is not None else None


def _text(name: object) -> str | None:
    """Return a name of a certificate, which may be given several times."""
    parts = name if isinstance(name, list) else [name]
    return ", ".join(str(part) for part in parts if part)[:_NAME_LENGTH] or None
