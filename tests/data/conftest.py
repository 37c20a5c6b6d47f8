"""A local file server instead of the internet."""

from collections.abc import Iterator

import pytest

from resnet_viz.data.sources import MIRROR_VARIABLE
from tests.data.server import FileServer, serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """A running file server, reached directly whatever proxy the machine uses."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)
    with serving() as state:
        yield state
