"""Answers of the inspector for whoever asks the same again, as many as fit into so much memory."""

import json
import threading
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final
from weakref import WeakValueDictionary

from resnet_viz.processes.channel import Arrays, Frame

MOST_BYTES: Final = 64 * 2**20
"""Of all answers that one memory keeps."""


class KeptAnswers:
    """Who asks what was asked before gets a copy of the answer; safe to ask from several threads.

    Several who ask the same at once wait for one answer. Those that were asked for longest ago make
    room for others.

    Args:
        most_bytes: of all together. What takes more than a quarter of it (a file, mostly) is not kept.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: dict[bytes, bytes] = {}  # what was asked for longest ago comes first
        # Held by who asks a question; the others wait for the answer.
        self._turns: WeakValueDictionary[bytes, threading.Lock] = WeakValueDictionary()
        self._lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        """What all answers take."""
        with self._lock:
            return sum(map(len, self._kept.values()))

    def answer(
        self,
        ask: Callable[[str, Mapping[str, Any], Arrays], Frame],
        question: str,
        values: Mapping[str, Any],
        arrays: Arrays,
        version: int = 0,
    ) -> Frame:
        """What ``ask`` says to the question; another ``version`` of what is asked about is asked anew.

        Raises whatever ``ask`` raises, which is not kept.
        """
        text = json.dumps([question, version, values], sort_keys=True)
        key = sha256(Frame({"asked": text}, dict(arrays)).to_bytes()).digest()
        with self._lock:
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            kept = self._find(key)
            if kept is not None:
                return Frame.from_bytes(kept)
            answer = ask(question, values, arrays)
            self._keep(key, answer)
            return answer

    def _find(self, key: bytes) -> bytes | None:
        with self._lock:
            content = self._kept.pop(key, None)
            if content is not None:
                self._kept[key] = content
            return content

    def _keep(self, key: bytes, answer: Frame) -> None:
        size = len(answer.file) + sum(array.nbytes for array in answer.arrays.values())
        if size > self._most_bytes // 4:
            return
        content = answer.to_bytes()
        with self._lock:
            self._kept[key] = content
            total = sum(map(len, self._kept.values()))
            while total > self._most_bytes:
                total -= len(self._kept.pop(next(iter(self._kept))))
