"""One deployment of the portals' exchange interface: where it is, who we are there, and what differs."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    model_validator,
)

from api.connectors.names import Names, Word
from api.connectors.portals.answer_rules import AnswerRules
from api.connectors.portals.list_rules import ListRules
from api.connectors.portals.opinions import OpinionRules
from api.connectors.portals.pull_rules import PullRules
from api.connectors.portals.push_rules import PushRules
from api.connectors.portals.reconcile_rules import ReconcileRules
from api.connectors.portals.rules import DialectRules, RecordRules
from notify.rates import Rate
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.parties.kinds import PartyKind

_URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)
Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")]
Seconds = Annotated[float, Field(gt=0, le=600)]


class Service(StrEnum):
    """What we call, whatever it is called there."""

    FIND = "find"
    PROCEDURES = "procedures"
    PROCEDURE = "procedure"
    UNITS = "units"
    AGENCIES = "agencies"
    REPORT = "report"
    UPDATE = "update"
    PROGRESS = "progress"
    QUESTION = "question"
    COMPLAINT = "complaint"
    RATING = "rating"


class Offer(StrEnum):
    """What a deployment may offer."""

    DOSSIER = "dossier"
    CHANGED = "changed"
    PROCEDURES = "procedures"
    PROCEDURE = "procedure"
    UNITS = "units"
    """It shares its list of administrative units."""
    AGENCIES = "agencies"
    """It shares its list of agencies."""
    PROGRESS = "progress"
    """A dossier that is looked up shows its steps of progress."""
    REPORT_DOSSIER = "report_dossier"
    REPORT_PROGRESS = "report_progress"
    REPORT_OPINIONS = "report_opinions"
    """It takes questions, complaints and ratings."""


LISTS = frozenset({Offer.UNITS, Offer.AGENCIES})
USUAL = frozenset(Offer) - {Offer.CHANGED, Offer.PROGRESS, Offer.REPORT_OPINIONS} - LISTS
REPORTS = frozenset({Offer.REPORT_DOSSIER, Offer.REPORT_PROGRESS})


class QueryNames(Names):
    """Of what is asked for."""

    dossier: Word = "mahoso"
    procedure: Word = "maTTHC"
    since: Word = "tungay"
    until: Word = "denngay"
    page: Word = "trang"
    size: Word = "sodong"


class AnswerNames(Names):
    """Of an answer."""

    code: Word = "error_code"
    words: Word = "message"
    found: Word = "result"
    total: Word = "total"
    credential: Word = "session"
    lasts: Word = "expires_in"


class TokenAnswerNames(AnswerNames):
    """Of an answer of the newer interface."""

    code: Word = "MaLoi"
    words: Word = "MoTa"
    found: Word = "DuLieu"
    total: Word = "TongSo"
    credential: Word = "access_token"


class SessionRequestNames(Names):
    """Of a call, and of the call that opens a session."""

    session: Word = "session"
    unit: Word = "madonvi"
    service: Word = "service"
    data: Word = "data"
    updating: Word = "isUpdating"
    username: Word = "username"
    password: Word = "password"  # noqa: S105 - the name of a field


class TokenRequestNames(Names):
    """Of a call."""

    unit: Word = "MaDonVi"
    data: Word = "DuLieu"


def _address(text: str) -> str:
    url = _URL.validate_python(text)
    # Addresses stand in logs, of ours and of whatever is in between.
    if url.username or url.password or url.query or url.fragment:
        raise ValueError(
            "địa chỉ chỉ gồm máy và đường dẫn · an address has no account, query or fragment in it"
        )
    return str(url).rstrip("/")


def _agency(text: str) -> str:
    try:
        return normalise_agency_code(text)
    except InvalidCode as error:
        raise ValueError("không phải mã cơ quan · is no agency's code") from error


def _some_distinct(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes:
        raise ValueError("cần ít nhất một cơ quan · at least one agency is needed")
    if len(set(codes)) < len(codes):
        raise ValueError("có cơ quan ghi hai lần · an agency stands twice")
    return codes


def _services(given: Mapping[Service, str], usual: Mapping[Service, str]) -> Mapping[Service, str]:
    return {**usual, **given}


Address = Annotated[str, AfterValidator(_address)]
AgencyCodes = Annotated[tuple[Annotated[str, AfterValidator(_agency)], ...], AfterValidator(_some_distinct)]


class _Deployment(BaseModel):
    """What both styles have.

    Attributes:
        name: ours of it.
        url: of the services; of the newer style, what their names are put below.
        sign_in_url: where a session or token is had.
        unit: our agency, as the portal knows it (madonvi).
        agencies: our codes of the agencies of which, with all below them, the portal tells us and is told.
        username: secret, from the environment, as is the password.
        offers: what it does for us; nothing else is ever asked of it.
        progress_field: of a dossier that is looked up, where its steps of progress are.
        procedure_pages: whether the list of procedures comes by pages.
        lists: how it shares its lists of units and of agencies.
        chunk: steps of progress in one call.
        per_second: calls a second of one process, `burst` of them at once.
        timeout_seconds: for a whole exchange.
        tries: how often a reading is tried.
        overlap_seconds: by how much a window of time is widened at both ends.
        session_seconds: after which a session is given up, if the portal does not say it.
        pull: how often, and how, it is read.
        push: how often it is told what changed here, and of what.
        opinions: how it takes questions, complaints and ratings.
        reconcile: when it is compared with us, and what is done about a difference.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Name
    url: Address
    sign_in_url: Address
    unit: Annotated[str, Field(min_length=1, max_length=64)]
    agencies: AgencyCodes
    username: Annotated[SecretStr, Field(min_length=1)]
    password: Annotated[SecretStr, Field(min_length=1)]
    answers: AnswerRules
    records: RecordRules = RecordRules()
    pull: PullRules = PullRules()
    push: PushRules = PushRules()
    opinions: OpinionRules = OpinionRules()
    reconcile: ReconcileRules = ReconcileRules()
    query: QueryNames = QueryNames()
    offers: frozenset[Offer] = USUAL
    progress_field: Word = "DanhSachTienDo"
    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    procedure_pages: bool = False
    lists: ListRules = ListRules()
    chunk: Annotated[int, Field(ge=1, le=100)] = 10
    per_second: Annotated[float, Field(gt=0, le=1000)] = 5
    burst: Annotated[int, Field(ge=1, le=1000)] = 5
    timeout_seconds: Seconds = 20
    tries: Annotated[int, Field(ge=1, le=10)] = 3
    overlap_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    session_seconds: Annotated[float, Field(gt=0, le=86_400)] = 600

    @property
    def rate(self) -> Rate:
        """How fast one process may call."""
        return Rate(per_second=self.per_second, burst=self.burst)

    @property
    def list_size(self) -> int | None:
        """How many entries of a shared list are on a page; none where all come at once."""
        return self.page_size if self.lists.pages else None

    @property
    def overlap(self) -> timedelta:
        """By how much a window of time is widened at both ends."""
        return timedelta(seconds=self.overlap_seconds)

    @field_validator("url", "sign_in_url")
    @classmethod
    def _private(cls, url: str, info: ValidationInfo) -> str:
        if not url.startswith("https://") and not (info.context or {}).get("development"):
            raise ValueError(
                "phải bắt đầu bằng https: mật khẩu đi qua đó · must begin with https: the password goes there"
            )
        return url

    @field_validator("offers")
    @classmethod
    def _asking(cls, offers: frozenset[Offer]) -> frozenset[Offer]:
        if offers & REPORTS and Offer.DOSSIER not in offers:
            raise ValueError(
                "báo cáo cần cả dossier, để hỏi lại khi mất trả lời"
                " · reports need dossier as well, by which a lost answer is asked for"
            )
        return offers

    @model_validator(mode="after")
    def _mendable(self) -> Self:
        if self.reconcile.repair.told and Offer.REPORT_DOSSIER not in self.offers:
            raise ValueError(
                "reconcile.repair: report cần report_dossier trong offers"
                " · reconcile.repair: report needs report_dossier among offers"
            )
        return self


