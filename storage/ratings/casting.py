"""A rating comes with a token, and from nobody."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from storage.errors import StorageError
from storage.questions.scrubbing import scrub
from storage.ratings import keys, mixing
from storage.ratings.blind_signing import is_signed
from storage.ratings.kinds import EDITABLE, LONGEST_TEXT, REASONS, Reason, Satisfaction, last_day_of_casting
from storage.unit_of_work import UnitOfWork

# One statement: of two by one token at once, the second changes what the first said. A row that was there
# before has been locked by this transaction, which is then its `xmax`. What is counted already is told of as
# it was until its group is mixed.
_COUNTED = mixing.counted("r")
_CAST = f"""
INSERT INTO rating AS r (spent, agency_id, month, level, reasons, text_scrubbed, editable_until, fresh)
SELECT %(spent)s, %(agency_id)s, %(month)s, %(level)s, %(reasons)s, %(text)s, %(editable_until)s, true
WHERE %(may_begin)s OR EXISTS (SELECT FROM rating WHERE spent = %(spent)s)
ON CONFLICT (spent) DO UPDATE SET
  level = CASE WHEN {_COUNTED} THEN r.level ELSE EXCLUDED.level END,
  reasons = CASE WHEN {_COUNTED} THEN r.reasons ELSE EXCLUDED.reasons END,
  text_scrubbed = CASE WHEN {_COUNTED} THEN r.text_scrubbed ELSE EXCLUDED.text_scrubbed END,
  change = CASE WHEN {_COUNTED} THEN jsonb_build_object(
    'level', EXCLUDED.level, 'reasons', EXCLUDED.reasons, 'text', EXCLUDED.text_scrubbed) END,
  fresh = true
WHERE r.editable_until >= %(today)s
RETURNING r.editable_until, r.xmax::text <> '0'
"""


class UnknownToken(StorageError):  # noqa: N818 - says what is the case
    """No key of ours has signed it: it was guessed, altered, or meant for another place."""


class RatingOver(StorageError):  # noqa: N818 - likewise
    """It is too late to rate by this token, or to change what was said by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What proves a dossier, and nothing of whose.

    Attributes:
        kid: names the key.
        prepared: what was signed: see `blind_signing.prepare`.
    """

    kid: str
    prepared: bytes
    signature: bytes

    @property
    def spent(self) -> bytes:
        """By which it is known once it was used."""
        return sha256(self.kid.encode() + b"\0" + self.prepared).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What somebody says; the text as it was written."""

    level: Satisfaction
    reasons: tuple[Reason, ...] = ()
    text: str | None = None

    def __post_init__(self) -> None:
        if not set(self.reasons) <= set(REASONS[self.level]):
            raise ValueError("a reason goes with its level")
        if len(set(self.reasons)) != len(self.reasons):
            raise ValueError("a reason counts once")
        if self.text is not None and len(self.text) > LONGEST_TEXT:
            raise ValueError("the text is too long")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A rating that was kept.

    Attributes:
        editable_until: the last day on which the same token may change it.
        changed: it stood before, and says something else now, or the same again.
    """

    editable_until: date
    changed: bool


async def cast(uow: UnitOfWork, token: Token, opinion: Opinion, *, today: date) -> Cast:
    """Keep a rating, or what it says now; `today` is the day in Vietnam.

    Raises:
        UnknownToken: it proves nothing.
        RatingOver: it is too late.
    """
    key = await keys.by_name(uow, token.kid)
    if key is None or not is_signed(key.key, token.prepared, token.signature):
        raise UnknownToken
    await mixing.share(uow, key.group)
    given = {
        "spent": token.spent,
        "agency_id": key.group.agency_id,
        "month": key.group.month,
        "level": opinion.level.value,
        "reasons": sorted(reason.value for reason in opinion.reasons),
        "text": scrub(opinion.text).text if opinion.text else None,
        "editable_until": today + EDITABLE,
        "may_begin": today <= last_day_of_casting(key.group.month),
        "today": today,
    }
    row: Any = await (await (await uow.driver()).execute(_CAST, given)).fetchone()
    if row is None:
        raise RatingOver
    editable_until, changed = row
    return Cast(editable_until=editable_until, changed=changed)
