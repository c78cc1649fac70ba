"""The statuses of a dossier, and which may follow which."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType


class DossierStatus(IntEnum):
    """Status of a dossier, numbered as for exchange with the National Public Service Portal."""

    REGISTERED = 1
    ACCEPTED = 2
    REFUSED = 3
    IN_PROCESS = 4
    SUPPLEMENT_REQUIRED = 5
    PAYMENT_REQUIRED = 6
    WITHDRAWAL_REQUESTED = 7
    STOPPED = 8
    RESOLVED = 9
    RETURNED = 10

    @property
    def vietnamese(self) -> str:
        """The name in Vietnamese, as the portal words it."""
        return _NAMES[self][0]

    @property
    def english(self) -> str:
        """The name in English."""
        return _NAMES[self][1]


_NAMES: Mapping[DossierStatus, tuple[str, str]] = {
    DossierStatus.REGISTERED: ("Mới đăng ký", "Registered"),
    DossierStatus.ACCEPTED: ("Được tiếp nhận", "Accepted"),
    DossierStatus.REFUSED: ("Không được tiếp nhận", "Refused"),
    DossierStatus.IN_PROCESS: ("Đang xử lý", "In process"),
    DossierStatus.SUPPLEMENT_REQUIRED: ("Yêu cầu bổ sung giấy tờ", "Supplement required"),
    DossierStatus.PAYMENT_REQUIRED: ("Yêu cầu thực hiện nghĩa vụ tài chính", "Payment required"),
    DossierStatus.WITHDRAWAL_REQUESTED: ("Công dân yêu cầu rút hồ sơ", "Withdrawal requested"),
    DossierStatus.STOPPED: ("Dừng xử lý", "Stopped"),
    DossierStatus.RESOLVED: ("Đã xử lý xong", "Resolved"),
    DossierStatus.RETURNED: ("Đã trả kết quả", "Result returned"),
}

AWAITING_CITIZEN = frozenset({DossierStatus.SUPPLEMENT_REQUIRED, DossierStatus.PAYMENT_REQUIRED})
"""The agency waits for the applicant; this time is not the agency's (Decision 766/QD-TTg)."""

FINAL = frozenset({DossierStatus.REFUSED, DossierStatus.STOPPED, DossierStatus.RETURNED})
"""Nothing follows."""

ENDED = FINAL | {DossierStatus.RESOLVED}
"""Processing is over, though a result may still have to be handed out."""


def _after(*codes: int) -> frozenset[DossierStatus]:
    return frozenset(DossierStatus(code) for code in codes)


# A repeated status means another step within it, so it is allowed only where work has steps: 4, 5 and 6.
# The reading is generous where practice differs and strict where a step must have gone missing.
ALLOWED: Mapping[DossierStatus | None, frozenset[DossierStatus]] = MappingProxyType(
    {
        # The first fact told. Paper dossiers start at acceptance; some systems first speak when they refuse,
        # process, or ask for papers or money. 7 to 10 presuppose a past that nobody has told.
        None: _after(1, 2, 3, 4, 5, 6),
        # Before acceptance papers may be missing, the fee may be due, the applicant may change their mind;
        # 4 where acceptance itself is not reported.
        DossierStatus.REGISTERED: _after(2, 3, 4, 5, 6, 7),
        # 9 and 10: results given on the spot. What was accepted can be stopped but no longer refused.
        DossierStatus.ACCEPTED: _after(4, 5, 6, 7, 8, 9, 10),
        DossierStatus.REFUSED: _after(),
        # 10 without 9 is common enough for Decision 766 to provide for it.
        DossierStatus.IN_PROCESS: _after(4, 5, 6, 7, 8, 9, 10),
        # 1: sent in again before acceptance; 2 and 3: accepted or refused upon the answer, or its absence.
        # Not 9 or 10: the supplement must first have been taken up, or the wait would swallow the work.
        DossierStatus.SUPPLEMENT_REQUIRED: _after(1, 2, 3, 4, 5, 6, 7, 8),
        # Fees are due before acceptance (2, 3), on the way (4, 5), or against the result (9, 10).
        DossierStatus.PAYMENT_REQUIRED: _after(2, 3, 4, 5, 6, 7, 8, 9, 10),
        # Granted (8), or taken back: the dossier is again where it was.
        DossierStatus.WITHDRAWAL_REQUESTED: _after(1, 2, 4, 5, 6, 8),
        DossierStatus.STOPPED: _after(),
        DossierStatus.RESOLVED: _after(10),
        DossierStatus.RETURNED: _after(),
    }
)
"""Which statuses may follow each; ``None`` stands for a dossier of which nothing was told yet."""


def is_allowed(before: DossierStatus | None, after: DossierStatus) -> bool:
    """Whether a dossier may come to ``after`` straight from ``before`` (``None``: from nothing told yet)."""
    return after in ALLOWED[before]