class SessionDeployment(_Deployment):
    """The session interface: one address, and in each call session, unit, name of the service and data."""

    style: Literal["session"]
    dialect: DialectRules = DialectRules()
    request: SessionRequestNames = SessionRequestNames()
    answer: AnswerNames = AnswerNames()
    services: Mapping[Service, Word] = Field(default_factory=dict, validate_default=True)

    @field_validator("services")
    @classmethod
    def _named(cls, given: Mapping[Service, str]) -> Mapping[Service, str]:
        return _services(given, SESSION_SERVICES)


class TokenDeployment(_Deployment):
    """The newer interface: a bearer token (RFC 6749, 4.4), and an address for each service."""

    style: Literal["token"]
    dialect: DialectRules = DialectRules(
        date_formats=(), write_format=None, kinds={"0": PartyKind.PERSON, "1": PartyKind.ORGANISATION}
    )
    request: TokenRequestNames = TokenRequestNames()
    answer: TokenAnswerNames = TokenAnswerNames()
    services: Mapping[Service, Word] = Field(default_factory=dict, validate_default=True)

    @field_validator("services")
    @classmethod
    def _named(cls, given: Mapping[Service, str]) -> Mapping[Service, str]:
        return _services(given, TOKEN_SERVICES)


SESSION_SERVICES: Mapping[Service, str] = {
    Service.FIND: "TraCuuHoSo",
    Service.PROCEDURES: "LayDanhSachTTHC",
    Service.PROCEDURE: "LayThuTuc",
    Service.UNITS: "LayDanhSachDonViHanhChinh",
    Service.AGENCIES: "LayDanhSachCoQuan",
    Service.REPORT: "DongBoHoSoMC",
    Service.UPDATE: "DongBoHoSoMC",
    Service.PROGRESS: "CapNhatTienDoHoSoMC",
    Service.QUESTION: "DongBoHoiDap",
    Service.COMPLAINT: "DongBoPhanAnhKienNghi",
    Service.RATING: "DongBoDanhGia",
}
TOKEN_SERVICES: Mapping[Service, str] = {
    **SESSION_SERVICES,
    Service.REPORT: "NoiHoSo",
    Service.UPDATE: "CapNhatTrangThai",
    Service.PROGRESS: "CapNhatTienTrinh",
}
Deployment = Annotated[SessionDeployment | TokenDeployment, Field(discriminator="style")]
AnyDeployment = SessionDeployment | TokenDeployment
