"""A procedure with all that a checklist has, and a way to import."""

from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

from api.services import Services
from storage.procedures import repository as procedures
from storage.procedures.formats.files import read_file
from storage.procedures.record import (
    ApplicantKind,
    Channel,
    Fee,
    LegalBasis,
    Level,
    Method,
    OnlineLevel,
    Paper,
    Procedure,
    Result,
    Steps,
    TimeLimit,
    Unit,
)

CODE = "1.001193"
PORTAL = "https://dichvucong.gov.vn/thu-tuc/1"
BIRTH = Procedure(
    code=CODE,
    name="Đăng ký khai sinh",
    field="Hộ tịch",
    agency="Ủy ban nhân dân cấp xã",
    promulgating_agency="Bộ Tư pháp",
    levels=(Level.COMMUNE,),
    applicants=(ApplicantKind.CITIZEN, ApplicantKind.OTHER),
    online_level=OnlineLevel.FULL,
    decision="528/QĐ-BTP",
    steps=(Steps(text="Bước 1: Nộp hồ sơ\n- trực tiếp\n- trực tuyến\nBước 2: Nhận kết quả"),),
    methods=(
        Method(
            channel=Channel.IN_PERSON,
            limit=TimeLimit(quantity=1, unit=Unit.WORKING_DAY, text="1 ngày làm việc"),
            fees=(
                Fee(amount=8000, note="Bản sao"),
                Fee(amount=0, note="Không"),
                Fee(note="Đúng hạn thì miễn"),
            ),
        ),
        Method(channel=Channel.ONLINE, limit=TimeLimit(text="7 (khác)"), note="Xem lịch"),
    ),
    papers=(
        Paper(name="Giấy tờ phải nộp:", is_note=True),
        Paper(
            name="- Tờ khai", originals=1, form_name="Mẫu số 1", form_url="https://dichvucong.gov.vn/mau.docx"
        ),
        Paper(name="Giấy chứng sinh", originals=1, copies=2, code="A1", form_url="javascript:alert(1)"),
        Paper(name="Không phải nộp nếu đã có dữ liệu", is_note=True),
        Paper(name="Văn bản uỷ quyền", case="* Uỷ quyền", copies=1),
    ),
    sets=1,
    results=(Result(name="Giấy khai sinh", code="KQ1"),),
    conditions="Không",
    legal_basis=(LegalBasis(name="Luật Hộ tịch", number="60/2014/QH13"),),
    receiving_address="Bộ phận Một cửa",
    portal_url=PORTAL,
)

REAL = Path(__file__).parents[3] / "shared" / "data" / "procedures.jsonl.gz"
NO_REAL = "the real catalogue is not beside this checkout"
Import = Callable[..., Awaitable[int]]


def importer(services: Services) -> Import:
    """Make what imports procedures as the whole catalogue, and returns its version."""

    async def run(*given: Procedure) -> int:
        async with services.unit_of_work() as uow:
            outcome = await procedures.put(
                uow, given, author="Nguyễn An", source="kho/x.jsonl", whole=True, shrink=True
            )
            await uow.commit()
        return outcome.version

    return run


@cache
def real_catalogue() -> tuple[Procedure, ...]:
    """Read the real catalogue, once for all tests of a run."""
    return tuple(read_file(REAL).procedures)
