"""The form of an answer template: what was typed, and what is wrong with it."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.console.forms import FormError
from storage.answer_templates.blanks import unknown
from storage.answer_templates.repository import LONGEST_NAME, LONGEST_TEXT, Template, Wording


class TemplateForm(BaseModel):
    """What was sent, taken as it is: what is wrong with it is told beside it.

    Attributes:
        form_id: id of a new template, so that a form that comes twice makes one.
        shown: of one that is changed: when what was shown had been written.
    """

    model_config = ConfigDict(frozen=True)

    form_id: UUID
    agency: str = ""
    name: str = ""
    text: str = ""
    shown: datetime | None = None

    @classmethod
    def of(cls, template: Template) -> "TemplateForm":
        """Fill it in with what there is."""
        return cls(
            form_id=template.id,
            agency=template.agency_code,
            name=template.name,
            text=template.text,
            shown=template.updated_at,
        )

    def errors(self, text: Mapping[str, str]) -> Sequence[FormError]:
        """Word what is wrong with name and text."""
        found = []
        name, words = self._written()
        if not 0 < len(name) <= LONGEST_NAME:
            found.append(FormError(id="name", text=text["name_needed"].format(most=LONGEST_NAME)))
        if not 0 < len(words) <= LONGEST_TEXT:
            found.append(FormError(id="text", text=text["text_needed"].format(most=LONGEST_TEXT)))
        if blanks := unknown(words):
            found.append(FormError(id="text", text=text["blank_unknown"].format(found=", ".join(blanks))))
        return found

    def wording(self) -> Wording:
        """Return what is to be kept. Raises ValueError where there are `errors`."""
        name, words = self._written()
        return Wording(name=name, text=words)

    def _written(self) -> tuple[str, str]:
        # A browser sends lines ended by CR and LF (HTML, 4.10.22.4), and PostgreSQL keeps no NUL.
        name, words = (
            unicodedata.normalize("NFC", given).replace("\x00", "").replace("\r\n", "\n").strip()
            for given in (self.name, self.text)
        )
        return " ".join(name.split()), words
