"""What the page of a question sends, taken as it is: it is judged by the service."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.questions.drafts import AnswerDraft, Basis


class SentForm(BaseModel):
    """A form that, sent twice, is sent once."""

    model_config = ConfigDict(frozen=True)

    form_id: UUID


class AnswerForm(SentForm):
    """An answer, and what was shown beside it.

    Attributes:
        look: there if a procedure was to be looked at, and nothing sent.
    """

    text: str = ""
    procedure_code: str = ""
    seen_code: str = ""
    seen_version: int | None = None
    seen_answer: UUID | None = None
    look: str = ""

    def draft(self) -> AnswerDraft:
        """Return it for the service."""
        basis = Basis(
            procedure_code=self.procedure_code, seen_code=self.seen_code, seen_version=self.seen_version
        )
        return AnswerDraft(form_id=self.form_id, text=self.text, basis=basis, seen_answer=self.seen_answer)


class ConfirmForm(SentForm):
    """That an answer is still right under a version."""

    seen_answer: UUID
    version: int


class DeclineForm(SentForm):
    """Why there will be no answer."""

    reason: str = ""


class ForwardForm(SentForm):
    """To whom a question goes."""

    agency_code: str = ""
