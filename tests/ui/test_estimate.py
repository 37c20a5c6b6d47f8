"""The estimate on the Depth page: unasked on an idle machine only, watched, refused with a sentence."""

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.events import Failure, RunState
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import MeasurementRecord, Store
from resnet_viz.ui import server
from resnet_viz.ui.experiment import estimate
from tests.made.specs import SMALL_SWEEP, spec
from tests.made.stored import claimed, queue, timed
from tests.ui.test_depth_page import LINK, open_page, texts

TIMING = "Timing a few steps on this machine"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """With a supervisor that carries nothing out, and no lead."""
    store = server.store()
    supervisor = Supervisor(store, capacity=Capacity(2, 1))
    monkeypatch.setattr(server, "supervisor", lambda: supervisor)
    monkeypatch.setattr(Capacity, "of", lambda _machine: Capacity(2, 1))
    monkeypatch.setattr(estimate, "_LEAD_S", 0.0)
    return store


def under_way(store: Store) -> list[MeasurementRecord]:
    return store.measurements.under_way()


def has_button(app: AppTest) -> bool:
    return any(button.key == "depth_estimate" for button in app.button)


def test_an_idle_machine_is_timed_unasked_once_for_all_who_look(store: Store) -> None:
    app = open_page(**LINK)
    assert TIMING in texts(app)
    assert TIMING in texts(open_page(**LINK))
    (probe,) = under_way(store)
    assert (probe.spec.task, probe.spec.fills, probe.state) == ("time", True, RunState.QUEUED)
    timed(store, SMALL_SWEEP)
    app.run()
    assert not app.exception
    assert "about 30 s on this machine · 2.0 GiB of memory" in texts(app)
    assert under_way(store) == []


def test_a_page_that_has_just_been_opened_has_the_machine_to_itself(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "_LEAD_S", 3600.0)
    app = open_page(**LINK)
    assert TIMING in texts(app)
    assert under_way(store) == []


def test_while_others_train_it_is_timed_only_when_asked(store: Store) -> None:
    (run_id,) = queue(store, spec())
    claimed(store, run_id)
    app = open_page(**LINK)
    assert TIMING not in texts(app)
    assert under_way(store) == []
    app.button(key="depth_estimate").click().run()
    assert not app.exception
    assert len(under_way(store)) == 1
    assert f"{TIMING}: waiting for a free slot" in texts(app)


def test_a_training_that_begins_during_the_lead_comes_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "_LEAD_S", 3600.0)
    app = open_page(**LINK)
    queue(store, spec())
    app.run()
    assert has_button(app)
    assert TIMING not in texts(app)
    assert under_way(store) == []


def test_a_refusal_is_a_sentence_and_is_tried_again_only_when_asked(store: Store) -> None:
    app = open_page(**LINK)
    (probe,) = under_way(store)
    attempt = store.measurements.claim(probe.id, "worker", 2)
    assert attempt == 1
    failure = Failure("probe_failed", "The probe could not train: {reason}", {"reason": "too large"})
    store.measurements.end(probe.id, attempt, RunState.FAILED, failure=failure)
    app.run()
    assert "The probe could not train: too large" in texts(app)
    assert "The probe could not train: too large" in texts(open_page(**LINK))
    assert under_way(store) == []
    app.button(key="depth_estimate").click().run()
    assert not app.exception
    assert "could not train" not in texts(app)
    assert len(under_way(store)) == 1


def test_a_start_is_not_lost_where_the_timing_comes_due_at_the_same_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The estimate stands above the button, and begins by asking for another run of the page."""
    monkeypatch.setattr(estimate, "_LEAD_S", 3600.0)
    app = open_page(**LINK)
    wanted = app.session_state["estimate_wanted"]
    app.session_state["estimate_wanted"] = wanted._replace(due=0.0)
    app.button(key="depth_start").click().run()
    assert not app.exception
    assert len(store.groups()) == 1
    app.run()
    assert len(store.groups()) == 1, "a press starts once"
