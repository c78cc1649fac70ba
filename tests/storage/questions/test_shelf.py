"""Published answers are found by what people ask, narrowed and listed."""

import pickle
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.questions.entries import Entry, Published, ShelfStamp
from storage.questions.shelf import Shelf, ShelfSieve
from storage.search.index import CANDIDATES
from tests.storage.questions.shelves import entry, shelf_of

ALL = ShelfSieve()
PROVINCE, COMMUNE, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
BIRTH = entry(
    "Làm giấy khai sinh cho con cần mang những giấy tờ gì?",
    "Giấy chứng sinh, giấy tờ tùy thân của người đi đăng ký.",
    field="Hộ tịch",
    procedure_code="1.001193",
    procedure_name="Đăng ký khai sinh",
    procedure_version=1,
)
MARRIAGE = entry(
    "Đăng ký kết hôn có cần cả hai người cùng đến không?",
    "Hai bên nam nữ phải cùng có mặt.",
    field="Hộ tịch",
    procedure_code="1.000894",
    procedure_name="Đăng ký kết hôn",
    procedure_version=1,
    agency_id=COMMUNE,
    agencies=(PROVINCE, COMMUNE),
    faq=False,
)
CARD = entry(
    "Làm lại căn cước bị mất hết bao nhiêu tiền?", "70.000 đồng.", field="Căn cước", agencies=(OTHER,)
)
SHELF = shelf_of(BIRTH, MARRIAGE, CARD)


def ask(text: str, sieve: ShelfSieve = ALL, shelf: Shelf = SHELF) -> list[Entry]:
    return list(shelf.ask(text, sieve=sieve, count=10).found)


@pytest.mark.parametrize(
    "text",
    [
        "khai sinh cho con cần giấy tờ gì",
        "khai sinh cho con can giay to gi",
        "khai sihn cho con",
        "KHAI SINH",
        "giấy chứng sinh",
        "dang ky khai sinh",
    ],
    ids=["as it is", "without marks", "a slip", "capitals", "words of the answer", "name of the procedure"],
)
def test_what_is_asked_is_found(text):
    """However it is typed, and by the words of question, answer and procedure."""
    assert ask(text)[0] == BIRTH


def test_what_has_nothing_of_it_is_not_found():
    """Words that stand nowhere find nothing, and what has hardly one in common is left out."""
    assert ask("wyoming 12345") == []
    assert CARD not in ask("đăng ký kết hôn")


@pytest.mark.parametrize("text", ["", "  ", "?! 😀"])
def test_nothing_asked_lists_the_newest_first(text):
    """What holds no word asks nothing."""
    assert ask(text) == [BIRTH, MARRIAGE, CARD]


def test_pages_follow_on_each_other():
    """Each begins where the one before ended, and tells how many there are of all."""
    pages = [SHELF.ask("", sieve=ALL, start=start, count=2) for start in (0, 2, 4)]
    assert [list(page.found) for page in pages] == [[BIRTH, MARRIAGE], [CARD], []]
    assert {page.total for page in pages} == {3}


@pytest.mark.parametrize(
    ("sieve", "passing"),
    [
        (ShelfSieve(procedure="1.001193"), [BIRTH]),
        (ShelfSieve(field="Hộ tịch"), [BIRTH, MARRIAGE]),
        (ShelfSieve(agency_id=PROVINCE), [BIRTH, MARRIAGE]),
        (ShelfSieve(agency_id=COMMUNE), [MARRIAGE]),
        (ShelfSieve(faq=True), [BIRTH, CARD]),
        (ShelfSieve(field="Hộ tịch", faq=True), [BIRTH]),
        (ShelfSieve(procedure="9.999999"), []),
        (ShelfSieve(field="Căn cước", agency_id=PROVINCE), []),
    ],
    ids=["procedure", "field", "agency and below", "agency", "faq", "both", "none such", "no one has both"],
)
def test_a_sieve_narrows_lists_and_what_is_found(sieve, passing):
    """An agency's are those of all below it, too; what passes keeps its order."""
    assert ask("", sieve) == passing
    text = "đăng ký khai sinh, kết hôn, cấp lại căn cước"
    wide = ask(text)
    assert {one.id for one in wide} == {one.id for one in (BIRTH, MARRIAGE, CARD)}
    assert ask(text, sieve) == [one for one in wide if one in passing]


def test_a_sieve_finds_behind_many_that_fit_better():
    """What passes is found also where very many that do not are likelier."""
    many = [entry(f"Giấy phép loại {number}") for number in range(2 * CANDIDATES)]
    wanted = entry("Tôi hỏi về một loại việc khác hẳn, cần giấy phép", field="Khác")
    shelf = shelf_of(*many, wanted)
    assert ask("giấy phép loại", ShelfSieve(field="Khác"), shelf) == [wanted]
    answer = shelf.ask("giấy phép loại", sieve=ALL, count=1)
    assert (answer.complete, answer.total) == (False, CANDIDATES)
    assert shelf.ask("giấy phép loại", sieve=ShelfSieve(field="Khác"), count=1).complete


