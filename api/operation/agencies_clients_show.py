"""Clients as a person sees them in a terminal."""

from collections.abc import Sequence

from rich.table import Column, Table

from api.operation.words import NOTHING, add_row, when
from storage.agencies.reading import ClientView, CredentialView

_KINDS = {"secret": "bí mật · secret", "keys": "khoá · keys", "keys_url": "khoá ở · keys at"}


def clients_table(found: Sequence[ClientView]) -> Table:
    """Return clients with what they may do."""
    table = Table(
        Column("Client", overflow="fold"),
        "Cơ quan · Agency",
        Column("Quyền · Scopes", overflow="fold"),
        "Sự kiện · Events",
        "Proofs",
        "Trạng thái · State",
    )
    for one in found:
        good = sum(credential.good for credential in one.credentials)
        state = f"khoá từ · disabled {when(one.disabled_at)}" if one.disabled_at else "mở · enabled"
        add_row(table, one.id, one.agency, " ".join(one.scopes), _limit(one), str(good), state)
    return table


def credentials_table(client: ClientView) -> Table:
    """Return everything that ever proved a client."""
    table = Table(Column("Proof", no_wrap=True))
    for heading in ("Loại · Kind", "Tên · Names", "Từ · From", "Đến · Until", "Còn dùng · Good"):
        table.add_column(heading, overflow="fold")
    for one in client.credentials:
        add_row(
            table,
            str(one.id),
            _KINDS[one.kind],
            _names(one),
            when(one.valid_from),
            when(one.valid_until),
            "✓" if one.good else NOTHING,
        )
    return table


def _limit(one: ClientView) -> str:
    return "như thường lệ · usual" if one.event_rate is None else f"{one.event_rate:g}/s, {one.event_burst}"


def _names(one: CredentialView) -> str:
    return one.keys_url or ", ".join(map(str, one.kids)) or NOTHING
