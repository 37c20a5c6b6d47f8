"""Messages survive the wire; anything else is refused."""

import json
from typing import Any

import pytest

from resnet_viz.jobs.capacity import DeviceFacts
from resnet_viz.jobs.messages import Begun, Done, Job, Leave, Measure, Message, Ready, from_values, to_values


@pytest.mark.parametrize(
    "message",
    [
        Job("abcdefghij", 3, 1),
        Job("abcdefghij", 3, 1, gpu=2),
        Measure("abcdefghij", 1, 2),
        Leave(),
        Begun("abcdefghij"),
        Done("abcdefghij", reusable=False),
        Ready("2.11.0", (DeviceFacts("cuda", "NVIDIA H200", 2**37, True), DeviceFacts("cpu", "x", 1, False))),
    ],
)
def test_a_message_comes_back_from_json(message: Message) -> None:
    back = from_values(json.loads(json.dumps(to_values(message))))
    assert back == message
    assert type(back) is type(message)


@pytest.mark.parametrize(
    "values",
    [{}, {"job": {}}, {"unheard": {}}, {"leave": {"now": 1}}, {"job": None}, {"ready": {"torch": ""}}],
)
def test_other_values_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not"):
        from_values(values)
