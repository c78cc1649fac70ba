"""Charts: drawn of what is published, whole, and safe in a page."""

from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.open_data.charts import MOST_COLUMNS, Column, bar, columns

percents = st.integers(0, 10_000).map(lambda hundredths: Decimal(hundredths).scaleb(-2))


def drawn(chart: str) -> list[dict[str, str]]:
    """Return the boxes of a chart, which is well-formed XML."""
    return [one.attrib for one in ET.fromstring(chart).iter("rect")]


@given(percents, st.booleans())
def test_a_bar_is_as_long_as_its_number(percent, marked):
    """Over a track of a hundred, with a mark or without."""
    track, fill = drawn(bar(percent, marked=marked))
    assert (track["width"], Decimal(fill["width"])) == ("100", percent)
    assert ("M90 0" in bar(percent, marked=marked)) == marked


@given(st.lists(st.none() | percents, max_size=MOST_COLUMNS))
def test_columns_stand_on_the_ground(given_percents):
    """Each is as high as its number, to a tenth of a unit; where there is none stands a dash."""
    given_columns = [Column(label=str(place), percent=one) for place, one in enumerate(given_percents)]
    chart = columns(given_columns, title="", marked=False)
    found = drawn(chart)
    shown = [one for one in given_percents if one is not None]
    assert chart.count("–") == len(given_percents) - len(shown)
    for box, percent in zip(found, shown, strict=True):
        assert abs(Decimal(box["height"]) - percent * 120 / 100) <= Decimal("0.05")
        assert Decimal(box["y"]) + Decimal(box["height"]) == 128


def test_what_is_alike_is_drawn_alike():
    """Two numbers that are published alike can not be told apart by a picture."""
    one, other = (Column(label="1", percent=Decimal(text)) for text in ("66.67", "66.670"))
    assert columns([one], title="", marked=True) == columns([other], title="", marked=True)


def test_words_stay_words():
    """Nothing breaks out of a title or a label."""
    chart = columns([Column(label="<script>", percent=None)], title='"><script>', marked=False)
    assert "<script" not in chart
    assert ET.fromstring(chart).attrib["aria-label"] == '"><script>'


@pytest.mark.parametrize("percent", ["-0.01", "100.01"])
def test_no_percentage(percent):
    """What is less than nothing or more than all is refused."""
    with pytest.raises(ValueError, match="0 to 100"):
        bar(Decimal(percent), marked=True)
    with pytest.raises(ValueError, match="0 to 100"):
        Column(label="", percent=Decimal(percent))


def test_too_many_columns():
    """A thirteenth has no room."""
    with pytest.raises(ValueError, match="more columns"):
        columns([Column(label="", percent=None)] * (MOST_COLUMNS + 1), title="", marked=False)
