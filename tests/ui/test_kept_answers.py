"""Answers of the inspector are kept as long as there is room for them."""

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from resnet_viz.errors import NotFound
from resnet_viz.processes.channel import Arrays, Frame
from resnet_viz.ui.kept_answers import KeptAnswers

ROOM = 4096


class Inspector:
    """Answers with as many bytes as it is asked for, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def ask(self, question: str, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        size = values["bytes"]
        self.asked.append(size)
        return Frame({"question": question}, {"content": np.full(size, size % 256, np.uint8)})


def test_a_small_answer_is_kept_and_changing_it_changes_only_a_copy() -> None:
    answers, inspector = KeptAnswers(ROOM), Inspector()
    for _ in range(3):
        answer = answers.answer(inspector.ask, "walk", {"bytes": 100}, {})
        assert answer.values == {"question": "walk"}
        assert answer.arrays["content"].tolist() == [100] * 100
        answer.arrays["content"][:] = 0
        answer.values.clear()
    assert inspector.asked == [100]


def test_a_large_answer_is_handed_on_but_not_kept_and_displaces_nothing() -> None:
    answers, inspector = KeptAnswers(ROOM), Inspector()
    answers.answer(inspector.ask, "walk", {"bytes": 100}, {})
    before = answers.size_bytes
    for _ in range(2):
        answer = answers.answer(inspector.ask, "onnx", {"bytes": 2000}, {})
        assert answer.arrays["content"].nbytes == 2000
    assert answers.size_bytes == before
    answers.answer(inspector.ask, "walk", {"bytes": 100}, {})
    assert inspector.asked == [100, 2000, 2000]


def test_the_file_of_an_answer_counts_too() -> None:
    answers = KeptAnswers(ROOM)
    answers.answer(lambda *_asked: Frame({}, {}, b"x" * 2000), "onnx", {}, {})
    assert answers.size_bytes == 0


def test_answers_together_stay_below_the_bound_and_what_was_asked_for_longest_ago_goes() -> None:
    answers, inspector = KeptAnswers(ROOM), Inspector()
    sizes = range(800, 806)
    for size in sizes:
        answers.answer(inspector.ask, "walk", {"bytes": 800}, {})
        answers.answer(inspector.ask, "walk", {"bytes": size}, {})
        assert answers.size_bytes <= ROOM
    assert inspector.asked == list(sizes)
    answers.answer(inspector.ask, "walk", {"bytes": 805}, {})
    answers.answer(inspector.ask, "walk", {"bytes": 801}, {})
    assert inspector.asked == [*sizes, 801]


def test_another_question_version_value_or_image_is_asked_anew() -> None:
    answers, inspector = KeptAnswers(ROOM), Inspector()
    black, white = np.zeros((1, 3), np.uint8), np.full((1, 3), 255, np.uint8)
    for _ in range(2):
        answers.answer(inspector.ask, "maps", {"bytes": 9}, {"images": black})
        answers.answer(inspector.ask, "maps", {"bytes": 9}, {"images": white})
        answers.answer(inspector.ask, "maps", {"bytes": 9}, {"images": white.reshape(3, 1)})
        answers.answer(inspector.ask, "walk", {"bytes": 9}, {"images": black})
        answers.answer(inspector.ask, "maps", {"bytes": 9}, {"images": black}, version=1)
        answers.answer(inspector.ask, "maps", {"bytes": 9, "tap": "stem"}, {"images": black})
    assert len(inspector.asked) == 6


def test_a_refusal_is_not_kept() -> None:
    answers, inspector = KeptAnswers(ROOM), Inspector()

    def refuse(_question: str, _values: Mapping[str, Any], _arrays: Arrays) -> Frame:
        raise NotFound("no_such_model", "There is no network {reference}.", reference="x")

    with pytest.raises(NotFound):
        answers.answer(refuse, "walk", {"bytes": 5}, {})
    assert answers.answer(inspector.ask, "walk", {"bytes": 5}, {}).arrays["content"].nbytes == 5


def test_who_asks_the_same_at_once_waits_for_one_answer() -> None:
    answers, inspector = KeptAnswers(ROOM), Inspector()
    asked, go_on = threading.Event(), threading.Event()

    def ask(question: str, values: Mapping[str, Any], arrays: Arrays) -> Frame:
        asked.set()
        assert go_on.wait(60)
        return inspector.ask(question, values, arrays)

    askers = [threading.Thread(target=answers.answer, args=(ask, "walk", {"bytes": 7}, {})) for _ in range(4)]
    for asker in askers:
        asker.start()
    assert asked.wait(60)
    answers.answer(inspector.ask, "walk", {"bytes": 8}, {})  # another question need not wait
    go_on.set()
    for asker in askers:
        asker.join(60)
    assert inspector.asked == [8, 7]
