"""A phone, as its app registers it."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.bodies import Body


class Registration(Body):
    """One installation of the app.

    Attributes:
        push_token: as the push service gave it.
        confirms_receipt: whether this app calls `/v1/notifications/received` on every push.
    """

    platform: Literal["android", "ios"]
    push_token: Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[!-~]+$")]
    confirms_receipt: bool = False
    app_version: Annotated[str, StringConstraints(max_length=32, pattern=r"^[0-9A-Za-z._+-]+$")] | None = (
        Field(default=None, examples=["1.0.0"])
    )


class Registered(BaseModel):
    """What the installation is to follow.

    Attributes:
        topics: of the push service, all of them; none where the caller wants no broadcasts pushed.
    """

    topics: list[str] = Field(examples=[["broadcast-all-vi", "broadcast-all-person-vi"]])
