"""What is particular to topics: whom a message is for, and that it is otherwise a push."""

from datetime import UTC, datetime, timedelta

from notify.channels.push import PushChannel, TopicChannel


async def test_a_message_is_for_a_topic_and_else_like_any_push(topic):
    """Title, text, ids, link and life are those of a push; the stand-in knows whom it is for."""
    outgoing = topic.outgoing("all", urgent=False, expires_at=datetime.now(UTC) + timedelta(hours=2))
    (outcome,) = await topic.channel.send([outgoing])
    (arrived,) = await topic.outbox()
    message, broadcast = arrived["message"], str(outgoing.notification_id)
    assert (outcome.provider_id, arrived["to"]) == (arrived["name"], "/topics/broadcast-all-vi")
    assert message["topic"] == "broadcast-all-vi"
    assert not {"token", "fid", "condition"} & message.keys()
    assert message["notification"] == {"title": outgoing.title, "body": outgoing.text}
    assert message["data"] == {
        "notification_id": broadcast,
        "category": "status_change",
        "link": outgoing.link,
    }
    assert 7190 < float(message["android"]["ttl"].rstrip("s")) <= 7200
    assert message["android"]["notification"] == {"tag": broadcast}


async def test_each_language_is_told_once(topic):
    """A repeat to another topic is no repeat of the first: each language has its own."""
    outgoing = topic.outgoing("all")
    english = topic.outgoing(target="broadcast-all-en", notification_id=outgoing.notification_id)
    await topic.channel.send([outgoing, english])
    assert ["duplicate_of" in item for item in await topic.outbox()] == [False, False]


def test_it_is_a_channel_by_itself():
    """Its own name, so that it is paused, throttled and broken apart from single phones."""
    assert (TopicChannel.name, PushChannel.name) == ("topic", "push")
    assert TopicChannel.address is not PushChannel.address
