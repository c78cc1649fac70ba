"""What notices of results that are used again keep."""

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar

from notify.notice_params import ENGLISH, VIETNAMESE, AnswerParams, Line


class ReuseMatter(StrEnum):
    """What an agency did about results of the party's."""

    ASKED = "asked"
    OPENED = "opened"


_MATTERS = {
    (VIETNAMESE, ReuseMatter.ASKED): "xin phép dùng lại giấy tờ bạn đã có",
    (VIETNAMESE, ReuseMatter.OPENED): "vừa mở giấy tờ mà bạn cho dùng lại",
    (ENGLISH, ReuseMatter.ASKED): "asks to use a document that you have",
    (ENGLISH, ReuseMatter.OPENED): "has opened what you let it use",
}


class ReuseParams(AnswerParams):
    """An agency and results of the party's. Which ones, and what for, stands in the app and in no notice.

    Attributes:
        link: opens the request in the app.
    """

    wording: ClassVar[str | None] = "reuse"
    reuse: ReuseMatter
    agency_name: Line
    link: str

    def blanks(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield what the agency did, which it is, and the time."""
        yield "matter", _MATTERS[language, self.reuse]
        yield "agency", self.agency_name
        yield from super().blanks(language)
