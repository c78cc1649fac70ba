"""The form of what is asked often, taken as it is: it is judged by the service."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.questions.drafts import Basis
from api.questions.published_service import EntryDraft
from storage.questions.moderating import Live


class EntryForm(BaseModel):
    """What was typed, and what was shown beside it.

    Attributes:
        form_id: of a new entry, its id then.
        shown: of one that is changed: when what was shown had been changed last.
        look: there if a procedure was to be looked at, and nothing sent.
    """

    model_config = ConfigDict(frozen=True)

    form_id: UUID
    agency_code: str = ""
    question: str = ""
    answer: str = ""
    field: str = ""
    procedure_code: str = ""
    seen_code: str = ""
    seen_version: int | None = None
    shown: datetime | None = None
    look: str = ""

    @classmethod
    def of(cls, live: Live) -> Self:
        """Fill it in with what there is."""
        return cls(
            form_id=live.id,
            agency_code=live.agency_code,
            question=live.question,
            answer=live.answer,
            field=live.field or "",
            procedure_code=live.procedure_code or "",
            shown=live.updated_at,
        )

    def draft(self) -> EntryDraft:
        """Return it for the service."""
        basis = Basis(
            procedure_code=self.procedure_code, seen_code=self.seen_code, seen_version=self.seen_version
        )
        return EntryDraft(question=self.question, answer=self.answer, about=self.field, basis=basis)
