"""A notice on paper: `tindan routes try`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console
from rich.table import Table

from api.operation.house import House, open_house
from api.operation.words import NOTHING, add_row, when
from notify.addressing import Why
from notify.categories import Category
from notify.ports import AddressKind, Form
from notify.preview import Look, preview
from notify.registry import ADDRESSES, build_channels, planned_channels
from notify.rendering import Links, render
from notify.routebook import RouteBook
from notify.routes import Routing
from notify.routing import Router, Verdict
from notify.settings import NotifySettings
from notify.text import count_segments, fit
from storage.agencies.codes import InvalidCode
from storage.deliveries import history
from storage.dossiers.codes import normalise_dossier_code
from storage.dossiers.reading import id_of
from storage.ids import new_id
from storage.notifications import planning
from storage.notifications.planning import DueNotification, Reach
from storage.parties.repository import PartyIdentity
from storage.unit_of_work import Reading

_VERDICTS: Mapping[Verdict, str] = {
    Verdict.SENT: "gửi · sent",
    Verdict.QUIET_HOURS: "chờ đến sáng · waits for the morning",
    Verdict.UNDER_WAY: "chờ kết quả · waits for what is under way",
    Verdict.REACHED: "dừng, coi như đã đến · ends, counts as arrived",
    Verdict.CAPPED: "dừng, đã đủ trong ngày · ends, enough for today",
    Verdict.EXPIRED: "dừng, quá hạn · ends, expired",
    Verdict.EXHAUSTED: "dừng, hết kênh · ends, no channel is left",
}
_WHYS: Mapping[Why, str] = {
    Why.NOT_SET_UP: "chưa thiết lập · not set up",
    Why.TURNED_OFF: "người nhận đã tắt · turned off",
    Why.NO_CONSENT: "chưa đồng ý · no consent",
    Why.NO_ADDRESS: "không có địa chỉ · no address",
    Why.SUPPRESSED: "địa chỉ không tới được · address can not be reached",
    Why.CLOSED: "kênh đóng giờ này · closed at this hour",
}


_SAMPLE_CODE = "H26.1-261122-0001"
_SAMPLE = {
    "status": "4",
    "procedure_name": "…",
    "agency_name": "…",
    "occurred_at": "2026-11-22T09:00:00+07:00",
    "otp": "000000",
    "device": "Android",
    "words": {"vi": {"title": "…", "body": "…"}},
}
"""Stands for what a notice would be about; what differs between notices hardly changes their length."""


class UnknownError(Exception):
    """The party or the dossier is not known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to try: a notice of a category to a party, by a routing or by the one in force."""

    identity: PartyIdentity
    category: Category
    dossier_code: str | None
    at: datetime | None
    routing: Routing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What would happen."""

    party_id: UUID
    looks: list[Look]
    addresses: Mapping[UUID, str]

    @property
    def cost(self) -> int:
        """In whole đồng, if it went through to its end."""
        return sum(look.cost for look in self.looks)

    def as_dict(self) -> dict[str, object]:
        """Return it for a program."""
        return {
            "looks": [
                {
                    "at": look.at,
                    "verdict": look.verdict,
                    "sends": [
                        {"channel": send.channel, "address": self.addresses.get(send.target_id)}
                        for send in look.sends
                    ],
                    "passed": [{"channel": channel, "why": why} for channel, why in look.passed],
                    "cost": look.cost,
                }
                for look in self.looks
            ],
            "cost": self.cost,
        }


async def trial(asked: Asked) -> Trial:
    """Look the party up, and let the notice travel on paper. Raises UnknownError."""
    async with open_house() as house, house.reading() as reading:
        party_id = await history.find_party(reading, asked.identity)
        if party_id is None:
            raise UnknownError("there is no party with this number")
        at = asked.at or datetime.now(UTC)
        notice = DueNotification(
            id=new_id(),
            party_id=party_id,
            agency_id=party_id,
            dossier_id=await _dossier_id(reading, party_id, asked.dossier_code),
            category=asked.category.value,
            step=0,
            created_at=at,
            due_at=at,
        )
        found = await planning.reach(reading, [notice], list(ADDRESSES))
        routing = asked.routing or await RouteBook().current(reading)
        router = Router(routing=routing, channels=_channels(house))
        segments = {"sms": _segments(asked, routing, house.settings.notify)}
        looks = preview(router, notice, found.get(party_id) or Reach(), segments)
        targets = [send.target_id for look in looks for send in look.sends]
        addresses = await history.masked(reading, party_id, targets)
    return Trial(party_id=party_id, looks=looks, addresses=addresses)


async def _dossier_id(reading: Reading, party_id: UUID, code: str | None) -> UUID | None:
    if code is None:
        return None
    try:
        found = await id_of(reading, party_id, normalise_dossier_code(code))
    except InvalidCode as error:
        raise UnknownError(f"{code} is no code of a dossier") from error
    if found is None:
        raise UnknownError(f"the party has no dossier {code}")
    return found


def _segments(asked: Asked, routing: Routing, settings: NotifySettings) -> int:
    """Return of how many parts its text message would be made up, by the wording and the link that it has."""
    code = asked.dossier_code or _SAMPLE_CODE
    link = None if asked.category is Category.OTP else settings.dossier_link(code)
    content = render(
        category=asked.category.value,
        locale="vi",
        params={**_SAMPLE, "dossier_code": code},
        form=Form.LINE,
        links=Links(open=link),
    )
    return count_segments(fit(content.text, routing.routes[asked.category].alphabet))


def _channels(house: House) -> Mapping[str, AddressKind]:
    settings = house.settings.notify
    return planned_channels(settings, build_channels(settings, house.unit_of_work))


def show(trial: Trial, console: Console) -> None:
    """Print it for a person."""
    table = Table("Lúc · When", "Kết luận · Verdict", "Gửi đến · Sent to", "Bỏ qua · Passed over", "₫")
    for look in trial.looks:
        sends = [f"{one.channel}: {trial.addresses.get(one.target_id, NOTHING)}" for one in look.sends]
        passed = [f"{channel}: {_WHYS[why]}" for channel, why in look.passed]
        add_row(
            table,
            when(look.at),
            _VERDICTS[look.verdict],
            "\n".join(sends) or NOTHING,
            "\n".join(passed) or NOTHING,
            str(look.cost),
        )
    console.print(table)
    console.print(f"Nhiều nhất · At most: {trial.cost} ₫", highlight=False)
