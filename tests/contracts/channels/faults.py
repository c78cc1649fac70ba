"""What the stand-ins can be told to do wrong, and what it means by the port."""

from typing import Any

from notify.ports import OutcomeKind

Fault = dict[str, Any]

EMAIL_FAULTS: dict[OutcomeKind, list[Fault]] = {
    OutcomeKind.RETRYABLE: [
        {"kind": "status", "code": 450},
        {"kind": "status", "code": 452, "at": "data"},
        {"kind": "status", "code": 421},
        {"kind": "status", "code": 421, "at": "connect"},
    ],
    OutcomeKind.REJECTED: [
        {"kind": "status", "code": 552},
        {"kind": "refuse", "code": "550 5.7.1 Looks like spam", "at": "data"},
        {"kind": "refuse", "code": "554 No", "at": "data"},
    ],
    OutcomeKind.UNREACHABLE: [
        {"kind": "status", "code": 550},
        {"kind": "refuse", "code": "553 What a name"},
        {"kind": "refuse", "code": "550 5.2.1 Mailbox disabled"},
        {"kind": "refuse", "code": "550 5.4.1 Recipient address rejected: Access denied"},
        {"kind": "refuse", "code": "550 5.1.1 No such user", "at": "data"},
    ],
    OutcomeKind.MISCONFIGURED: [
        {"kind": "status", "code": 530},
        {"kind": "status", "code": 535, "at": "connect"},
        {"kind": "refuse", "code": "554 5.7.1 Your network is not welcome", "at": "connect"},
        {"kind": "refuse", "code": "550 5.1.8 Sender's domain does not exist"},
    ],
    OutcomeKind.UNKNOWN: [
        {"kind": "accept_then_hang", "seconds": 60},
    ],
}
PUSH_FAULTS: dict[OutcomeKind, list[Fault]] = {
    OutcomeKind.RETRYABLE: [
        {"kind": "status", "code": 500},
        {"kind": "status", "code": 503},
    ],
    OutcomeKind.THROTTLED: [
        {"kind": "status", "code": 429, "retry_after": 7},
    ],
    OutcomeKind.REJECTED: [
        {"kind": "status", "code": 400},
    ],
    OutcomeKind.UNREACHABLE: [
        {"kind": "refuse", "code": "UNREGISTERED"},
        {"kind": "refuse", "code": "SENDER_ID_MISMATCH"},
        {"kind": "refuse", "code": "INVALID_ARGUMENT"},
    ],
    OutcomeKind.MISCONFIGURED: [
        {"kind": "refuse", "code": "THIRD_PARTY_AUTH_ERROR"},
        {"kind": "status", "code": 401},
        {"kind": "status", "code": 403},
        {"kind": "status", "code": 404},
    ],
    OutcomeKind.UNKNOWN: [
        {"kind": "accept_then_hang", "seconds": 60},
        {"kind": "status", "code": 502},
        {"kind": "status", "code": 504},
    ],
}
SMS_FAULTS: dict[OutcomeKind, list[Fault]] = {
    OutcomeKind.RETRYABLE: [
        {"kind": "status", "code": 500},
        {"kind": "status", "code": 503},
    ],
    OutcomeKind.THROTTLED: [
        {"kind": "status", "code": 429, "retry_after": 7},
        {"kind": "refuse", "code": "20429"},
        {"kind": "refuse", "code": "21611"},
    ],
    OutcomeKind.REJECTED: [
        {"kind": "status", "code": 400},
        {"kind": "refuse", "code": "21617"},
        {"kind": "refuse", "code": "30007"},
    ],
    OutcomeKind.UNREACHABLE: [
        {"kind": "refuse", "code": "21408"},
        {"kind": "refuse", "code": "21608"},
        {"kind": "refuse", "code": "21211"},
        {"kind": "refuse", "code": "21610"},
        {"kind": "refuse", "code": "21612"},
        {"kind": "refuse", "code": "21614"},
        {"kind": "refuse", "code": "21635"},
        {"kind": "refuse", "code": "30006"},
    ],
    OutcomeKind.MISCONFIGURED: [
        {"kind": "refuse", "code": "20003"},
        {"kind": "refuse", "code": "21606"},
        {"kind": "status", "code": 401},
        {"kind": "status", "code": 403},
        {"kind": "status", "code": 404},
    ],
    OutcomeKind.UNKNOWN: [
        {"kind": "accept_then_hang", "seconds": 60},
        {"kind": "status", "code": 502},
        {"kind": "status", "code": 504},
    ],
}
ZALO_FAULTS: dict[OutcomeKind, list[Fault]] = {
    OutcomeKind.RETRYABLE: [
        {"kind": "refuse", "code": "-100"},
        {"kind": "refuse", "code": "-133"},
        {"kind": "refuse", "code": "-147"},
        {"kind": "refuse", "code": "-99999"},
        {"kind": "status", "code": 500},
        {"kind": "status", "code": 503},
    ],
    OutcomeKind.THROTTLED: [
        {"kind": "refuse", "code": "-32"},
        {"kind": "refuse", "code": "-144"},
        {"kind": "status", "code": 429},
    ],
    OutcomeKind.REJECTED: [
        {"kind": "refuse", "code": "-109"},
        {"kind": "refuse", "code": "-1122"},
        {"kind": "refuse", "code": "-131"},
        {"kind": "status", "code": 400},
    ],
    OutcomeKind.UNREACHABLE: [
        {"kind": "refuse", "code": "-108"},
        {"kind": "refuse", "code": "-118"},
        {"kind": "refuse", "code": "-139"},
    ],
    OutcomeKind.MISCONFIGURED: [
        {"kind": "refuse", "code": "-101"},
        {"kind": "refuse", "code": "-115"},
        {"kind": "refuse", "code": "-124", "times": 2},
        {"kind": "status", "code": 401},
        {"kind": "status", "code": 403},
        {"kind": "status", "code": 404},
    ],
    OutcomeKind.UNKNOWN: [
        {"kind": "accept_then_hang", "seconds": 60},
        {"kind": "status", "code": 502},
        {"kind": "status", "code": 504},
    ],
}
FAULTS = {
    "email": EMAIL_FAULTS,
    "push": PUSH_FAULTS,
    "topic": PUSH_FAULTS,
    "sms": SMS_FAULTS,
    "zalo": ZALO_FAULTS,
}
CASES = [
    (name, kind, fault)
    for name, kinds in FAULTS.items()
    for kind, faults in kinds.items()
    for fault in faults
]
