"""What notices are about, and in which order they leave."""

from enum import IntEnum, StrEnum


class Lane(IntEnum):
    """Which deliveries leave first."""

    OTP = 0
    HIGH = 1
    NORMAL = 2
    BULK = 3


class Category(StrEnum):
    """What a notice is about. How each travels is data: see `notify.routes`."""

    STATUS_CHANGE = "status_change"
    SUPPLEMENT_REQUIRED = "supplement_required"
    PAYMENT_REQUIRED = "payment_required"
    RESULT_READY = "result_ready"
    REFUSED = "refused"
    STOPPED = "stopped"
    OVERDUE_APOLOGY = "overdue_apology"
    """The agency is late and says so."""
    MESSAGE = "message"
    ANSWER = "answer"
    RATING_REQUEST = "rating_request"
    SECURITY = "security"
    OTP = "otp"
    BROADCAST = "broadcast"
