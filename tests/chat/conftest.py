import pytest

from chat.models import Channel, Message, Room


@pytest.fixture
def room(project) -> Room:
    """The project's first room: Ana, Ben and Gus are in it."""
    return Room.objects.select_related("project", "channel").filter(project=project).default()


@pytest.fixture
def secret(project, ana) -> Room:
    """The first room of a private channel that only Ana is in."""
    channel = Channel.open(project, "Board of directors", topic="who knows", private=True, by=ana)
    return Room.objects.select_related("project", "channel").get(channel=channel)


@pytest.fixture
def message(room, ben) -> Message:
    return room.post("Hello **all**", by=ben)
