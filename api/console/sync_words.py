"""A difference between a portal and us, in words."""

from dataclasses import dataclass
from datetime import datetime

from api.console.moments import moment
from api.console.sync_texts import TEXTS
from storage.dossiers.statuses import DossierStatus
from storage.reconciliation.kinds import DifferenceKind, Field
from storage.reconciliation.listing import Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """What differs, what each side says, what is done about it, and what came of it."""

    what: str
    ours: str
    theirs: str
    rule: str
    state: str


def worded(found: Listed, locale: str) -> Worded:
    """Word a difference."""
    text = TEXTS[locale]
    whole = found.kind != DifferenceKind.FIELD_DIFFERS
    return Worded(
        what=text[f"kind_{found.kind}"] if whole else text[f"field_{found.field}"],
        ours=_side(found, found.ours, locale),
        theirs=_side(found, found.theirs, locale),
        rule=text[f"action_{found.action}"],
        state=text[f"state_{found.state}"],
    )


def _side(found: Listed, said: str | None, locale: str) -> str:
    text = TEXTS[locale]
    if found.field == Field.APPLICANT:
        return text["personal"]
    if said is None:
        return text["says_nothing"]
    number, at, since = said.partition("@")
    if at:
        status = DossierStatus(int(number))
        name = status.english if locale == "en" else status.vietnamese
        when = moment(datetime.fromisoformat(since), locale)
        return text["status_since"].format(number=number, status=name, since=when)
    return moment(datetime.fromisoformat(said), locale) if found.field == Field.DUE else said
