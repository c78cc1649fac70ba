"""The forms that were made, and what was answered: in memory, and gone with the process."""

import dataclasses
import datetime as dt
import secrets
from collections.abc import Mapping

from infra.sandbox.vnform.forms import Form, Value

PAGE = 100


@dataclasses.dataclass(kw_only=True)
class Made:
    """A form under its id.

    Attributes:
        form: Its newest version.
        answers: In the order of their arrival, as they go over the wire.
        shown: Where the page of answers before the last one began.
    """

    id: str
    form: Form
    answers: list[dict[str, object]] = dataclasses.field(default_factory=list)
    respondents: set[str] = dataclasses.field(default_factory=set)
    shown: int = 0


class Shelf:
    """All forms."""

    def __init__(self) -> None:
        self._by_code: dict[str, Made] = {}

    def put(self, code: str, form: Form) -> tuple[Made, bool]:
        """Make a form, or bring it to another version; return it, and whether it is new."""
        made, new = self._by_code.get(code), code not in self._by_code
        if made is None:
            made = self._by_code[code] = Made(id=secrets.token_hex(8), form=form)
        made.form = form
        return made, new

    def find(self, form_id: str) -> Made | None:
        """Return a form by its id."""
        return next((made for made in self._by_code.values() if made.id == form_id), None)

    def answer(self, made: Made, answers: Mapping[str, Value], told: Mapping[str, str]) -> bool:
        """Keep what somebody answered; return whether it is that respondent's first time.

        Args:
            made: The form.
            answers: By the names of its questions.
            told: What the link said that led here.
        """
        respondent = told.get("respondent", "")
        if respondent in made.respondents:
            return False
        if respondent:
            made.respondents.add(respondent)
        made.answers.append(
            {
                "id": secrets.token_hex(12),
                "submittedAt": dt.datetime.now(dt.UTC).isoformat(),
                "version": made.form.version,
                "respondent": respondent or None,
                "context": {name: told[name] for name in ("agency", "procedure", "month") if name in told},
                "answers": dict(answers),
            }
        )
        return True

    def page(self, made: Made, start: int, limit: int, *, again: bool) -> dict[str, object]:
        """Return answers from a place on, or the page before once more; `next` is the place after them."""
        begin = made.shown if again else start
        made.shown = begin
        items = made.answers[begin : begin + limit]
        end = begin + len(items)
        return {"items": items, "next": f"a{end}", "more": end < len(made.answers)}
