"""What a page says on its socket is read strictly: nothing malformed gets further than an error."""

import pytest

from presence.frames import LONGEST, BadFrame, Budget, Frame, decode

GOOD = [
    ('{"type": "activity", "state": "hidden"}', Frame("activity", "hidden")),
    ('{"type": "typing", "room": 3}', Frame("typing", 3)),
    ('{"type": "viewing", "task": 12}', Frame("viewing", 12)),
    ('{"type": "viewing", "task": null}', Frame("viewing", None)),
    ('{"type": "viewing", "task": 9223372036854775807}', Frame("viewing", 2**63 - 1)),
    ('{"type": "ping"}', Frame("ping")),
]

BAD = {
    "nothing": "",
    "blank": "   ",
    "not JSON": "{type: ping}",
    "cut off": '{"type": "ping"',
    "more after it": '{"type": "ping"} {}',
    "an array": '[{"type": "ping"}]',
    "a string": '"ping"',
    "a number": "1",
    "null": "null",
    "NaN": '{"type": "typing", "room": NaN}',
    "infinite": '{"type": "typing", "room": 1e999}',
    "nested 10,000 deep": "[" * 10_000 + "]" * 10_000,
    "nested as deep as fits": '{"type":' + "[" * 2000 + "]" * 2000 + "}",
    "an integer of 5,000 digits": '{"type": "typing", "room": ' + "9" * 5000 + "}",
    "an integer of 4,000 digits": '{"type": "typing", "room": ' + "9" * 4000 + "}",
    "beyond 64 bits": '{"type": "typing", "room": 9223372036854775808}',
    "NUL raw": '{"type": "pi\x00ng"}',
    "NUL escaped": '{"type": "activity", "state": "active\\u0000"}',
    "a lone surrogate, raw": '{"type": "activity", "state": "\ud800"}',
    "a lone surrogate, escaped": '{"type": "activity", "state": "\\ud800"}',
    "a surrogate as a key": '{"type": "ping", "\\udfff": 1}',
    "1 MB": '{"type": "ping", "x": "' + "x" * 2**20 + '"}',
    "one too long": '{"type": "ping"}'.ljust(LONGEST + 1),
    "no type": '{"room": 3}',
    "a type that is no text": '{"type": ["ping"]}',
    "an unknown type": '{"type": "message.created"}',
    "another's handler": '{"type": "websocket.disconnect"}',
    "a field missing": '{"type": "typing"}',
    "a field too many": '{"type": "ping", "room": 3}',
    "a field of another": '{"type": "typing", "room": 3, "user": 7}',
    "an unknown state": '{"type": "activity", "state": "offline"}',
    "the server's own state": '{"type": "activity", "state": "here"}',
    "a state that is no text": '{"type": "activity", "state": {"active": 1}}',
    "no state": '{"type": "activity", "state": null}',
    "true for a number": '{"type": "typing", "room": true}',
    "a broken number": '{"type": "typing", "room": 3.0}',
    "a number as text": '{"type": "typing", "room": "3"}',
    "zero": '{"type": "typing", "room": 0}',
    "negative": '{"type": "viewing", "task": -1}',
    "no room": '{"type": "typing", "room": null}',
    "binary": None,
}


@pytest.mark.parametrize(("text", "frame"), GOOD)
def test_what_a_page_says_is_understood(text: str, frame: Frame) -> None:
    assert decode(text) == frame
    assert decode(text.ljust(LONGEST)) == frame


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_what_nobody_should_say_is_refused_with_a_word(text: str | None) -> None:
    with pytest.raises(BadFrame) as refusal:
        decode(text)
    assert str(refusal.value)


def test_a_burst_is_allowed_and_a_flood_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("presence.frames.time.monotonic", lambda: now)
    budget = Budget(rate=5, burst=20)
    assert [budget.spend() for _ in range(21)] == [True] * 20 + [False]
    now += 1
    assert [budget.spend() for _ in range(6)] == [True] * 5 + [False]
    now += 3600
    assert [budget.spend() for _ in range(21)] == [True] * 20 + [False]
