"""A small catalogue of which all is known: every combination of what lists are narrowed by, and some names."""

from hypothesis import strategies as st

from storage.procedures.record import (
    ApplicantKind,
    Channel,
    Fee,
    Level,
    Method,
    OnlineLevel,
    Procedure,
    TimeLimit,
    Unit,
)

NAMES = (
    "Thủ tục đăng ký khai sinh",
    "Thủ tục đăng ký khai tử",
    "Cấp lại thẻ căn cước",
    "Cấp lại thẻ căn cước (thực hiện tại cấp tỉnh)",
    "Đăng ký thường trú",
    "Cấp giấy phép lái xe",
)
FIELDS = ("Hộ tịch", "Căn cước", None)
AGENCIES = ("Bộ Tư pháp", "Bộ Công an", None)
PROVINCES = ("01", "24", None)


def procedure(number: int, name: str = NAMES[0], **fields: object) -> Procedure:
    """Make a procedure."""
    return Procedure(code=f"1.{number:06d}", name=name, **fields)  # type: ignore[arg-type] # as the test gives them


def _method(days: float | None, fee: int | None) -> Method:
    return Method(
        channel=Channel.IN_PERSON,
        limit=None if days is None else TimeLimit(quantity=days, unit=Unit.WORKING_DAY),
        fees=() if fee is None else (Fee(amount=fee),),
    )


_SOME = st.builds(
    procedure,
    st.just(0),
    name=st.sampled_from(NAMES),
    field=st.sampled_from(FIELDS),
    promulgating_agency=st.sampled_from(AGENCIES),
    levels=st.sets(st.sampled_from(list(Level)), max_size=2).map(lambda some: tuple(sorted(some))),
    applicants=st.sets(st.sampled_from(list(ApplicantKind)[:3]), max_size=2).map(
        lambda some: tuple(sorted(some))
    ),
    online_level=st.sampled_from([*OnlineLevel, None]),
    province=st.sampled_from(PROVINCES),
    methods=st.tuples(
        st.builds(_method, st.sampled_from([1.0, 5.0, None]), st.sampled_from([0, 20_000, None]))
    ),
)


def _numbered(some: list[Procedure]) -> list[Procedure]:
    return [one.model_copy(update={"code": f"1.{number:06d}"}) for number, one in enumerate(some, start=1)]


CATALOGUES = st.lists(_SOME, min_size=1, max_size=25).map(_numbered)
