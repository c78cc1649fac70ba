"""What the answers of one deployment mean. All of it is data."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.connectors.portals.rules import Code

Codes = frozenset[Code]
TABLES = ("success", "exists", "missing", "expired", "busy", "refused", "not_let_in")


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"mẫu không dùng được: {error} · no pattern: {error}") from error
    return pattern


Pattern = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_compiled)]


class AnswerRules(BaseModel):
    """Tables of codes, and patterns for the words of answers whose code stands in no table.

    A code that no table has and no pattern explains means nothing: a report is asked for then, and what was
    read is not used. Patterns are regular expressions, sought in the words in NFC whatever their case.

    Attributes:
        success: codes of success. There is no usual one: deployments differ in it.
        exists: a new dossier is there already ("đã tồn tại").
        missing: there is no such thing.
        expired: the session is over.
        busy: not now; nothing was taken in.
        refused: never.
        not_let_in: account or unit are wrong.
        failure_words: words beside a success that deny it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    success: Annotated[Codes, Field(min_length=1)]
    exists: Codes = frozenset()
    missing: Codes = frozenset()
    expired: Codes = frozenset()
    busy: Codes = frozenset()
    refused: Codes = frozenset()
    not_let_in: Codes = frozenset()
    exists_words: Pattern = "đã tồn tại"
    missing_words: Pattern = "không tồn tại|không tìm thấy"
    expired_words: Pattern = "hết hạn|phiên làm việc không hợp lệ"
    failure_words: Pattern = r"^\W*(lỗi|error)\b|thất bại|không thành công"

    @model_validator(mode="after")
    def _unequivocal(self) -> Self:
        seen: dict[str, str] = {}
        for table in TABLES:
            for code in getattr(self, table):
                if first := seen.get(code):
                    raise ValueError(
                        f"mã {code} có trong cả {first} và {table} · code {code} is in {first} and {table}"
                    )
                seen[code] = table
        return self
