"""Messages as each side sees them."""

from typing import Any

from api.conversations.agency_schemas import AgencyMessageShown
from api.conversations.schemas import AttachmentShown, MessageShown, RequestItemShown, RequestShown
from storage.conversations.kinds import Author
from storage.conversations.reading import KeptAttachment, KeptMessage
from storage.conversations.supplements import Supplement

FOR_PARTY, FOR_AGENCY, FOR_OFFICER = "/v1/dossiers", "/v1/agency/dossiers", "/console/dossiers"


def for_party(message: KeptMessage) -> MessageShown:
    """Return a message as the party, or who acts for it, sees it."""
    return MessageShown(**_told(message, FOR_PARTY), read_by_party_at=message.read_by_party_at)


def for_agency(message: KeptMessage, client_id: str) -> AgencyMessageShown:
    """Return a message as an agency's client sees it: that the party has read it, where the party told."""
    own = message.author is Author.AGENCY and message.author_ref == client_id
    return AgencyMessageShown(
        **_told(message, FOR_AGENCY),
        read_by_party_at=message.receipt_at,
        source_id=message.source_id if own else None,
    )


def for_officer(message: KeptMessage) -> MessageShown:
    """Return a message as an officer sees it, with the same of what the party has read."""
    return MessageShown(**_told(message, FOR_OFFICER), read_by_party_at=message.receipt_at)


def _told(message: KeptMessage, below: str) -> dict[str, Any]:
    here = f"{below}/{message.dossier_code}/messages/{message.id}/attachments"
    of_party = message.author is Author.PARTY
    return {
        "id": message.id,
        "dossier_code": message.dossier_code,
        "author": message.author,
        "by_representative": of_party and message.author_ref != str(message.party_id),
        "kind": message.kind,
        "text": message.text,
        "request": _request(message.request, message.answered) if message.request else None,
        "reply_to": message.reply_to_id,
        "items": list(message.answers),
        "supplies": message.supplies,
        "attachments": [_attachment(one, here) for one in message.attachments],
        "created_at": message.created_at,
        "read_by_agency_at": message.read_by_agency_at,
    }


def _request(request: Supplement, answered: frozenset[int]) -> RequestShown:
    return RequestShown(
        due_on=request.due_on,
        items=[
            RequestItemShown(
                number=item.number,
                name=item.name,
                form_code=item.form_code,
                note=item.note,
                answered=item.number in answered,
            )
            for item in request.items
        ],
    )


def _attachment(one: KeptAttachment, here: str) -> AttachmentShown:
    return AttachmentShown(
        id=one.id,
        document_id=one.document_id,
        name=one.name,
        media_type=one.media_type,
        size=one.size,
        sha256=one.sha256.hex(),
        href=f"{here}/{one.id}",
    )
