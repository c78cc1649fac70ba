"""The form of a supplement request: rows of what is missing, as typed, and what is wrong with them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from api.console.forms import FormError, form_errors
from api.console.message_view import NOTHING_SEEN
from api.conversations.agency_schemas import AgencyMessage
from api.conversations.schemas import MOST_ITEMS
from api.problems import from_pydantic

FIRST_ROWS = 3
_ITEM = re.compile(r"/request/items/([0-9]+)/(name|form_code|note)")
_ROW = re.compile(r"name-([0-9]{1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that is missing, as it was typed."""

    name: str = ""
    form_code: str = ""
    note: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed: such a row counts for nothing."""
        return not (self.name.strip() or self.form_code.strip() or self.note.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementForm:
    """What was sent, taken as it is; `seen` is the last message that whoever asks has seen."""

    form_id: str
    seen: UUID
    text: str = ""
    due_on: str = ""
    rows: tuple[Row, ...] = (Row(),) * FIRST_ROWS

    @classmethod
    def empty(cls, seen: UUID | None) -> "SupplementForm":
        """Return one to begin with."""
        return cls(form_id=str(uuid4()), seen=seen or NOTHING_SEEN)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "SupplementForm":
        """Read the fields of a body: rows are numbered from 1, as many as there are names."""
        given = {name: value for name, value in said.items() if isinstance(value, str)}
        numbers = [int(found[1]) for name in given if (found := _ROW.fullmatch(name))]
        rows = tuple(
            Row(**{part: given.get(f"{part}-{number}", "") for part in ("name", "form_code", "note")})
            for number in range(1, min(max(numbers, default=1), MOST_ITEMS) + 1)
        )
        return cls(
            form_id=given.get("form_id", ""),
            seen=_id(given.get("seen", "")),
            text=given.get("text", ""),
            due_on=given.get("due_on", ""),
            rows=rows,
        )

    @property
    def may_grow(self) -> bool:
        """Whether there may be one more row."""
        return len(self.rows) < MOST_ITEMS

    def checked(
        self, text: Mapping[str, str], locale: str, today: date
    ) -> tuple[AgencyMessage | None, Sequence[FormError]]:
        """Return what is asked for, or what is wrong with it."""
        kept = [(number, row) for number, row in enumerate(self.rows, start=1) if not row.empty]
        errors = [
            FormError(id=f"name-{number}", text=text["name_needed"])
            for number, row in kept
            if not row.name.strip()
        ]
        if not kept:
            errors = [FormError(id="name-1", text=text["item_needed"])]
        if self.due_on and (late := self._too_late(text, today)):
            errors.append(late)
        if errors:
            return None, errors
        items = [
            {"name": row.name, "form_code": row.form_code.strip() or None, "note": row.note.strip() or None}
            for _, row in kept
        ]
        said = {"items": items, "due_on": self.due_on or None}
        try:
            given = AgencyMessage.model_validate(
                {"source_id": self.form_id, "text": self.text.strip() or None, "request": said}
            )
        except ValidationError as error:
            found = from_pydantic(error.errors(include_url=False, include_input=False))
            places = [_ITEM.fullmatch(one.pointer) for one in found]
            worded = form_errors(found, locale)
            return None, [
                FormError(id=f"{at[2]}-{kept[int(at[1])][0]}", text=one.text) if at else one
                for at, one in zip(places, worded, strict=True)
            ]
        return given, ()

    def _too_late(self, text: Mapping[str, str], today: date) -> FormError | None:
        try:
            on = date.fromisoformat(self.due_on)
        except ValueError:
            return FormError(id="due_on", text=text["due_no_day"])
        return FormError(id="due_on", text=text["due_past"]) if on < today else None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return NOTHING_SEEN
