"""Complaints and suggestions as they are filed, and as those read them who filed them. Times are RFC 3339."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api.bodies import AgencyCode, Body, DossierCode
from api.named import Named
from api.text import Clean
from storage.complaints.kinds import ComplaintKind, ComplaintState, ComplaintStep, DeclineGround, Topic
from storage.questions.kinds import Publication

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), Clean]
CODE = "PA-7K3M0QXV"


class NewComplaint(Body):
    """What the party complains of, or suggests.

    Attributes:
        public: whether others may read it and the answer, without anything personal, once a moderator has
            looked at them. It is consent, and so said explicitly.
        agency_code: which agency it is for; where there is none, the agency of the dossier.
        dossier_code: the dossier of one's own that it is about.
    """

    kind: ComplaintKind = Field(examples=["complaint"])
    topic: Topic = Field(examples=["delay"])
    text: Text = Field(examples=["Hồ sơ đã quá hẹn mười ngày mà chưa có kết quả."])
    public: Annotated[bool, Field(strict=True, examples=[False])]
    agency_code: AgencyCode | None = Field(default=None, examples=["H26.1"])
    dossier_code: DossierCode | None = Field(default=None, examples=["000.00.00.H26-261121-0001"])


class NewSupplement(Body):
    """What an agency has asked for."""

    text: Text = Field(examples=["Tôi nộp tại bộ phận một cửa sáng ngày 3 tháng 11."])


class Consent(Body):
    """Whether others may read a complaint and its answer."""

    public: Annotated[bool, Field(strict=True, examples=[True])]


class ComplaintDeclined(BaseModel):
    """Why a complaint is not processed, as a word and in words; what else the agency says is an entry."""

    reason: DeclineGround
    detail: str = Field(examples=["Nội dung phản ánh chưa rõ."])


class EntryShown(BaseModel):
    """Something that happened. A text is text: whoever shows it must not read it as HTML.

    Attributes:
        agency: the name of the agency that had the complaint.
        to_agency: the name of the one to which it was sent on.
        late: the agency did it after the time that the law gives it.
    """

    kind: ComplaintStep
    agency: str
    to_agency: str | None
    text: str | None
    at: datetime
    late: bool


class ComplaintShown(BaseModel):
    """A complaint of one's own. Its text is text, as an entry's is.

    Attributes:
        code: how to name it to an agency.
        by_representative: somebody who acts for the party filed it.
        agency: which agency has it now.
        publication: whether others may read it, or may once it is answered and looked at.
        published_id: under which id they read it, while they may.
        process_by: by when it is to be answered; none while you are asked for more, or all is over.
        closed_at: when it was answered, declined or withdrawn.
    """

    id: UUID
    code: str = Field(examples=[CODE])
    kind: ComplaintKind
    topic: Topic
    text: str
    by_representative: bool
    agency: Named
    dossier_code: str | None
    state: ComplaintState
    publication: Publication
    published_id: UUID | None
    received_at: datetime
    process_by: datetime | None
    closed_at: datetime | None
    declined: ComplaintDeclined | None


class ComplaintDetail(ComplaintShown):
    """A complaint with all that happened to it, the last one last."""

    entries: list[EntryShown]


class ComplaintPage(BaseModel):
    """Complaints, the newest first; or those that changed, in the order of their last change.

    Attributes:
        sync_token: for `since`, once the last page was read. It is the same on every page.
        reset: the token came from another database: this is the whole again, and what is kept is to be
            dropped.
    """

    items: list[ComplaintShown]
    next_cursor: str | None
    sync_token: str
    reset: bool = False
