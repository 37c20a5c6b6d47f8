"""Messages survive the pipe; anything else is refused."""

import json

import pytest

from resnet_viz.jobs.capacity import DeviceFacts
from resnet_viz.jobs.protocol import Begun, Done, Job, Leave, Message, Ready, decode, encode


@pytest.mark.parametrize(
    "message",
    [
        Job("abcdefghij", 3, 1),
        Leave(),
        Begun("abcdefghij"),
        Done("abcdefghij", reusable=False),
        Ready("2.11.0", (DeviceFacts("cuda", "NVIDIA H200", 2**37, True), DeviceFacts("cpu", "x", 1, False))),
    ],
)
def test_a_message_is_one_line_and_comes_back(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == message
    assert type(decode(line)) is type(message)


def test_ready_is_plain_json_for_other_programs() -> None:
    line = encode(Ready("2.11.0", (DeviceFacts("cpu", "x", 5, False),)))
    assert json.loads(line) == {
        "ready": {
            "torch": "2.11.0",
            "devices": [{"kind": "cpu", "name": "x", "memory_bytes": 5, "bfloat16": False}],
        }
    }


@pytest.mark.parametrize(
    "line", [b"hello", b"{}", b'{"job": {}}', b'{"unheard": {}}', b'{"leave": {"now": 1}}']
)
def test_other_lines_are_refused(line: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode(line)
