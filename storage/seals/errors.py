"""What can be wrong with a seal, each under a name that stays."""

from enum import StrEnum

from storage.errors import StorageError


class Fault(StrEnum):
    """Why something is no seal, or can not become one. Programs may rely on the values."""

    TOO_LONG = "too_long"
    NO_LINK = "no_link"
    NO_TOKEN = "no_token"  # noqa: S105 - the name of a fault
    BASE32 = "base32"
    CBOR = "cbor"
    NOT_DETERMINISTIC = "not_deterministic"
    SHAPE = "shape"
    ALGORITHM = "algorithm"
    KEY_ID = "key_id"
    UNPROTECTED = "unprotected"
    CLAIMS = "claims"
    STATUS_LIST = "status_list"
    KEY_SET = "key_set"
    SIGNATURE = "signature"


class SealError(StorageError):
    """Something is no seal as it ought to be.

    Attributes:
        reason: what is wrong with it.
    """

    def __init__(self, reason: Fault, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


class Conflict(StrEnum):
    """Why what is known of a seal can not become what is asked. Programs may rely on the values."""

    BOUND_TO_ANOTHER = "bound_to_another"
    NOT_VALID = "not_valid"
    REVOKED = "revoked"
    SUPERSEDED_BY_ANOTHER = "superseded_by_another"
    SUCCESSOR_NOT_VALID = "successor_not_valid"
    SUCCESSOR_IS_ITSELF = "successor_is_itself"


class SealConflictError(StorageError):
    """A seal stands in another way than would allow what is asked.

    Attributes:
        reason: why.
    """

    def __init__(self, reason: Conflict) -> None:
        super().__init__(reason)
        self.reason = reason
