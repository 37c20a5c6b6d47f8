"""What is sent arrives as it was; nothing that could run goes through, nor half a frame."""

import os
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet_viz.processes.channel import Channel, Frame

ARRAYS: dict[str, npt.NDArray[Any]] = {
    "turned": np.arange(24, dtype=np.uint8).reshape(2, 3, 4)[:, ::-1].transpose(2, 0, 1),
    "map": np.array([[np.nan, -1.5]], np.float32),
    "none": np.empty((0, 3), np.int64),
    "one": np.array(7, np.int64),
    "mask": np.array([True, False]),
    "exact": np.array([0.1, np.inf], np.float64),
}


def sent(*frame: Any) -> bytes:
    wire = BytesIO()
    Channel(BytesIO(), wire).send(*frame)
    return wire.getvalue()


def channel(content: bytes) -> Channel:
    return Channel(BytesIO(content), BytesIO())


@pytest.fixture
def pipe() -> Iterator[tuple[Channel, Channel]]:
    """Two ends of a real pipe, which takes a few kilobytes at a time."""
    reading, writing = os.pipe()
    into = Channel(BytesIO(), os.fdopen(writing, "wb", buffering=0))
    out = Channel(os.fdopen(reading, "rb", buffering=0), BytesIO())
    yield into, out
    into.close()
    out.close()


def test_values_arrays_and_file_arrive_whole_and_can_be_written_to() -> None:
    frame = channel(sent({"say": "残差"}, ARRAYS, b"\x00file")).receive()
    assert frame is not None
    assert frame.values == {"say": "残差"}
    assert frame.file == b"\x00file"
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(frame.arrays[name], array)
        assert frame.arrays[name].dtype == array.dtype
        assert frame.arrays[name].shape == array.shape
        assert frame.arrays[name].flags.writeable


def test_a_frame_is_bytes_and_back_and_half_of_it_is_none() -> None:
    content = Frame({"say": "残差"}, ARRAYS).to_bytes()
    back = Frame.from_bytes(content)
    assert back.values == {"say": "残差"}
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(back.arrays[name], array)
    for broken in (b"", content[:2], content[:-1]):
        with pytest.raises(ValueError, match="not a frame"):
            Frame.from_bytes(broken)


def test_frames_larger_than_a_pipe_arrive_one_after_the_other(pipe: tuple[Channel, Channel]) -> None:
    into, out = pipe
    large = np.arange(2**20, dtype=np.int64)

    def send() -> None:
        for number in range(3):
            into.send({"number": number}, {"large": large + number})
        into.close()

    sender = threading.Thread(target=send)
    sender.start()
    for number in range(3):
        frame = out.receive()
        assert frame is not None
        assert frame.values == {"number": number}
        np.testing.assert_array_equal(frame.arrays["large"], large + number)
    assert out.receive() is None
    sender.join()


class Narrow(BytesIO):
    """Takes three bytes at a time, as a pipe may when a signal comes in between."""

    def write(self, content: Any) -> int:
        return super().write(bytes(content[:3]))


def test_what_is_taken_in_parts_is_sent_whole() -> None:
    wire = Narrow()
    Channel(BytesIO(), wire).send({"say": 1}, ARRAYS, b"file")
    assert wire.getvalue() == sent({"say": 1}, ARRAYS, b"file")


@pytest.mark.parametrize(
    "array", [np.array([print], object), np.ones(2, complex), np.ones(2, ">f4"), np.ones(2, "i4")]
)
def test_other_types_are_refused_before_anything_is_sent(array: npt.NDArray[Any]) -> None:
    wire = BytesIO()
    with pytest.raises(ValueError, match="x has items of type"):
        Channel(BytesIO(), wire).send({}, {"x": array})
    assert wire.getvalue() == b""


def test_an_end_in_the_middle_is_noticed_wherever_it_is() -> None:
    whole = sent({"a": 1}, {"x": np.ones(5, np.float32)}, b"file")
    assert channel(b"").receive() is None
    for length in range(1, len(whole)):
        with pytest.raises(EOFError):
            channel(whole[:length]).receive()


@pytest.mark.parametrize(
    "header",
    [
        b"7",
        b"[1, 2",
        b"[" * 60_000,
        b"\xff",
        b"{}",
        b'{"values": [], "arrays": [], "file": 0}',
        b'{"values": {}, "arrays": [], "file": -1}',
        b'{"values": {}, "arrays": [["x"]], "file": 0}',
        b'{"values": {}, "arrays": [["x", "object", [1]]], "file": 0}',
        b'{"values": {}, "arrays": [["x", "uint8", [-1, -1]]], "file": 0}',
        b'{"values": {}, "arrays": [["x", "uint8", [Infinity]]], "file": 0}',
    ],
)
def test_what_no_sender_says_is_no_frame(header: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        channel(len(header).to_bytes(4, "little") + header + bytes(99)).receive()


def test_text_on_the_wire_is_noticed_at_once(pipe: tuple[Channel, Channel]) -> None:
    """Taken for a length, "hell" is 1.8 GB, which nobody would ever send."""
    into, out = pipe
    into._outgoing.write(b"hello")
    with pytest.raises(ValueError, match="header of"):
        out.receive()


def test_no_more_is_taken_than_was_asked_for() -> None:
    frame = sent({}, {"x": np.ones(1000, np.uint8)}, bytes(1000))
    assert channel(frame).receive(2100) is not None
    with pytest.raises(ValueError, match="more than 1900 bytes"):
        channel(frame).receive(1900)
    with pytest.raises(ValueError, match="header of"):
        channel(frame).receive(10)
