"""Settings of questions. Read from the environment, once."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.errors import SettingsError


class QuestionSettings(BaseSettings):
    """`TINDAN_QUESTIONS_FRONT_DESK` and its neighbours.

    Attributes:
        front_desk: code of the agency that gets questions which name none; without one they must name one.
        answer_days: working days within which an answer is promised.
    """

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_QUESTIONS_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    front_desk: str | None = None
    answer_days: Annotated[int, Field(ge=1, le=60)] = 5

    def front_desk_code(self) -> str | None:
        """Return the code of the front desk in its normal form. Raises SettingsError where it is none."""
        if self.front_desk is None:
            return None
        try:
            return normalise_agency_code(self.front_desk)
        except InvalidCode as error:
            raise SettingsError(
                "TINDAN_QUESTIONS_FRONT_DESK must be an agency's code, such as H26"
            ) from error
