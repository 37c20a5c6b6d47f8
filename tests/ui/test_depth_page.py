"""The Depth page without a browser: what it shows, what it writes, what it refuses."""

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.errors import NotFound
from resnet_viz.events import Failure, RunState, Wish
from resnet_viz.experiments.estimates import Estimate
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.findings.verdict import depth_verdict
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.experiments import MOST_ATTEMPTS, cells_of, spec_of, start_experiment
from resnet_viz.jobs.promises import keep_promise
from resnet_viz.store import Store
from resnet_viz.ui import recordings
from resnet_viz.ui.depth import recorded as depth_recorded
from resnet_viz.ui.experiment.verdict import plain_text
from resnet_viz.ui.linked_form import DEPTH_FORM
from resnet_viz.ui.permissions import LOCAL
from tests.made.specs import SMALL_SWEEP
from tests.made.stored import end, timed, train_sweep

PAGE = Path(__file__).parents[2] / "pages" / "depth.py"
LINK = {"depths": "8,14", "steps": "30", "evaluate": "30", "probe": "30"}


def open_page(**link: str) -> AppTest:
    """The page after its first run; nothing may have gone wrong."""
    app = AppTest.from_file(str(PAGE), default_timeout=20)
    for parameter, value in link.items():
        app.query_params[parameter] = value
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    """All words of the main part, the boxes of the cells included."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.warning, app.error)
    words = [element.value for kind in kinds for element in kind]
    return "\n".join([*words, *(element.proto.body for element in app.get("html"))])


def test_before_anything_is_trained_a_recording_is_shown_and_called_so() -> None:
    app = open_page()
    words = texts(app)
    assert "14 runs" in words
    assert not app.button(key="depth_start").disabled
    recording = recordings.recorded_sweep()
    assert f"This is a recording, not a sweep of this machine: {len(recording.runs)} networks" in words
    assert recording.origin.command in words
    assert recording.origin.day in words
    assert "36 runs of 1,000 steps, batch size 64 · Fashion-MNIST, 60,000 images, 14×14 px" in words
    assert "the time says nothing about an idle machine" in words
    verdict = depth_verdict(recording.spec, list(recording.cells))
    assert [plain_text(str(said)) for said in verdict.sentences] == _listed(app)


def _listed(app: AppTest) -> list[str]:
    """The sentences of the verdict, which are the first list on the page."""
    return next(text.value for text in app.markdown if text.value.startswith("- "))[2:].split("\n- ")


def test_the_recorded_sweep_gives_way_to_an_own_one_and_can_be_had_again(store: Store) -> None:
    group = start_experiment(store, SWEEP, SMALL_SWEEP, LOCAL)
    train_sweep(store, group)
    app = open_page(sweep=group.id)
    assert "This is a recording" not in texts(app)
    app.button(key="depth_open_recorded").click().run()
    assert not app.exception
    assert "This is a recording" in texts(app)
    assert "sweep" not in app.query_params
    app.button(key=f"depth_open_{group.id}").click().run()
    assert "This is a recording" not in texts(app)


def test_the_recorded_sweeps_settings_can_be_taken_over() -> None:
    app = open_page()
    app.button(key="depth_recorded_settings").click().run()
    assert not app.exception
    spec = recordings.recorded_sweep().spec
    assert app.session_state["depth_set_depths"] == list(spec.depths)
    assert app.number_input(key="depth_set_steps").value == spec.run.train.steps
    assert app.selectbox(key="depth_set_data@en").value == spec.run.data.dataset
    assert len(DEPTH_FORM.kind.from_link(dict(app.query_params))[1].cells()) == len(spec.cells())


def test_published_curves_over_the_recording_are_kept_in_the_link() -> None:
    app = open_page()
    app.toggle(key=DEPTH_FORM.switch_key).set_value(True).run()
    assert not app.exception
    assert app.query_params["published"] == "yes"


def test_without_its_file_the_form_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise NotFound("no_recording", "There is no recording called {name}.", name="x")

    monkeypatch.setattr(depth_recorded, "recorded_sweep", missing)
    app = open_page()
    assert "no recording called x" in app.warning[0].value
    assert not app.button(key="depth_start").disabled


def test_the_button_starts_the_sweep_and_the_link_names_it(store: Store) -> None:
    app = open_page(**LINK)
    app.button(key="depth_start").click().run()
    assert not app.exception
    group = store.group(app.query_params["sweep"])
    assert group.owner == LOCAL
    runs = store.runs(group=group.id)
    assert sorted((run.role, run.spec.network.depth) for run in runs) == [
        ("plain", 8),
        ("plain", 14),
        ("residual", 8),
        ("residual", 14),
    ]
    assert "0 of 4 runs finished" in texts(app)
    assert app.button(key="depth_start").disabled


def test_the_link_restores_the_settings() -> None:
    app = open_page(preset="classroom", families="plain,residual+projection", depths="8,146", lr="0.01")
    assert app.session_state["depth_preset"] == "classroom"
    assert app.multiselect(key="depth_set_families@en").value == ["plain", "residual+projection"]
    assert app.session_state["depth_set_depths"] == [8, 146]
    assert app.number_input(key="depth_set_lr").value == 0.01
    assert app.query_params == {
        "preset": "classroom",
        "families": "plain,residual+projection",
        "depths": "8,146",
        "lr": "0.01",
    }


def test_changing_a_setting_writes_the_link() -> None:
    app = open_page()
    app.number_input(key="depth_set_steps").set_value(40).run()
    app.select_slider(key="depth_set_seeds").set_value(3).run()
    assert app.query_params == {"seeds": "3", "steps": "40"}


def test_depths_follow_the_families() -> None:
    app = open_page(depths="8,14")
    app.multiselect(key="depth_set_families@en").set_value(["plain+bottleneck", "residual+bottleneck"]).run()
    assert app.session_state["depth_set_depths"] == [11]
    assert not app.error


def test_depths_to_press_are_those_of_the_first_family_and_never_too_many() -> None:
    """A CNN has every depth; beside a residual network it takes the nearest."""
    app = open_page(families="residual,cnn", depths="8,20")
    assert [*app.button_group(key="depth_set_depths").options][:4] == ["8", "14", "20", "26"]
    app = open_page(families="cnn", depths="5,8")
    shown = [int(depth) for depth in app.button_group(key="depth_set_depths").options]
    assert {5, 8} <= set(shown)
    assert len(shown) <= 42
    assert not app.exception


def test_a_range_of_depths_goes_beyond_what_can_be_pressed() -> None:
    app = open_page()
    app.number_input(key="depth_from").set_value(20)
    app.number_input(key="depth_to").set_value(164)
    app.select_slider(key="depth_every_6").set_value(36).run()
    app.button(key="depth_range").click().run()
    assert app.session_state["depth_set_depths"] == [20, 56, 92, 128, 164]


@pytest.mark.parametrize(
    ("setting", "said"),
    [("families", "Choose at least one network type."), ("depths", "Choose at least one depth.")],
)
def test_an_empty_choice_is_refused_in_a_sentence(setting: str, said: str) -> None:
    app = open_page()
    app.session_state[f"depth_set_{setting}"] = []
    app.run()
    assert [error.value for error in app.error] == [said]
    assert app.button(key="depth_start").disabled


def test_an_unknown_family_is_named() -> None:
    app = open_page()
    app.session_state["depth_set_families"] = ["plain", "dense"]
    app.run()
    assert not app.exception
    assert "There is no network type dense" in app.error[0].value


def test_more_network_types_than_a_chart_can_show_are_refused_and_shown_where_they_were_started(
    store: Store,
) -> None:
    six = ("plain", "residual", "resnext", "densenet", "vgg", "cnn")
    app = open_page()
    app.session_state["depth_set_families"] = list(six)
    app.run()
    assert [error.value for error in app.error] == [
        "These are 6 network types; at most 5 can be compared at once. Leave some out."
    ]
    assert app.button(key="depth_start").disabled
    group = start_experiment(store, SWEEP, SMALL_SWEEP.but(families=six), LOCAL)
    app = open_page(sweep=group.id)
    assert not app.exception
    assert "VGG, depth" in texts(app)


def test_a_finished_sweep_has_verdict_table_and_charts(store: Store) -> None:
    group = start_experiment(store, SWEEP, SMALL_SWEEP, LOCAL)
    train_sweep(store, group)
    app = open_page(sweep=group.id, **LINK)
    words = texts(app)
    assert "In these runs: plain 30.0% at depth 8, 50.0% at depth 14; residual 30.0%" in words
    assert "One seed a depth describes and cannot judge" in words
    assert "Plain, depth 14, seed 0: Finished" in words
    assert not {button.key for button in app.button} & {"depth_pause", "depth_resume", "depth_stop"}


def test_cells_trained_elsewhere_are_reused_and_marked(store: Store) -> None:
    train_sweep(store, start_experiment(store, SWEEP, SMALL_SWEEP, "someone else"))
    app = open_page(**LINK)
    assert "4 already trained, will be reused" in texts(app)
    app.button(key="depth_start").click().run()
    assert not app.exception
    assert store.runs(group=app.query_params["sweep"]) == []
    assert texts(app).count("Finished, reused") >= 4


def test_a_larger_sweep_extends_the_open_one(store: Store) -> None:
    group = start_experiment(store, SWEEP, SMALL_SWEEP, LOCAL)
    train_sweep(store, group)
    app = open_page(sweep=group.id, **LINK | {"depths": "8,14,20"})
    button = app.button(key="depth_start")
    assert button.label == "Extend the sweep"
    button.click().run()
    assert app.query_params["sweep"] == group.id
    assert [r.spec.network.depth for r in store.runs(group=group.id) if r.state is RunState.QUEUED] == [
        20,
        20,
    ]


def test_pause_resume_and_cancel_are_wishes(store: Store) -> None:
    group = start_experiment(store, SWEEP, SMALL_SWEEP, LOCAL)
    app = open_page(sweep=group.id, **LINK)

    def wishes() -> set[Wish]:
        return {run.desired.wish for run in store.runs(group=group.id)}

    app.button(key="depth_pause").click().run()
    assert wishes() == {Wish.PAUSE}
    app.button(key="depth_resume").click().run()
    assert wishes() == {Wish.RUN}
    app.button(key="depth_stop").click().run()
    assert {run.state for run in store.runs(group=group.id)} == {RunState.STOPPED}
    app.button(key="depth_resume").click().run()
    assert {run.state for run in store.runs(group=group.id)} == {RunState.QUEUED}


def test_a_failed_cell_is_named_and_tried_again_when_asked(store: Store) -> None:
    group = start_experiment(store, SWEEP, SMALL_SWEEP, LOCAL)
    places = cells_of(store, group)
    broken = next(p.run for p in places if p.run and (p.cell.family, p.cell.depth) == ("plain", 14))
    failure = Failure("out_of_memory", "The device ran out of memory.", {})
    for again in range(MOST_ATTEMPTS):
        if again:
            store.resume(broken.id)
        end(store, broken.id, RunState.FAILED, failure)
    app = open_page(sweep=group.id, **LINK)
    said = "Failed or interrupted: Plain, depth 14, seed 0 (attempt 4). The device ran out of memory."
    assert [error.value for error in app.error] == [said]
    app.button(key="depth_retry").click().run()
    assert store.run(broken.id).state is RunState.QUEUED


def test_somebody_elses_sweep_can_be_watched_only(store: Store) -> None:
    group = start_experiment(store, SWEEP, SMALL_SWEEP, "someone else")
    app = open_page(sweep=group.id, **LINK)
    assert "you can watch it, but not control it" in texts(app)
    assert not [button for button in app.button if button.key == "depth_pause"]


def test_an_unknown_sweep_is_a_sentence() -> None:
    app = open_page(sweep="nosuchsweep")
    assert "There is no sweep nosuchsweep" in app.warning[0].value


def test_the_estimate_is_compared_with_what_came(store: Store) -> None:
    group = start_experiment(store, SWEEP, SMALL_SWEEP, LOCAL)
    cells = list(spec_of(group).cells())
    keep_promise(store, group.id, Estimate(5.0, 10.0, 1, 4, 120, 1), cells)
    train_sweep(store, group)
    assert "Training took 8 s; the estimate was 10 s (+25% compared" in texts(
        open_page(sweep=group.id, **LINK)
    )


def test_a_known_measurement_gives_time_and_memory(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_of(start_experiment(store, SWEEP, SMALL_SWEEP, "someone else"))
    monkeypatch.setattr(Capacity, "of", lambda _machine: Capacity(2, 1))
    timed(store, spec)
    # Four trainings of 15 s, two at a time.
    assert "about 30 s on this machine · 2.0 GiB of memory" in texts(open_page(**LINK))


def test_the_page_needs_neither_torch_nor_pandas(store: Store) -> None:
    group = start_experiment(store, SWEEP, SMALL_SWEEP, LOCAL)
    train_sweep(store, group)
    script = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(PAGE)!r}, default_timeout=60)
app.query_params["sweep"] = {group.id!r}
app.run()
assert not app.exception, app.exception
assert app.header
print(sorted({{"torch", "pandas"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
