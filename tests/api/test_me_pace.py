"""How often codes are sent."""

from datetime import UTC, datetime, timedelta

from hypothesis import given as drawn
from hypothesis import strategies as st

from api.me.pace import BETWEEN, BY_PARTY, TO_ADDRESS, next_at

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
AGO = st.lists(st.integers(0, 90_000), max_size=14).map(
    lambda seconds: [NOON - timedelta(seconds=one) for one in sorted(seconds)]
)


@drawn(to_address=AGO, by_party=AGO)
def test_no_span_of_time_holds_more_codes_than_it_may(
    to_address: list[datetime], by_party: list[datetime]
) -> None:
    """At the time told a code fits within every limit, and any moment sooner it would not, unless that is now."""
    at = next_at(to_address, by_party, now=NOON)

    def fits(moment: datetime) -> bool:
        return all(
            sum(moment - one < limit.within for one in sent) < limit.most
            for limit, sent in ((BETWEEN, to_address), (TO_ADDRESS, to_address), (BY_PARTY, by_party))
        )

    assert fits(at)
    assert at == NOON or not fits(at - timedelta(microseconds=1))
