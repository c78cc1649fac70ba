"""What a supplement request asks for, item by item."""

from dataclasses import asdict, dataclass
from datetime import date
from json import dumps, loads

from storage.cipher import PartyKey

REQUEST = "message.request"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestItem:
    """One thing that is missing.

    Attributes:
        number: within its request, from 1.
        form_code: of the form to be filled in, where there is one.
        note: what to mind.
    """

    number: int
    name: str
    form_code: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """What is missing, and by which day."""

    items: tuple[RequestItem, ...]
    due_on: date | None = None

    def __post_init__(self) -> None:
        if [item.number for item in self.items] != list(range(1, len(self.items) + 1)):
            raise ValueError("the items of a request are numbered from 1")
        if not self.items:
            raise ValueError("a request asks for something")

    def sealed(self, key: PartyKey) -> bytes:
        """Return it as it is kept."""
        due_on = self.due_on and self.due_on.isoformat()
        told = {"items": [asdict(item) for item in self.items], "due_on": due_on}
        return key.encrypt(dumps(told, ensure_ascii=False), REQUEST)

    @classmethod
    def opened(cls, key: PartyKey, kept: bytes) -> "Supplement":
        """Read what `sealed` gave. Raises UndecipherableError."""
        told = loads(key.decrypt(kept, REQUEST))
        return cls(
            items=tuple(RequestItem(**item) for item in told["items"]),
            due_on=date.fromisoformat(told["due_on"]) if told["due_on"] else None,
        )
