"""Making a checklist of a procedure, part by part."""

import pytest

from api.procedures.checklist import checklist
from api.procedures.checklist_lines import DEEPEST, lines
from api.procedures.checklist_schemas import Checklist, Form
from storage.procedures.record import Paper, Procedure
from storage.procedures.repository import Kept

FORM = "https://dichvucong.gov.vn/mau.docx"


def made(*papers: Paper, **fields: object) -> Checklist:
    """Make the checklist of a procedure with these papers."""
    found = Procedure.model_validate({"code": "1.000001", "name": "Thủ tục", **fields, "papers": papers})
    kept = Kept(procedure=found, version=1)
    return checklist(kept, catalogue=None, removed_in=None, page_url="https://t.example/x", locale="vi")


@pytest.mark.parametrize(
    ("paper", "form"),
    [
        (Paper(name="Tờ khai"), None),
        (Paper(name="Tờ khai", form_name="Mẫu số 1"), Form(name="Mẫu số 1", url=None)),
        (Paper(name="Tờ khai", form_name="Mẫu số 1", form_url=FORM), Form(name="Mẫu số 1", url=FORM)),
        (Paper(name="Tờ khai", form_url=FORM), Form(name="Tờ khai", url=FORM)),
        (Paper(name="Tờ khai", form_url="http://x.example/mau.docx"), None),
    ],
)
def test_forms(paper: Paper, form: Form | None):
    """One goes by its own name, or by that of the paper; an address that may not be opened is none."""
    (entry,) = made(paper).bring.cases[0].entries
    assert entry.form == form


def test_what_stands_between_papers():
    """What ends in a colon is a heading, also with space after it; else it is a note; a paper is neither."""
    given = [("Gồm: ", True), ("Gồm:", True), ("Xem thêm", True), ("Giấy tờ gồm:", False)]
    entries = made(*(Paper(name=name, is_note=is_note) for name, is_note in given)).bring.cases[0].entries
    assert [entry.kind.value for entry in entries] == ["heading", "heading", "note", "paper"]


@pytest.mark.parametrize("name", ["---", "* +", "•"])
def test_a_name_of_marks_alone_stays(name: str):
    """It is nothing that a person can use, but an empty one were worse."""
    assert made(Paper(name=name)).bring.cases[0].entries[0].name == name


@pytest.mark.parametrize("told", [None, "Nộp tại xã", ["Nộp"], {"vi": "Nộp"}, 7])
def test_texts_in_place_of_parts(told: object):
    """They are shown where they are texts; what else a publisher may have put there is not."""
    found = made(extra={"documents_text": told, "methods_text": told})
    shown = told if isinstance(told, str) else None
    assert (found.bring.as_published, found.how.as_published) == (shown, shown)


def test_lists_nest_so_deep_and_no_deeper():
    """Marks beyond that stand at the deepest; nothing of them is lost."""
    marks = ("-", "+", "*", "•", "++", "–", "●")
    found = lines("\n".join(f"{mark} {mark}dòng" for mark in marks))
    assert [line.depth for line in found] == [1, 2, 3, 4, DEEPEST, DEEPEST, DEEPEST]
    assert [line.text for line in found] == [f"{mark}dòng" for mark in marks]
