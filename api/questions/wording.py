"""Questions and answers as their readers see them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.bilingual import Words
from api.named import Named
from api.questions.public_schemas import PublishedAnswer
from api.questions.schemas import AnswerShown, Declined, QuestionDetail, QuestionShown, RestsOn
from storage.questions.entries import Entry
from storage.questions.kinds import DeclineReason
from storage.questions.own import OwnAnswer, OwnQuestion

DECLINED: dict[DeclineReason, Words] = {
    DeclineReason.NOT_OURS: Words(
        "Câu hỏi không thuộc thẩm quyền của cơ quan này.", "The question is not for this agency to answer."
    ),
    DeclineReason.UNCLEAR: Words(
        "Nội dung câu hỏi chưa rõ. Bạn có thể hỏi lại, cụ thể hơn.",
        "The question is not clear. You may ask again, in more detail.",
    ),
    DeclineReason.ABUSIVE: Words("Câu hỏi có lời lẽ không phù hợp.", "The question is worded offensively."),
    DeclineReason.NO_QUESTION: Words("Nội dung gửi đến không phải câu hỏi.", "What was sent is no question."),
    DeclineReason.ALREADY_ANSWERED: Words(
        "Câu hỏi này đã được trả lời trước đó.", "The question was answered before."
    ),
}


def shown(question: OwnQuestion, party_id: UUID, locale: str) -> QuestionShown:
    """Return a question as its asker, or who acts for it, sees it in a list."""
    return QuestionShown(**_told(question, party_id, locale))


def detail(
    question: OwnQuestion, answers: Sequence[OwnAnswer], party_id: UUID, locale: str
) -> QuestionDetail:
    """Return it with all that was answered."""
    return QuestionDetail(
        **_told(question, party_id, locale),
        answers=[
            AnswerShown(text=one.text, written_at=one.written_at, rests_on=_rests_on(one), stale=one.stale)
            for one in answers
        ],
    )


def published(entry: Entry) -> PublishedAnswer:
    """Return a published answer as everybody sees it."""
    return PublishedAnswer(
        id=entry.id,
        question=entry.question,
        answer=entry.answer,
        field=entry.field,
        agency=Named(code=entry.agency_code, name=entry.agency_name),
        rests_on=_rests_on(entry),
        stale=entry.stale,
        faq=entry.faq,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
    )


def _told(question: OwnQuestion, party_id: UUID, locale: str) -> dict[str, Any]:
    code, reason = question.procedure_code, question.decline_reason
    return {
        "id": question.id,
        "text": question.text,
        "by_representative": question.author_ref != str(party_id),
        "agency": Named(code=question.agency_code, name=question.agency_name),
        "procedure": Named(code=code, name=question.procedure_name) if code else None,
        "state": question.state,
        "publication": question.publication,
        "published_id": question.published_id,
        "asked_at": question.asked_at,
        "due_at": question.due_at,
        "closed_at": question.closed_at,
        "declined": Declined(reason=reason, detail=getattr(DECLINED[reason], locale)) if reason else None,
    }


def _rests_on(answer: OwnAnswer | Entry) -> RestsOn | None:
    if answer.procedure_code is None or answer.procedure_version is None:
        return None
    return RestsOn(code=answer.procedure_code, name=answer.procedure_name, version=answer.procedure_version)
