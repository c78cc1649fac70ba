"""What the page of an agency's ratings sends, taken as it is: it is judged by the service."""

from contextlib import suppress
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.ratings.officer_service import AnswerDraft


class RatingAnswerForm(BaseModel):
    """An answer, and what stood beside it.

    Attributes:
        form_id: the answer's id then.
        seen: ids of the answers that stood, with spaces between them.
    """

    model_config = ConfigDict(frozen=True)

    form_id: UUID
    level: str = ""
    text: str = ""
    seen: str = ""

    def draft(self) -> AnswerDraft:
        """Return it for the service."""
        seen: list[UUID] = []
        for one in self.seen.split():
            with suppress(ValueError):
                seen.append(UUID(one))
        return AnswerDraft(form_id=self.form_id, level=self.level, text=self.text, seen=seen)
