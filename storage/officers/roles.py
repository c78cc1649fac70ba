"""What an officer may be to an agency. Pure."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody may do: in an agency and its subtree, and an operator everywhere.

    Attributes:
        VIEWER: reads what the agency's dossiers are about.
        OFFICER: works on them.
        SUPERVISOR: sees to those who do.
        MODERATOR: lets questions, answers and opinions be published, or not.
        OPERATOR: keeps the installation running; no agency's, and no reader of dossiers.
    """

    VIEWER = "viewer"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    MODERATOR = "moderator"
    OPERATOR = "operator"

    @property
    def of_an_agency(self) -> bool:
        """Whether it is held for an agency."""
        return self is not Role.OPERATOR
