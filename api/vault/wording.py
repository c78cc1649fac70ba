"""Documents of the store in words."""

from dataclasses import dataclass
from datetime import datetime

from api.documents import DocumentFile, DocumentStanding
from api.named import Named
from api.vault.schemas import DocumentDetail, DocumentItem, DocumentVersion, SealShown
from storage.seals.repository import Seal
from storage.seals.settings import SealSettings
from storage.vault.opening import Versions
from storage.vault.rows import OwnDocument

DOCUMENTS = "/v1/vault/documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How documents are worded for one request.

    Attributes:
        locale: `vi` or `en`.
        now: by which it is judged whether they have expired.
    """

    locale: str
    now: datetime

    def item(self, own: OwnDocument) -> DocumentItem:
        """Word a document of a list."""
        document, told = own.document, own.document.particulars
        below = f"{DOCUMENTS}/{document.id}"
        procedure = told.procedure_code
        return DocumentItem(
            id=document.id,
            kind=told.kind,
            title=told.title,
            number=told.number,
            type=Named(code=told.type_code, name=told.type_name),
            issuer=told.issuer_name,
            agency=Named(code=document.agency_code, name=own.agency_name),
            procedure=Named(code=procedure, name=own.procedure_name) if procedure else None,
            dossier_code=told.dossier_code,
            holder=told.holder,
            issued_on=told.issued_on,
            valid_from=told.valid_from,
            expires_on=told.expires_on,
            standing=DocumentStanding.of(document, now=self.now, locale=self.locale),
            reason=document.reason,
            received_at=document.created_at,
            files=[DocumentFile.of(file, below=below, locale=self.locale) for file in document.files],
        )

    def detail(self, found: Versions, seal: Seal | None, settings: SealSettings) -> DocumentDetail:
        """Word a document with its seal and its other versions."""
        document = found.own.document
        following = (one for one in found.others if one.document.supersedes_id == document.id)
        return DocumentDetail(
            **dict(self.item(found.own)),
            seal=SealShown(code=seal.code, link=settings.link(seal.code, seal.token).text) if seal else None,
            supersedes=document.supersedes_id,
            superseded_by=next((one.document.id for one in following), None),
            versions=[self._version(other) for other in found.others],
        )

    def _version(self, own: OwnDocument) -> DocumentVersion:
        told = own.document.particulars
        return DocumentVersion(
            id=own.document.id,
            title=told.title,
            number=told.number,
            issued_on=told.issued_on,
            standing=DocumentStanding.of(own.document, now=self.now, locale=self.locale),
            received_at=own.document.created_at,
        )
