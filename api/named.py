"""Codes together with the names that a person reads."""

from pydantic import BaseModel, Field

from storage.dossiers.statuses import DossierStatus


class Named(BaseModel):
    """A code and its official name, which is Vietnamese; none where the catalogue has none (yet)."""

    code: str = Field(examples=["H26.1"])
    name: str | None = Field(examples=["Ủy ban nhân dân phường Hoàn Kiếm"])


class Status(BaseModel):
    """A status (1 to 10, as for exchange with the National Portal) and its name in the language asked for."""

    code: int = Field(examples=[4])
    name: str = Field(examples=["Đang xử lý"])

    @classmethod
    def of(cls, status: DossierStatus, locale: str) -> "Status":
        """Name a status in `vi` or `en`."""
        return cls(code=int(status), name=status.english if locale == "en" else status.vietnamese)
