"""What is wrong with a description of portals, in Vietnamese and English. Values are not repeated."""

from dataclasses import dataclass
from typing import Self

from pydantic import ValidationError

from api.bilingual import Words

_STYLES = frozenset({"session", "token"})
_WORDS = {
    "missing": Words("thiếu", "is missing"),
    "extra_forbidden": Words("không có trường này", "there is no such field"),
    "union_tag_not_found": Words("thiếu style", "style is missing"),
    "union_tag_invalid": Words("style là session hoặc token", "style is session or token"),
}
_OTHERWISE = Words("không dùng được", "can not be used")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing that is wrong.

    Attributes:
        deployment: in which, and `field` where in it; empty for what concerns all of it.
        what: in both languages.
    """

    deployment: str = ""
    field: str = ""
    what: Words

    def __str__(self) -> str:
        place = ": ".join(filter(None, (self.deployment, self.field)))
        return f"{place}: {self.what.vi} · {self.what.en}" if place else f"{self.what.vi} · {self.what.en}"

    @classmethod
    def of_missing(cls, deployment: str, field: str) -> Self:
        """Say that there must be a field."""
        return cls(deployment=deployment, field=field, what=_WORDS["missing"])

    @classmethod
    def of_unset(cls, deployment: str, field: str, variable: str) -> Self:
        """Say that a secret is not in the environment."""
        what = Words(f"biến {variable} chưa được đặt", f"the variable {variable} is not set")
        return cls(deployment=deployment, field=field, what=what)

    @classmethod
    def of_open_secret(cls, deployment: str, field: str) -> Self:
        """Say that a secret stands where everybody reads it."""
        what = Words(
            f"không ghi bí mật ở đây: nêu tên biến môi trường bằng {field}_env",
            f"no secret belongs here: name a variable of the environment by {field}_env",
        )
        return cls(deployment=deployment, field=field, what=what)


FILE = Mistake(what=Words("phải là mục có tên các trường", "must be a section with named fields"))


def mistakes_of(deployment: str, error: ValidationError) -> list[Mistake]:
    """Return what pydantic found in one deployment."""
    told = error.errors(include_url=False, include_context=True, include_input=False)
    return [
        Mistake(
            deployment=deployment,
            # The style by which the model was chosen is no field.
            field=".".join(str(part) for at, part in enumerate(one["loc"]) if at or part not in _STYLES),
            what=_what(one["type"], str(one.get("ctx", {}).get("error", "")), one["msg"]),
        )
        for one in told
    ]


def _what(kind: str, own: str, message: str) -> Words:
    if known := _WORDS.get(kind):
        return known
    vietnamese, parted, english = own.partition(" · ")
    if parted:
        return Words(vietnamese, english)
    return Words(f"{_OTHERWISE.vi} ({message})", f"{_OTHERWISE.en} ({message})")
