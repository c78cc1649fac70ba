"""What happens in life, and the procedures that go with it, in the order in which they are wanted."""

from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, TypeAdapter

from storage.search.catalogue import Catalogue
from storage.search.facts import Facts


class Worded(BaseModel):
    """One text in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vi: str
    en: str

    def in_locale(self, locale: str) -> str:
        """Return it in `vi` or `en`."""
        return self.en if locale == "en" else self.vi


class LifeEvent(BaseModel):
    """An event, with the short national codes of its procedures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: str
    title: Worded
    lead: Worded
    procedures: tuple[str, ...]

    def known(self, catalogue: Catalogue) -> list[Facts]:
        """Return those of its procedures that a catalogue has, in their order."""
        return [facts for facts in map(catalogue.facts, self.procedures) if facts]


@cache
def life_events() -> dict[str, LifeEvent]:
    """Return the table that the product ships, by name of the event, read once."""
    text = (files("api.procedures") / "life_events.json").read_text("utf-8")
    return {event.event: event for event in TypeAdapter(list[LifeEvent]).validate_json(text)}
