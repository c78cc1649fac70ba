"""What is told of a seal on a screen, in both languages, and for programs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from api.operation.words import NOTHING, add_row, json_of, when
from storage.seals.claims import SealClaims
from storage.seals.errors import Fault
from storage.seals.link import Scanned
from storage.seals.reading import SealView
from storage.seals.statuses import SealState
from storage.seals.verifying import Outcome, Verdict

FileAnswer = Literal["same", "other", "not_in_seal"]

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.VALID: "Con dấu hợp lệ · the seal is valid",
    Outcome.EXPIRED: "Đã hết hạn · expired",
    Outcome.WITHDRAWN_KEY: "Khoá ký đã bị thu hồi · the key was withdrawn",
    Outcome.UNKNOWN_KEY: "Không phải khoá đã công bố · none of the published keys signed it",
    Outcome.FORGED: "Giả mạo: chữ ký không đúng · forged: the signature is wrong",
    Outcome.BROKEN: "Không đọc được · broken",
}
STATES: Mapping[SealState, str] = {
    SealState.VALID: "Còn hiệu lực · valid",
    SealState.SUPERSEDED: "Đã được thay thế · superseded",
    SealState.REVOKED: "Đã bị thu hồi · revoked",
}
FAULTS: Mapping[Fault, str] = {
    Fault.TOO_LONG: "dài quá 1 kB · longer than 1 kB",
    Fault.NO_LINK: "không phải liên kết hay mã · neither a link nor a code",
    Fault.NO_TOKEN: "liên kết thiếu phần sau dấu # · the link has nothing behind its #",
    Fault.BASE32: "phần sau dấu # bị sai hoặc thiếu · what is behind the # is damaged",
    Fault.CBOR: "dữ liệu bị hỏng · the data is damaged",
    Fault.NOT_DETERMINISTIC: "dữ liệu không ở dạng chuẩn · the data is not in its one form",
    Fault.SHAPE: "không phải con dấu · not a seal",
    Fault.ALGORITHM: "thuật toán ký khác ES256 · signed by another algorithm than ES256",
    Fault.KEY_ID: "thiếu tên khoá · it does not name its key",
    Fault.UNPROTECTED: "có phần không được ký · a part is not signed",
    Fault.CLAIMS: "nội dung không hợp lệ · what it says can not be",
    Fault.SIGNATURE: "thiếu chữ ký · it has no signature",
}
_FILES: Mapping[FileAnswer, str] = {
    "same": "Đúng tệp gốc · the original file",
    "other": "Khác tệp gốc · another file",
    "not_in_seal": "Con dấu không ghi mã băm: hãy hỏi trực tuyến · no hash in the seal: ask online",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that was found out.

    Attributes:
        status: how the list says that the seal stands, as of `status_as_of`.
        file: how the file compares that was given.
    """

    verdict: Verdict
    status: SealState | None = None
    status_as_of: int | None = None
    file: FileAnswer | None = None

    @property
    def good(self) -> bool:
        """Whether everything that was asked came out well."""
        return (
            self.verdict.outcome is Outcome.VALID
            and self.status in {None, SealState.VALID}
            and self.file in {None, "same"}
        )

    def as_json(self) -> str:
        """Return it for a program."""
        verdict = self.verdict
        return json_of(
            {
                "outcome": verdict.outcome,
                "reason": verdict.reason,
                **_place(verdict.scanned),
                "claims": verdict.claims and told(verdict.claims),
                "key": verdict.key
                and {"kid": verdict.key.kid, "withdrawn_at": _moment(verdict.key.withdrawn_at)},
                "status": self.status,
                "status_as_of": _moment(self.status_as_of),
                "file": self.file,
            }
        )

    def show(self) -> None:
        """Print it for a person."""
        verdict = self.verdict
        fault = f": {FAULTS.get(verdict.reason, verdict.reason)}" if verdict.reason else ""
        rows = [("Kết quả · Outcome", OUTCOMES[verdict.outcome] + fault), *_place_rows(verdict.scanned)]
        if self.status:
            rows.append(("Tình trạng · Status", STATES[self.status]))
            rows.append(("Tính đến · As of", when(_moment(self.status_as_of))))
        if self.file:
            rows.append(("Tệp · File", _FILES[self.file]))
        if verdict.claims:
            rows += _claim_rows(verdict.claims)
        if verdict.key:
            rows.append(("Khoá · Key", verdict.key.kid))
        print_rows(rows)


def told(claims: SealClaims) -> dict[str, Any]:
    """Return claims for a program: times as times, the hash in hexadecimal."""
    given = asdict(claims)
    given |= {name: _moment(given[name]) for name in ("issued_at", "expires_at")}
    return given | {"file_hash": claims.file_hash and claims.file_hash.hex()}


def inspected(scanned: Scanned, claims: SealClaims, *, key_id: bytes, size: int) -> dict[str, Any]:
    """Return what a token says, unproven, for a program."""
    return {**_place(scanned), "bytes": size, "key_id": key_id.hex(), "claims": told(claims)}


def print_inspected(scanned: Scanned, claims: SealClaims, *, key_id: bytes, size: int) -> None:
    """Print what a token says, unproven, for a person."""
    unproven = "Chưa kiểm tra chữ ký · the signature was not checked"
    print_rows(
        [
            ("Lưu ý · Mind", unproven),
            *_place_rows(scanned),
            ("Cỡ · Size", f"{size} B"),
            ("Mã khoá · Key id", key_id.hex()),
            *_claim_rows(claims),
        ]
    )


def print_list(found: list[SealView]) -> None:
    """Print seals for a person."""
    table = Table()
    for heading in (
        *("Mã · Code", "Cơ quan · Agency", "Cấp lúc · Issued", "Đến · Until", "Tệp · File"),
        *("Tình trạng · Status", "Từ · Since", "Lý do · Reason", "Vị trí · Place"),
    ):
        table.add_column(heading, overflow="fold")
    for one in found:
        add_row(
            table,
            one.code,
            one.agency_code,
            when(one.issued_at),
            when(one.expires_at),
            "✓" if one.bound else NOTHING,
            STATES[SealState(one.state)],
            when(one.state_at),
            one.reason or NOTHING,
            str(one.status_index),
        )
    Console().print(table)


def print_rows(rows: list[tuple[str, str]]) -> None:
    """Print names and values below each other."""
    table = Table(show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        add_row(table, name, value)
    Console().print(table)


def _place(scanned: Scanned) -> dict[str, Any]:
    return {"host": scanned.host and scanned.host.lower(), "code": scanned.code}


def _place_rows(scanned: Scanned) -> list[tuple[str, str]]:
    if scanned.host is None or scanned.code is None:
        return []
    # Nobody signed the host: a look-alike must be seen by who reads it.
    return [("Tên miền · Host", scanned.host.lower()), ("Mã · Code", scanned.code)]


def _claim_rows(claims: SealClaims) -> list[tuple[str, str]]:
    return [
        ("Nơi cấp · Issuer", claims.issuer),
        ("Cấp lúc · Issued", when(_moment(claims.issued_at))),
        ("Hết hạn · Expires", when(_moment(claims.expires_at))),
        ("Thủ tục · Procedure", claims.procedure_code or NOTHING),
        ("Hồ sơ · Dossier", claims.dossier_code or NOTHING),
        ("Chủ sở hữu · Holder", claims.holder or NOTHING),
        ("Mã băm · SHA-256", f"{claims.file_hash.hex()}…" if claims.file_hash else NOTHING),
        ("Con dấu · Seal", str(claims.seal_id)),
        ("Vị trí · Place", str(claims.status_index)),
    ]


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
