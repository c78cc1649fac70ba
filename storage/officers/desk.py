"""Who at an agency reads or handles what people send, as the queries ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from storage.officers.roles import Role

READERS = frozenset({Role.VIEWER, Role.OFFICER, Role.SUPERVISOR})
WORKERS = frozenset({Role.OFFICER, Role.SUPERVISOR})
"""Who answers, declines, forwards and confirms."""
MODERATORS = frozenset({Role.MODERATOR})
"""Who lets be published what people wrote, and writes what is asked often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An officer, and the roles one of which is needed for an agency, or one above it."""

    officer_id: UUID
    roles: frozenset[Role]

    @property
    def given(self) -> Mapping[str, object]:
        """What `storage.officers.authority` asks for."""
        return {"officer": self.officer_id, "roles": [role.value for role in self.roles]}
