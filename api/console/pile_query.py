"""The address of a list in piles: which pile, of which agency, from where on."""

from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, StringConstraints

from api.text import Clean
from storage.agencies.codes import MAX_LENGTH


class PileQuery(BaseModel):
    """What every list in piles is asked; a list adds its `tab`."""

    agency: Annotated[str, StringConstraints(max_length=MAX_LENGTH), Clean] = ""
    cursor: str | None = None

    def address(self, base: str, **change: str) -> str:
        """Return where others of the same list are: its first page, unless a cursor is given."""
        asked = self.model_dump(mode="json", exclude={"cursor"}) | change
        return f"{base}?{urlencode({name: value for name, value in asked.items() if value})}"
