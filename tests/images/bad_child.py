"""Stands in for the decoder process and does what the file on stdin tells it: hang, die, lie."""

import json
import os
import signal
import sys
import tempfile
import threading

from resnet_viz.images.child import limit_resources
from resnet_viz.images.refusals import Refused

_FAIR = {"format": "PNG", "size": [2, 2], "shown": [2, 2], "changes": [], "warnings": [], "fitting": []}


def main() -> None:
    """Misbehave."""
    deed = sys.stdin.buffer.read().decode()
    match deed:
        case "hang":
            threading.Event().wait()
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "crash":
            os.abort()
        case "nothing":
            return
        case "nonsense":
            sys.stdout.write("[1, 2\n")
        case "a number":
            sys.stdout.write("7\n")
        case "deep":
            sys.stdout.write("[" * 60_000 + "\n")
        case "endless header":
            while True:
                sys.stdout.write("x" * 4096)
        case "unknown code":
            sys.stdout.write(json.dumps({"refused": "?", "parameters": {}, "detail": ""}) + "\n")
        case "unknown change":
            sys.stdout.write(json.dumps(_FAIR | {"changes": [["?", {}]]}) + "\n" + "x" * 16)
        case "unknown format":
            sys.stdout.write(json.dumps(_FAIR | {"format": "<b>"}) + "\n" + "x" * 16)
        case "huge":
            sys.stdout.write(json.dumps(_FAIR | {"shown": [60_000, 60_000]}) + "\n")
        case "larger than asked":
            sys.stdout.write(json.dumps(_FAIR | {"shown": [641, 1]}) + "\n" + "x" * (641 * 3 + 4))
        case "negative":
            sys.stdout.write(json.dumps(_FAIR | {"shown": [-2, -2]}) + "\n")
        case "too few pixels":
            sys.stdout.write(json.dumps(_FAIR) + "\n" + "x" * 11)
        case "no second picture":
            sys.stdout.write(json.dumps(_FAIR) + "\n" + "x" * 15)
        case "greedy":
            _use_memory()
        case "writing":
            _write_a_file()
        case "lingering":
            sys.stdout.write(json.dumps(_FAIR) + "\n" + "abcdefghijklmnop")
            sys.stdout.flush()
            threading.Event().wait()
        case "fair":
            sys.stdout.write(json.dumps(_FAIR) + "\n" + "abcdefghijklmnop" + "and more")


def _use_memory() -> None:
    limit_resources()
    try:
        bytearray(2**31)
    except MemoryError:
        _refuse(Refused("decoder_memory"))


def _write_a_file() -> None:
    limit_resources()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with tempfile.TemporaryFile() as target:
            target.write(b"x")
    except OSError:
        _refuse(Refused("not_an_image"))


def _refuse(refusal: Refused) -> None:
    sys.stdout.write(json.dumps({"refused": refusal.code, "parameters": {}, "detail": ""}) + "\n")


if __name__ == "__main__":
    main()
