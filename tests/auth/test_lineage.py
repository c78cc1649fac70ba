"""One session, two who hold its tokens: whatever they do in whichever order, one lineage lives, and theft ends it."""

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.sessions import Theft, TokenPair
from tests.auth.test_sessions import House, house

__all__ = ["house"]

GRACE = 60
TURNS = st.one_of(
    st.sampled_from(["refresh", "refresh", "again", "both at once", "sign out", "steal"]).flatmap(
        lambda act: st.tuples(st.just(act), st.sampled_from(["owner", "thief"]))
    ),
    st.tuples(st.just("wait"), st.integers(min_value=1, max_value=90)),
)


@dataclass
class Expected:
    """What should come of it: a chain of tokens, of which the last is unused, and when each other was used."""

    used_at: list[float] = field(default_factory=list)
    alive: bool = True

    def use(self, place: int, now: float) -> bool:
        """Tell whether the token at a place of the chain is answered with the one that follows it."""
        if self.alive and place == len(self.used_at):
            self.used_at.append(now)
        elif place != len(self.used_at) - 1 or now - self.used_at[place] > GRACE:
            self.alive = False
        return self.alive


@dataclass
class Story:
    """A session as it goes on, and the tokens that each of the two knows, as places in the chain."""

    house: House
    clock: object
    chain: list[str]
    expected: Expected = field(default_factory=Expected)
    known: dict[str, list[int]] = field(default_factory=lambda: {"owner": [0], "thief": []})

    async def turn(self, act: str, who: str | int) -> None:
        if act == "wait":
            self.clock.forward(who)
        elif act == "steal":
            self.known["thief"].append(self.known["owner"][-1])
        elif not self.known[who]:
            return
        elif act == "sign out":
            await self.house.sign_out(self.chain[self.known[who][-1]])
            self.expected.alive = False
        else:
            place = self.known[who][-2:][0] if act == "again" else self.known[who][-1]
            for _ in range(2 if act == "both at once" else 1):
                await self.refresh(who, place)

    async def refresh(self, who: str, place: int) -> None:
        lived = self.expected.alive
        good = self.expected.use(place, self.clock())
        answer = await self.house.refresh(self.chain[place])
        assert isinstance(answer, TokenPair if good else Theft if lived else type(None))
        if good:
            if place + 1 == len(self.chain):
                self.chain.append(answer.refresh_token)
            assert answer.refresh_token == self.chain[place + 1]
            self.known[who].append(place + 1)

    async def unused(self, reading) -> int:
        """Return how many tokens of sessions that live were not used, by the database."""
        query = """
            SELECT FROM refresh_token r JOIN session s ON s.id = r.session_id
            WHERE s.revoked_at IS NULL AND r.used_at IS NULL
        """
        async with reading() as read:
            return (await (await read.driver()).execute(query)).rowcount


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(TURNS, max_size=14))
async def test_one_lineage(house, reading, clock, turns):
    """Each answer is as the chain says; of a session one token is unused, and none once it has ended."""
    story = Story(house, clock, [(await house.signed_in()).refresh_token])
    for act, who in turns:
        await story.turn(act, who)
        assert await story.unused(reading) == int(story.expected.alive)
    await house.sign_out(story.chain[0])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    thief=st.integers(min_value=1, max_value=3),
    owner=st.integers(min_value=1, max_value=3),
    pause=st.integers(min_value=0, max_value=600),
)
async def test_theft_ends_it(house, clock, thief, owner, pause):
    """However far two got with one token, in step or not: as each goes on in its own time, it ends."""
    token = (await house.signed_in()).refresh_token
    theirs = await follow(house, token, thief)
    clock.forward(pause)
    mine = await follow(house, token, owner)
    for _ in range(2):
        theirs = await follow(house, theirs, 1)
        clock.forward(GRACE + 1)
        mine = await follow(house, mine, 1)
        clock.forward(GRACE + 1)
    assert not isinstance(await house.refresh(mine), TokenPair)
    assert not isinstance(await house.refresh(theirs), TokenPair)


async def follow(house: House, token: str, steps: int) -> str:
    """Refresh so many times, or until refused; return the last token had."""
    for _ in range(steps):
        answer = await house.refresh(token)
        if not isinstance(answer, TokenPair):
            break
        token = answer.refresh_token
    return token
