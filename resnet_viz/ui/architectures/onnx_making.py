"""ONNX files while they are made, which takes up to half a minute: the page says for how long already."""

import threading
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from time import monotonic
from typing import Final, NamedTuple, Self

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.ui.architectures.client import ask
from resnet_viz.ui.architectures.subjects import Subject
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.live.following import Following
from resnet_viz.wording import duration

_began: Final[dict[str, list[float]]] = {}
"""By network, for each that waits for its file."""
_lock: Final = threading.Lock()


def onnx(subject: Subject) -> bytes:
    """The file; raises `ResnetVizError`."""
    with _noted(_network(subject)):
        return ask("onnx", subject.weights).arrays["content"].tobytes()


def show_progress(subjects: Sequence[Subject]) -> None:
    """A line for each of the networks whose file is being made, brought up to date by the server."""
    st.fragment(_progress)(subjects)


@in_readers_language
def _progress(subjects: Sequence[Subject]) -> None:
    source = Making.of(subjects)
    following = Following(source, source.read(), lambda _read: "", key="architectures_onnx", moving=True)
    following.text("onnx", making_html)
    following.begin()


class Making(NamedTuple):
    """Titles and names of networks, to be followed."""

    networks: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, subjects: Sequence[Subject]) -> Self:
        """Of these networks."""
        return cls(tuple((one.title, _network(one)) for one in subjects))

    @property
    def key(self) -> Hashable:
        """By what they are told apart from others."""
        return "onnx", self.networks

    def read(self) -> list[tuple[str, float]]:
        """Titles, and for how many seconds their files have been in the making."""
        now = monotonic()
        with _lock:
            return [(title, now - min(_began[name])) for title, name in self.networks if name in _began]


def making_html(making: list[tuple[str, float]]) -> str:
    """What is said of it."""
    text = _("Making the ONNX file of {network}: {time} so far")
    lines = [text.format(network=title, time=duration(seconds)) for title, seconds in making]
    return "".join(f'<p class="progress-text">{escape(line)}</p>' for line in lines)


@contextmanager
def _noted(network: str) -> Iterator[None]:
    began = monotonic()
    with _lock:
        _began.setdefault(network, []).append(began)
    try:
        yield
    finally:
        with _lock:
            _began[network].remove(began)
            if not _began[network]:
                del _began[network]


def _network(subject: Subject) -> str:
    return repr(sorted(subject.weights.items()))
