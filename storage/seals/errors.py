"""What can be wrong with a seal, each under a name that stays."""

from enum import StrEnum

from storage.errors import StorageError


class Fault(StrEnum):
    """Why something is no seal, or can not become one. Programs may rely on the values."""

    TOO_LONG = "too_long"
    NO_LINK = "no_link"
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
    NO_KEY = "no_key"


class SealError(StorageError):
    """Something is no seal as it ought to be.

    Attributes:
        reason: what is wrong with it.
    """

    def __init__(self, reason: Fault, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
