"""On which condition a dossier is put (RFC 9110, 13.1.1 and 13.1.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from api.problems import FieldError, Problem

ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What has to be so.

    Attributes:
        tags: `If-Match`: it is there as one of these names it, or `*`; none asks for nothing. It replaces
            what was told before.
        only_new: `If-None-Match: *`: it is not there.
    """

    tags: frozenset[str] | None = None
    only_new: bool = False

    @property
    def whole(self) -> bool:
        """Whether it replaces what was told before."""
        return self.tags is not None

    def require_new(self, existing: str | None) -> None:
        """Raise Problem (409) for one that is there, by its code, where only a new one is to be kept."""
        if self.only_new and existing is not None:
            raise Problem("dossier-exists", 409, members={"existing_id": existing})

    def require_as_read(self, tag: str | None) -> None:
        """Raise Problem (412) for one that is not as it was read; `tag` names what it is now, if it is."""
        if self.tags is None or (tag is not None and self.tags & {ANY, tag}):
            return
        now = {"etag": tag} if tag else {}
        raise Problem("dossier-changed", 412, headers=now, members=now)


def condition_of(request: Request) -> Condition:
    """Read the condition of a request.

    A weak tag never matches (RFC 9110, 13.1.1), nor does a header that names none: whoever has lost its tag
    does not write over what others told. Raises Problem (422) for `If-None-Match` that is not `*`: for what
    else would it be put?
    """
    matches, none_matches = (_parts(request.headers.getlist(name)) for name in ("if-match", "if-none-match"))
    if none_matches not in (None, [ANY]):
        raise Problem(
            "validation",
            422,
            errors=[FieldError(pointer="/header/if-none-match", code="string_pattern_mismatch")],
        )
    return Condition(tags=None if matches is None else frozenset(matches), only_new=bool(none_matches))


def _parts(lines: Sequence[str]) -> list[str] | None:
    """Return what a header lists; none where it is not there."""
    if not lines:
        return None
    return [part.strip() for line in lines for part in line.split(",") if part.strip()]
