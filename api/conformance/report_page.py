"""The report as one page of HTML that needs nothing beside itself: no script, no other file."""

from pathlib import Path

from api.bilingual import Words
from api.conformance.checks.check import Level
from api.conformance.report import Report, Verdict
from api.pages import Pages
from storage.dossiers.working_days import VIETNAM

PAGES = Pages(Path(__file__).parent / "pages")
VERDICTS = {
    Verdict.PASSED: Words("Đạt", "Passed"),
    Verdict.FAILED: Words("Không đạt", "Failed"),
    Verdict.NOT_TRIED: Words("Chưa thử", "Not tried"),
}
LEVELS = {Level.MUST: Words("Bắt buộc", "Must"), Level.SHOULD: Words("Nên có", "Should")}
TEXT = {
    "title": Words("Báo cáo tương thích", "Conformance report"),
    "language": Words("Ngôn ngữ", "Language"),
    "score": Words("điểm trên 100", "of 100 points"),
    "passed": Words(
        "Tích hợp này có thể kết nối: mọi yêu cầu bắt buộc đã thử đều đạt.",
        "This integration is fit to be connected: every must that was tried is met.",
    ),
    "failed": Words(
        "Tích hợp này chưa thể kết nối: còn yêu cầu bắt buộc không đạt.",
        "This integration is not fit to be connected yet: a must is not met.",
    ),
    "not_tried": Words("Chưa có gì được thử.", "Nothing was tried."),
    "incomplete": Words(
        "Chỉ một phần kịch bản được chạy, nên đây chưa phải là kết quả cuối cùng.",
        "Only some of the scenarios were played, so this is not the last word.",
    ),
    "to_mend": Words("Cần sửa", "To mend"),
    "nothing_to_mend": Words("Không có gì cần sửa.", "There is nothing to mend."),
    "why": Words("Vì sao quan trọng", "Why it matters"),
    "mend": Words("Cách sửa", "How to mend it"),
    "seen": Words("Đã thấy", "What was seen"),
    "all_checks": Words("Mọi yêu cầu", "All checks"),
    "check": Words("Yêu cầu", "Check"),
    "level": Words("Mức", "Level"),
    "verdict": Words("Kết quả", "Verdict"),
    "doors": Words("Các cửa của API", "Doors of the API"),
    "door": Words("Cửa", "Door"),
    "tried": Words("Đã thử", "Tried"),
    "not_used": Words("Không thử", "Not tried"),
    "scenarios": Words("Các kịch bản", "Scenarios"),
    "scenario": Words("Kịch bản", "Scenario"),
    "facts": Words("Việc được giao", "Facts"),
    "requests": Words("Yêu cầu HTTP", "Requests"),
    "seconds": Words("Giây", "Seconds"),
    "begun": Words("Bắt đầu lúc", "Begun at"),
    "counting": Words(
        "Yêu cầu bắt buộc tính ba phần, yêu cầu nên có tính một phần, yêu cầu chưa thử không tính.",
        "A must counts three, a should counts one, and what was not tried counts nothing.",
    ),
}


def page(report: Report) -> str:
    """Return the report as HTML, in both languages; which is shown is the reader's choice."""
    return PAGES.render(
        "report.html",
        report=report,
        faulty=[check for check in report.checks if check.faults],
        titles={scenario.name: scenario.title for scenario in report.scenarios},
        begun=report.begun_at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M"),
        text=TEXT,
        verdicts=VERDICTS,
        levels=LEVELS,
        languages=("vi", "en"),
        style=PAGES.source("report.css"),
        policy=PAGES.policy(style="report.css"),
    )
