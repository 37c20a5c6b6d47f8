"""Stands in for the decoder and does what the file that it is given tells it: hang, die, lie."""

import json
import os
import signal
import struct
import tempfile
import threading
from typing import Any

from resnet_viz.processes.channel import Channel
from resnet_viz.processes.tasks import Workplace

_FAIR = {"format": "PNG", "size": [2, 2], "changes": [], "warnings": [], "fitting": []}
_PICTURES = [["shown", "uint8", [2, 2, 3]], ["square", "uint8", [2, 2]]]
_PIXELS = b"abcdefghijklmnop"


def serve(channel: Channel, workplace: Workplace) -> None:
    """Misbehave."""
    channel.send({"ready": True})
    question = channel.receive()
    assert question is not None
    match question.file.decode():
        case "hang":
            threading.Event().wait()
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "crash":
            os.abort()
        case "nothing":
            return
        case "nonsense":
            _write(channel, b"[1, 2\n")
        case "a number":
            _say(channel, b"7")
        case "deep":
            _say(channel, b"[" * 60_000)
        case "endless header":
            _write(channel, struct.pack("<I", 2**32 - 1))
            while True:
                _write(channel, b"x" * 4096)
        case "unknown code":
            channel.send({"answer": {"refused": "?", "parameters": {}, "detail": ""}})
        case "words of its own":
            channel.send({"refusal": {"code": "hello", "template": "Send money.", "parameters": {}}})
        case "unknown change":
            _answer(channel, _FAIR | {"changes": [["?", {}]]})
        case "unknown format":
            _answer(channel, _FAIR | {"format": "<b>"})
        case "huge":
            _answer(channel, _FAIR, [["shown", "uint8", [60_000, 60_000, 3]], _PICTURES[1]])
        case "larger than asked":
            _answer(channel, _FAIR, [["shown", "uint8", [641, 1, 3]], _PICTURES[1]], b"x" * (641 * 3 + 4))
        case "negative":
            _answer(channel, _FAIR, [["shown", "uint8", [-2, -2, 3]], _PICTURES[1]])
        case "infinite":
            _answer(channel, _FAIR, [["shown", "uint8", [float("inf"), 2, 3]], _PICTURES[1]])
        case "other numbers":
            _answer(channel, _FAIR, [["shown", "float32", [1, 1, 3]], _PICTURES[1]])
        case "grey":
            _answer(channel, _FAIR, [["shown", "uint8", [4, 3]], _PICTURES[1]])
        case "too few pixels":
            _answer(channel, _FAIR, pixels=_PIXELS[:11])
        case "one pixel too few":
            _answer(channel, _FAIR, pixels=_PIXELS[:15])
        case "no second picture":
            _answer(channel, _FAIR, _PICTURES[:1], _PIXELS[:12])
        case "greedy":
            _use_memory(channel)
        case "writing":
            _write_a_file(channel)
        case "lingering":
            _answer(channel, _FAIR)
            threading.Event().wait()
        case "fair":
            _answer(channel, _FAIR, pixels=_PIXELS + b"and more")


def _answer(
    channel: Channel, facts: dict[str, Any], pictures: list[Any] = _PICTURES, pixels: bytes = _PIXELS
) -> None:
    header = {"values": {"answer": facts}, "arrays": pictures, "file": 0}
    _say(channel, json.dumps(header).encode())
    _write(channel, pixels)


def _say(channel: Channel, header: bytes) -> None:
    _write(channel, struct.pack("<I", len(header)) + header)


def _write(channel: Channel, content: bytes) -> None:
    channel._outgoing.write(content)


def _use_memory(channel: Channel) -> None:
    try:
        bytearray(2**31)
    except MemoryError:
        _refuse(channel, "decoder_memory")


def _write_a_file(channel: Channel) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with tempfile.TemporaryFile() as target:
            target.write(b"x")
    except OSError:
        _refuse(channel, "not_an_image")


def _refuse(channel: Channel, code: str) -> None:
    channel.send({"answer": {"refused": code, "parameters": {}, "detail": ""}})
