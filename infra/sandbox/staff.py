"""The officers and operators of demonstrations; none of them exists."""

import dataclasses
import json
import pathlib

_FILE = pathlib.Path(__file__).with_name("staff.json")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Officer:
    """Somebody who works for an agency, or operates the installation.

    Attributes:
        sub: The provider's name for the account, never reused.
        name: Full name.
        email: Work address.
        post: What the person does, in Vietnamese and English.
    """

    sub: str
    name: str
    email: str
    post: tuple[str, str]
    kind: str = "staff"
    level: None = None

    @property
    def hint(self) -> str:
        """By what `login_hint` may name the person, beside `sub`."""
        return self.email

    def claims(self) -> dict[str, object]:
        """Return what the provider says of the person."""
        return {"name": self.name, "email": self.email, "email_verified": True}


def load() -> dict[str, Officer]:
    """Return all officers by `sub`."""
    entries = json.loads(_FILE.read_text(encoding="utf-8"))
    officers = [Officer(**entry | {"post": tuple(entry["post"])}) for entry in entries]
    return {officer.sub: officer for officer in officers}
