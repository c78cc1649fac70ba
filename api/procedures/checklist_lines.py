"""Cutting the catalogue's long texts into lines and steps, losing no word of them. Pure."""

import re
from collections.abc import Iterable, Iterator

from api.procedures.checklist_schemas import Line, Step, StepsOfCase
from storage.procedures.record import Steps

DEEPEST = 5
"""Marks of lists nest no deeper than this; the catalogue's own reach four."""
LONGEST_TITLE = 140
"""Characters; what is longer after "Bước 1" is told below it, and is no heading."""

# "-", "+", "++", "*)", "•": a mark of a list. A dash within a number or a word is none.
_MARK = re.compile(r"(?P<mark>[-–—]+|\++|\*+|[•●▪‣⁻·])\)?(?=\s|[^\W\d_])\s*")
_STEP = re.compile(
    r"(?:[a-zđ]\)\s*|\d{1,2}\.\s+)?(?:Bước|BƯỚC)\s*(?P<number>\d{1,2}(?:\.\d{1,2})*)\b\s*[:.–-]*\s*"
)
_NUMBERED = re.compile(r"(?P<number>\d{1,2})[.)]\s+(?=\S)")
# Some line breaks were lost on the way: a step or a mark after the end of a sentence begins a line.
_RUN_ON = re.compile(r"(?<=[.;:])\s+(?=Bước\s*\d{1,2}\s*[:.]\s|(?:[-–]|\+{1,4}|\*)\s+[^\W\d_])")
_HEADING = re.compile(r"(?:[IVX]{1,4}|[a-zđA-Z]|\d{1,2}(?:\.\d{1,2})*)[.)]\s|Trường hợp|Đối với|TRƯỜNG HỢP")


def lines(text: str | None) -> list[Line]:
    """Return the lines of a text; those of a list without their marks, but with their depth.

    A mark that was seen before since the last line without one is of the same depth, another one is deeper:
    the catalogue uses "-", "+" and "*" in any order.
    """
    found: list[Line] = []
    open_marks: list[str] = []
    for line in _lines(_RUN_ON.sub("\n", text or "")):
        mark = _MARK.match(line)
        if mark is None:
            open_marks.clear()
            found.append(Line(text=line))
            continue
        if mark["mark"] in open_marks:
            del open_marks[open_marks.index(mark["mark"]) + 1 :]
        elif len(open_marks) < DEEPEST:
            open_marks.append(mark["mark"])
        if rest := line[mark.end() :]:
            found.append(Line(text=rest, depth=len(open_marks)))
    return found


def steps(given: Iterable[Steps]) -> list[StepsOfCase]:
    """Return the steps of each case.

    Where the numbers begin anew in one text, another case begins; its name is the line before, if that looks
    like a heading.
    """
    return [case for entry in given for case in _cases(entry) if case.steps]


def _cases(given: Steps) -> Iterator[StepsOfCase]:
    text = lines(given.text)
    pattern = _NUMBERED if _is_numbered(text) else _STEP
    case, found, within = given.case, [Step()], 0
    last: tuple[int, ...] = (0,)
    for line in text:
        begin = pattern.match(line.text)
        if begin is None:
            # What stands in a list below the step is counted from there.
            depth = line.depth and max(1, line.depth - within)
            found[-1].lines.append(Line(text=line.text, depth=depth))
            continue
        number = tuple(map(int, begin["number"].split(".")))
        if number <= last:
            following = _taken_heading(found[-1])
            yield StepsOfCase(case=case, steps=_filled(found))
            case, found = following, []
        elif last == (0,) and case is None and len(found[-1].lines) == 1:
            case = _taken_heading(found[-1])
        last, within = number, line.depth
        found.append(_step(begin["number"], line.text[begin.end() :]))
    yield StepsOfCase(case=case, steps=_filled(found))


def _is_numbered(text: list[Line]) -> bool:
    """Tell whether the steps of a text are its paragraphs 1, 2, 3, and so on, without the word for it."""
    if any(_STEP.match(line.text) for line in text):
        return False
    numbers = [int(found["number"]) for line in text if (found := _NUMBERED.match(line.text))]
    return len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1))


def _step(number: str, rest: str) -> Step:
    if len(rest) <= LONGEST_TITLE:
        return Step(number=number, title=rest or None, lines=[])
    return Step(number=number, lines=[Line(text=rest)])


def _taken_heading(step: Step) -> str | None:
    """Take the last line from a step where it is the heading of what follows."""
    if not step.lines:
        return None
    text = step.lines[-1].text
    if len(text) > LONGEST_TITLE or not (text.endswith(":") or _HEADING.match(text)):
        return None
    return step.lines.pop().text


def _filled(found: list[Step]) -> list[Step]:
    return [step for step in found if step.number is not None or step.lines]


def _lines(text: str) -> Iterator[str]:
    return (" ".join(line.split()) for line in text.splitlines() if line.strip())
