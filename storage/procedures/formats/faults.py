"""What is wrong with a file: each fault by its place, so that all can be mended at once."""

from dataclasses import dataclass, field
from typing import Literal

from storage.errors import StorageError
from storage.procedures.formats.reasons import ITEM, LINE, Reason

MOST_SHOWN = 20
_UNITS = {"line": LINE, "item": ITEM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a record, or the file, can not be used.

    Attributes:
        unit: whether `number` counts lines, or the items of a JSON document.
        number: from 1; 0 for the file as a whole.
        field: the place within the record, such as `methods/0/fees/2/amount`.
    """

    number: int
    reason: Reason
    field: str | None = None
    unit: Literal["line", "item"] = "line"

    def __str__(self) -> str:
        return self.in_locale("en")

    def in_locale(self, locale: Literal["vi", "en"]) -> str:
        """Return place and reason in a language."""
        unit: str = getattr(_UNITS[self.unit], locale)
        place = f"{unit} {self.number}" if self.number else ""
        reason: str = getattr(self.reason, locale)
        return ": ".join(filter(None, (", ".join(filter(None, (place, self.field))), reason)))


class FileRefusedError(StorageError):
    """The file can not be used, and nothing of it is kept.

    Attributes:
        faults: the first of them, in the order of the file.
        count: how many there are.
    """

    def __init__(self, faults: tuple[Fault, ...], count: int) -> None:
        more = f"\n… {count - len(faults)} more" if count > len(faults) else ""
        super().__init__("\n".join(map(str, faults)) + more)
        self.faults = faults
        self.count = count


@dataclass(slots=True)
class Faults:
    """Faults as they are found."""

    first: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, fault: Fault) -> None:
        """Note one."""
        self.count += 1
        if len(self.first) < MOST_SHOWN:
            self.first.append(fault)

    def require_none(self) -> None:
        """Raise FileRefusedError where there is any."""
        if self.count:
            raise FileRefusedError(tuple(self.first), self.count)


def refused(reason: Reason, number: int = 0) -> FileRefusedError:
    """Return the refusal of a file for one reason, at a line of it, or as a whole."""
    return FileRefusedError((Fault(number=number, reason=reason),), 1)
