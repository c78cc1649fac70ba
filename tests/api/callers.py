"""Who calls the API in tests, and the types of what makes them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from storage.parties.kinds import PartyKind


@dataclass(frozen=True, kw_only=True)
class Agency:
    """An agency, and the headers with which its client calls."""

    id: UUID
    code: str
    name: str
    client_id: str
    headers: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Citizen:
    """A party, and the headers with which its app calls."""

    party_id: UUID
    kind: PartyKind
    number: str
    name: str
    headers: dict[str, str] = field(compare=False)


class MakeAgency(Protocol):
    def __call__(
        self, code: str, *, parent: Agency | None = None, scopes: frozenset[str] = frozenset({"events"})
    ) -> Awaitable[Agency]: ...


class MakeCitizen(Protocol):
    def __call__(
        self, number: str | None = None, *, kind: PartyKind = PartyKind.PERSON, name: str = ...
    ) -> Awaitable[Citizen]: ...


class PushEvent(Protocol):
    def __call__(
        self, dossier_code: str, status: int, *, agency: Agency = ..., citizen: Citizen = ..., **fields: Any
    ) -> Awaitable[dict[str, Any]]: ...


NewCode = Callable[[], str]