def test_a_stale_one_stands_below_a_fresh_one_that_fits_alike():
    """It is found all the same, and above what fits far worse."""
    text = "Sổ đỏ bị mất thì làm lại mất bao lâu?"
    stale, fresh = entry(text, stale=True), entry(text)
    shelf = shelf_of(stale, entry("Mất xe máy thì báo công an ở đâu?"), fresh)
    assert ask("làm lại sổ đỏ bị mất", shelf=shelf)[:2] == [fresh, stale]
    assert shelf.similar("làm lại sổ đỏ bị mất", 2) == [fresh, stale]
    nearly = entry("Sổ đỏ bị mất thì làm lại ở đâu, mất bao lâu?")
    assert shelf_of(stale, nearly).similar(text, 2) == [nearly, stale]
    worse = shelf_of(entry("Muốn tách sổ đỏ thì cần gì?"), stale)
    assert ask("làm lại sổ đỏ bị mất", shelf=worse)[0] == stale


def test_what_was_asked_before_is_proposed():
    """In other words, too: the same matter, and no more than so many."""
    assert SHELF.similar("bé nhà em mới sinh, làm giấy khai sinh cần gì ạ", 3)[0] == BIRTH
    assert SHELF.similar("mat the can cuoc xin cap lai het bao nhieu", 3) == [CARD]
    assert SHELF.similar("khai sinh", 0) == []


@pytest.mark.parametrize("text", ["", "cho tôi hỏi", "thời tiết hôm nay", "mở quán karaoke", "x" * 5000])
def test_what_nobody_asked_proposes_nothing(text):
    """Neither do words that say nothing of the matter."""
    assert SHELF.similar(text, 3) == []
    assert shelf_of().similar(text, 3) == []


def test_one_answer_alone_is_not_proposed_for_everything():
    """On a shelf of one, its words are no rarer than others; it is proposed for its own matter only."""
    one = shelf_of(BIRTH)
    assert one.similar("làm khai sinh cho con", 3) == [BIRTH]
    assert one.similar("con tôi cần giấy phép lái xe", 3) == []
    again = shelf_of(BIRTH, BIRTH, BIRTH)
    assert len(again.similar("làm khai sinh cho con ở phường Bến Nghé", 3)) == 3


def test_of_a_procedure_its_own_come_first():
    """Also where another is more alike; what is not alike is not proposed for being of the procedure."""
    lost = entry("Mất giấy khai sinh thì xin cấp lại ở đâu?", procedure_code="2.000635")
    shelf = shelf_of(BIRTH, lost, entry("Bao giờ có lịch tiêm phòng?", procedure_code="2.000635"))
    text = "làm giấy khai sinh cần giấy tờ gì"
    assert shelf.similar(text, 2)[0] == BIRTH
    assert shelf.similar(text, 2, "2.000635") == [lost, BIRTH]
    assert shelf.similar(text, 2, "9.999999")[0] == BIRTH


def test_words_of_the_catalogue_are_no_slips():
    """A word that no answer has is not taken for one that some answer has, where it is known to be one."""
    heard = [entry("Đất vườn chuyển lên thổ cư cần gì?")]
    assert ask("vuông", shelf=shelf_of(*heard)) == heard
    assert ask("vuông", shelf=shelf_of(*heard, names=["Đo mét vuông"])) == []


def test_places_are_found_by_their_old_names():
    """Of agencies' answers to one question that of the place which is meant comes first."""
    text = "Nộp hồ sơ đất đai ở đâu?"
    here, there = (entry(text, agency_id=UUID(int=number), agencies=()) for number in (7, 8))
    formerly = {
        UUID(int=7): ("Thị trấn Vị Xuyên", "Tỉnh Hà Giang"),
        UUID(int=8): ("Phường Bến Nghé", "Quận 1"),
    }
    shelf = shelf_of(here, there, formerly=formerly)
    assert ask("nop ho so dat o vi xuyen ha giang", shelf=shelf)[0] == here
    assert ask("nộp hồ sơ đất ở Bến Nghé", shelf=shelf)[0] == there
    assert shelf.similar("nộp hồ sơ đất đai ở Bến Nghé", 1) == [there]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.integers(0, 4), st.integers(0, 4))
def test_anything_may_be_asked(text, start, count):
    """Whatever it is, no more is found than was wanted, of what there is, and each once."""
    answer = SHELF.ask(text, sieve=ALL, start=start, count=count)
    assert len(answer.found) <= min(count, max(answer.total - start, 0))
    everything = SHELF.ask(text, sieve=ALL, count=10).found
    assert list(answer.found) == list(everything[start : start + count])
    assert all(one is not other for one, other in pairwise(everything))
    assert len(SHELF.similar(text, count)) <= count


def test_a_shelf_in_a_folder_goes_to_another_process(tmp_path: Path):
    """What was pickled answers as before, also when the folder is gone."""
    (folder := tmp_path / "index").mkdir()
    before = Shelf(Published(stamp=ShelfStamp(last=7), entries=[BIRTH, MARRIAGE, CARD]), folder)
    after = pickle.loads(pickle.dumps(before))
    for file in folder.iterdir():
        file.unlink()
    assert (after.stamp, after.number, len(after)) == (before.stamp, 7, 3)
    for text in ("khai sinh", "mat can cuoc", ""):
        assert ask(text, shelf=after) == ask(text, shelf=before)
        assert after.similar(text, 3) == before.similar(text, 3)
