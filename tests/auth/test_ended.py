"""What a process remembers of sessions that ended."""

from uuid import uuid4

from auth.ended import EndedSessions


def test_known_for_the_life_of_a_token(clock):
    """An ended session is known until no token of it can be left, however often it was told, then forgotten."""
    ended, one, another = EndedSessions(630, now=clock), uuid4(), uuid4()
    ended.note([one])
    assert (one in ended, another in ended) == (True, False)
    clock.forward(600)
    ended.note([one, another])
    assert one in ended
    clock.forward(30)
    ended.note([])
    assert (one in ended, another in ended) == (False, True)
