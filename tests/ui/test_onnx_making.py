"""How long an ONNX file has been in the making, for whoever waits for it."""

import threading

import numpy as np
import pytest

from resnet_viz.errors import NotFound
from resnet_viz.processes.channel import Frame
from resnet_viz.ui.architectures import onnx_making
from resnet_viz.ui.architectures.onnx_making import Making, making_html, onnx
from resnet_viz.ui.architectures.subjects import Subject


def subject(title: str) -> Subject:
    return Subject(title, title, title, "", {}, {"network": title})


def test_it_is_told_from_the_press_to_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, go_on = threading.Event(), threading.Event()
    now = [100.0]

    def answer(_question: str, _network: object) -> Frame:
        asked.set()
        assert go_on.wait(60)
        return Frame({}, {"content": np.frombuffer(b"file", np.uint8)})

    monkeypatch.setattr(onnx_making, "ask", answer)
    monkeypatch.setattr(onnx_making, "monotonic", lambda: now[0])
    one, other = subject("Plain-20"), subject("Residual-20")
    making = Making.of([one, other])
    assert making_html(making.read()) == ""
    found: list[bytes] = []
    waiting = threading.Thread(target=lambda: found.append(onnx(one)))
    waiting.start()
    assert asked.wait(60)
    now[0] += 12
    assert making.read() == [("Plain-20", 12.0)]
    assert "Making the ONNX file of Plain-20: 12 s so far" in making_html(making.read())
    go_on.set()
    waiting.join(60)
    assert found == [b"file"]
    assert making.read() == []


def test_a_file_that_cannot_be_made_is_no_longer_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_question: str, _network: object) -> Frame:
        raise NotFound("no_such_model", "There is no network {reference}.", reference="x")

    monkeypatch.setattr(onnx_making, "ask", refuse)
    with pytest.raises(NotFound):
        onnx(subject("Plain-20"))
    assert Making.of([subject("Plain-20")]).read() == []
