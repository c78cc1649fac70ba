"""Answers that came from a platform become such as may be kept. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from api.connectors.surveys.port import PlatformAnswer
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.dossiers.working_days import VIETNAM
from storage.procedures.codes import split_procedure_code
from storage.surveys.checking import fitting, scrubbed
from storage.surveys.elsewhere import Fetched
from storage.surveys.forms import Form

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


def settled(
    answers: Sequence[PlatformAnswer], forms: Mapping[int, Form], *, closes_at: datetime | None
) -> list[Fetched]:
    """Return those that may be kept, without what does not fit the form and without what is personal.

    Nobody can be asked there to answer again: so what fits is kept, though the rest does not. Left out whole
    is what came after the end, is to a version that we never had, or says nothing.
    """
    return [kept for answer in answers for kept in _one(answer, forms, closes_at)]


def _one(answer: PlatformAnswer, forms: Mapping[int, Form], closes_at: datetime | None) -> Iterator[Fetched]:
    form = forms.get(answer.version)
    if form is None or (closes_at is not None and answer.submitted_at > closes_at):
        return
    fit = fitting(form, answer.values)
    if fit:
        yield Fetched(
            external_id=answer.id,
            version=answer.version,
            answered_on=answer.submitted_at.astimezone(VIETNAM).date(),
            context=dict(_context(answer.context)),
            answers=scrubbed(form, fit),
        )


def _context(told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Return what can be what it is called."""
    with suppress(KeyError, InvalidCode):
        yield "agency_code", normalise_agency_code(told["agency_code"])
    with suppress(KeyError, InvalidCode):
        yield "procedure_code", split_procedure_code(told["procedure_code"]).short
    if _MONTH.fullmatch(told.get("month", "")):
        yield "month", told["month"]
