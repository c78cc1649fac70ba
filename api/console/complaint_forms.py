"""What the page of a complaint sends, taken as it is: it is judged by the service."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.complaints.drafts import Attempt


class DeedForm(BaseModel):
    """A form that, sent twice, is sent once.

    Attributes:
        seen: the last entry that its page showed.
    """

    model_config = ConfigDict(frozen=True)

    form_id: UUID
    seen: UUID

    def attempt(self) -> Attempt:
        """Return it for the service."""
        return Attempt(form_id=self.form_id, seen=self.seen)


class AnswerForm(DeedForm):
    """An answer."""

    text: str = ""


class AskForm(DeedForm):
    """What the sender is to add."""

    more: str = ""


class ForwardForm(DeedForm):
    """To whom a complaint goes, and why."""

    agency_code: str = ""
    note: str = ""


class DeclineForm(DeedForm):
    """Why it is not handled, and more words for the sender."""

    reason: str = ""
    explanation: str = ""
