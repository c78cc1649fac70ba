"""Complaints as their readers see them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.bilingual import Words
from api.complaints.schemas import ComplaintDeclined, ComplaintDetail, ComplaintShown, EntryShown
from api.named import Named
from storage.complaints.kinds import DeclineGround
from storage.complaints.own import OwnComplaint, OwnEntry

DECLINED: dict[DeclineGround, Words] = {
    DeclineGround.NOT_OURS: Words(
        "Nội dung không thuộc thẩm quyền của cơ quan này.", "It is not for this agency to process."
    ),
    DeclineGround.UNCLEAR: Words(
        "Nội dung phản ánh chưa rõ. Bạn có thể gửi lại, cụ thể hơn.",
        "It is not clear. You may send another, in more detail.",
    ),
    DeclineGround.ABUSIVE: Words("Nội dung có lời lẽ không phù hợp.", "It is worded offensively."),
    DeclineGround.REPEATED: Words("Nội dung này đã được xử lý.", "The same was processed before."),
    DeclineGround.OTHER_WAY: Words(
        "Đây là khiếu nại hoặc tố cáo, được giải quyết theo trình tự riêng của pháp luật.",
        "It is an appeal or a denunciation, for which the law has another procedure.",
    ),
    DeclineGround.NOT_SUPPLIED: Words(
        "Chưa nhận được thông tin đã yêu cầu bổ sung.", "What you were asked for did not come."
    ),
}


def shown(complaint: OwnComplaint, party_id: UUID, locale: str) -> ComplaintShown:
    """Return a complaint as who filed it, or acts for them, sees it in a list."""
    return ComplaintShown(**_told(complaint, party_id, locale))


def detail(
    complaint: OwnComplaint, entries: Sequence[OwnEntry], party_id: UUID, locale: str
) -> ComplaintDetail:
    """Return it with all that happened."""
    return ComplaintDetail(
        **_told(complaint, party_id, locale),
        entries=[
            EntryShown(
                kind=one.kind,
                agency=one.from_agency,
                to_agency=one.to_agency,
                text=one.text,
                at=one.at,
                late=one.late,
            )
            for one in entries
        ],
    )


def _told(complaint: OwnComplaint, party_id: UUID, locale: str) -> dict[str, Any]:
    reason, declined = complaint.decline_reason, None
    if reason:
        declined = ComplaintDeclined(reason=reason, detail=getattr(DECLINED[reason], locale))
    return {
        "id": complaint.id,
        "code": complaint.code,
        "kind": complaint.kind,
        "topic": complaint.topic,
        "text": complaint.text,
        "by_representative": complaint.author_ref != str(party_id),
        "agency": Named(code=complaint.agency_code, name=complaint.agency_name),
        "dossier_code": complaint.dossier_code,
        "state": complaint.state,
        "publication": complaint.publication,
        "published_id": complaint.published_id,
        "received_at": complaint.received_at,
        "process_by": complaint.process_by,
        "closed_at": complaint.closed_at,
        "declined": declined,
    }
