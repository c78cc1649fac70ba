"""What every notification keeps for its wording: codes and times, nothing that a person wrote."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

from storage.dossiers.statuses import DossierStatus

VIETNAMESE, ENGLISH = "vi", "en"

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# Not strftime's: those follow the locale of the process.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def one_line(value: object) -> object:
    """Return a text in NFC on one line; what is no text, as it is."""
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(one_line)]


class NoticeParams(BaseModel, ABC):
    """Read from JSON (times in ISO 8601 with an offset)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    wording: ClassVar[str | None] = None
    """The template, where it is not that of the category."""

    @abstractmethod
    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield what fills the blanks, by the name of each, in the order in which a letter lists them."""

    @property
    def status_told(self) -> DossierStatus | None:
        """The status that the wording names, if it names one: official words of ours, so no blank."""
        return None


class AnswerParams(NoticeParams):
    """A question of the party's was answered."""

    occurred_at: AwareDatetime

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield the time."""
        yield "occurred", moment(self.occurred_at, language)


def moment(at: datetime, language: str) -> str:
    """Say a time as it is read in Vietnam, which keeps UTC+7 all year."""
    local = at.astimezone(_ZONE)
    clock = f"{local.hour:02}:{local.minute:02}"
    if language == ENGLISH:
        return f"{clock} (UTC+7) on {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{clock} ngày {local.day:02}/{local.month:02}/{local.year}"
