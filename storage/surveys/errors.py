"""What can stand against an answer, or a change of a survey."""

from storage.errors import StorageError
from storage.surveys.kinds import SurveyStanding


class SurveyNotOpen(StorageError):  # noqa: N818 - says what is the case
    """It may not be answered now; `standing` says why."""

    def __init__(self, standing: SurveyStanding) -> None:
        super().__init__(standing.value)
        self.standing = standing


class SurveyChanged(StorageError):  # noqa: N818 - likewise
    """What was answered is no longer asked so: `version` is in force."""

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version} is in force")
        self.version = version


class SurveyAnswered(StorageError):  # noqa: N818 - likewise
    """Whoever was invited has answered already."""


class AnswerIdReused(StorageError):  # noqa: N818 - likewise
    """Another answer has this id."""


class SurveyTaken(StorageError):  # noqa: N818 - likewise
    """The code is another agency's, for which whoever asks may not speak."""


class SurveyFixed(StorageError):  # noqa: N818 - likewise
    """It was opened already: where it is answered, and whose it is, stay."""


class TooFewAnswers(StorageError):  # noqa: N818 - likewise
    """So few have answered that each might be guessed."""
