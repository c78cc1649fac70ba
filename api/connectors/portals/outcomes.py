"""What an answer means, by the tables of the deployment. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from api.connectors.portals.answer_rules import AnswerRules
from api.connectors.portals.deployment import AnswerNames
from api.connectors.portals.port import LONGEST_CODE, LONGEST_WORDS, Answer, Outcome, Record, Reported
from api.connectors.portals.wire import Said


class Meaning(StrEnum):
    """What an answer means, whatever was asked."""

    DONE = "success"
    EXISTS = "exists"
    MISSING = "missing"
    EXPIRED = "expired"
    BUSY = "busy"
    REFUSED = "refused"
    NOT_LET_IN = "not_let_in"
    UNCLEAR = "unclear"


_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_OF_CONTENT = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
_BY_WORDS = (
    (Meaning.EXISTS, "exists_words"),
    (Meaning.EXPIRED, "expired_words"),
    (Meaning.MISSING, "missing_words"),
)
_OF_WRITES = {
    Meaning.DONE: Outcome.DONE,
    Meaning.EXISTS: Outcome.EXISTS,
    Meaning.MISSING: Outcome.MISSING,
    Meaning.BUSY: Outcome.RETRYABLE,
    Meaning.REFUSED: Outcome.REFUSED,
    Meaning.UNCLEAR: Outcome.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """An answer, read.

    Attributes:
        why: for the log, where it is no success.
        answer: code and words; none where nothing that can be read was said.
        body: all of it.
        found: what was found, as a list.
        total: how many there are in all, if that is said.
    """

    meaning: Meaning
    why: str
    answer: Answer | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    found: Sequence[Any] = field(default=(), repr=False)
    total: int | None = None
    retry_after: timedelta | None = None


def understand(said: Said, names: AnswerNames, rules: AnswerRules) -> Understood:
    """Read an answer."""
    body = said.body or {}
    answer = _answer(body, names)
    return Understood(
        meaning=_meaning(said, answer, rules),
        why=f"HTTP {said.status}" if said.body is not None else f"HTTP {said.status}, nothing readable",
        # Whoever failed has nothing to say about the record.
        answer=answer if said.status < HTTPStatus.INTERNAL_SERVER_ERROR else None,
        body=body,
        found=_listed(body.get(names.found)),
        total=_count(body.get(names.total)),
        retry_after=said.retry_after,
    )


def of_reports(
    understood: Understood, records: Sequence[Record], names: AnswerNames, rules: AnswerRules
) -> list[Reported]:
    """Say what came of each record of a call; of one that the answer passes over, nobody knows.

    The meaning must not be EXPIRED or NOT_LET_IN.
    """
    entries = [entry for entry in understood.found if isinstance(entry, Mapping) and names.code in entry]
    if not entries:
        return [_reported(understood.meaning, understood)] * len(records)
    return [
        _of_entry(_entry_of(record, at, records, entries), understood, names, rules)
        for at, record in enumerate(records)
    ]


def says_each(understood: Understood, names: AnswerNames) -> bool:
    """Whether an answer tells records of a call apart."""
    return any(isinstance(entry, Mapping) and names.code in entry for entry in understood.found)


def meaning_of(answer: Answer, rules: AnswerRules) -> Meaning:
    """Return what code and words mean together."""
    words = unicodedata.normalize("NFC", answer.words)
    listed = next((one for one in Meaning if answer.code in getattr(rules, one, ())), None)
    if listed is Meaning.DONE and re.search(rules.failure_words, words, re.IGNORECASE):
        return Meaning.UNCLEAR
    if listed is not None:
        return listed
    by_words = (one for one, name in _BY_WORDS if re.search(getattr(rules, name), words, re.IGNORECASE))
    return next(by_words, Meaning.UNCLEAR)


def _meaning(said: Said, answer: Answer | None, rules: AnswerRules) -> Meaning:
    if said.status in _BUSY:
        return Meaning.BUSY
    if said.status == HTTPStatus.UNAUTHORIZED:
        return Meaning.EXPIRED
    if said.status >= HTTPStatus.INTERNAL_SERVER_ERROR or said.status == HTTPStatus.REQUEST_TIMEOUT:
        return Meaning.UNCLEAR
    meaning = Meaning.UNCLEAR if answer is None else meaning_of(answer, rules)
    if said.status < HTTPStatus.MULTIPLE_CHOICES:
        return meaning
    if meaning not in {Meaning.UNCLEAR, Meaning.DONE}:
        return meaning
    # Another address, or somebody in between: nothing that a second try would change.
    return Meaning.REFUSED if answer or said.status in _OF_CONTENT else Meaning.NOT_LET_IN


def _reported(meaning: Meaning, understood: Understood, answer: Answer | None = None) -> Reported:
    # Whether a session is over is said of a call, not of one record.
    outcome = _OF_WRITES.get(meaning, Outcome.UNKNOWN)
    return Reported(outcome=outcome, answer=answer or understood.answer, retry_after=understood.retry_after)


def _of_entry(
    entry: Mapping[str, Any] | None, understood: Understood, names: AnswerNames, rules: AnswerRules
) -> Reported:
    answer = None if entry is None else _answer(entry, names)
    if answer is None or understood.meaning in {Meaning.BUSY, Meaning.UNCLEAR}:
        return _reported(Meaning.BUSY if understood.meaning is Meaning.BUSY else Meaning.UNCLEAR, understood)
    return _reported(meaning_of(answer, rules), understood, answer)


def _entry_of(
    record: Record, at: int, records: Sequence[Record], entries: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """Return what is said of a record: at its place, or by its code, if that can be told."""
    if [one.get("MaHoSo") for one in records] == [one.get("MaHoSo") for one in entries]:
        return entries[at]
    code = record.get("MaHoSo")
    named = [entry for entry in entries if entry.get("MaHoSo") == code]
    alone = len(named) == 1 and sum(one.get("MaHoSo") == code for one in records) == 1
    return named[0] if alone else None


def _answer(body: Mapping[str, Any], names: AnswerNames) -> Answer | None:
    code = text(body.get(names.code), LONGEST_CODE)
    return None if not code else Answer(code=code, words=text(body.get(names.words), LONGEST_WORDS) or "")


def text(value: object, longest: int) -> str | None:
    """Return a text, or a number that stands for one, so long at the most and without controls."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        written = str(value)
    except ValueError:  # a number of thousands of digits
        return None
    return "".join(letter for letter in written if letter.isprintable()).strip()[:longest]


def _listed(found: object) -> Sequence[Any]:
    if isinstance(found, list):
        return found
    return [found] if isinstance(found, Mapping) and found else []


def _count(value: object) -> int | None:
    written = text(value, 12)
    return int(written) if written and written.isascii() and written.isdecimal() else None
