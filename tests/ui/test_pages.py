"""The pages without a browser: what they show, what they write, what they refuse."""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.errors import NotFound
from resnet_viz.events import Facts, Failure, Progress, RunState, StateChanged, Wish
from resnet_viz.jobs.experiments import spec_of
from resnet_viz.store import Store
from resnet_viz.ui.permissions import LOCAL
from tests.made.stored import end, start_race, train_race, write

MAIN = Path(__file__).parents[2] / "resnet_viz" / "ui" / "main.py"


def open_page(name: str = "home", **link: str) -> AppTest:
    """The page after its first run; nothing may have gone wrong."""
    app = AppTest.from_file(str(MAIN), default_timeout=20)
    for parameter, value in link.items():
        app.query_params[parameter] = value
    app.run()
    if name != "home":
        app.switch_page(f"../../pages/{name}.py")
        app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    """All words of the main part."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.warning, app.error)
    words = [element.value for kind in kinds for element in kind]
    words += [re.sub("<[^>]*>", "", element.proto.body) for element in app.get("html")]
    return unescape("\n".join(words))


def test_home_says_what_this_is_and_leads_to_the_race() -> None:
    app = open_page()
    assert "skip connection" in app.title[0].value
    assert "CPU cores" in texts(app)
    assert "Open this race" in [link.proto.label for link in app.get("page_link")]


@pytest.mark.parametrize(("language", "title"), [("en", "Race"), ("zh", "对照实验")])
def test_the_link_sets_the_language(language: str, title: str) -> None:
    assert open_page("race", lang=language).title[0].value == title


def test_an_unknown_language_is_english() -> None:
    assert open_page("race", lang="xx").title[0].value == "Race"


def test_the_first_press_starts_a_race_with_the_first_preset(store: Store) -> None:
    app = open_page("race")
    app.button(key="race_start").click().run()
    assert not app.exception
    group = store.group(app.query_params["race"])
    runs = store.runs(group=group.id)
    assert [run.role for run in runs] == ["plain", "residual"]
    assert {run.owner for run in runs} == {LOCAL}
    assert {run.spec.network.depth for run in runs} == {32}


def test_the_link_restores_the_settings() -> None:
    app = open_page("race", preset="vanishing", depth="56", lr="0.01", seeds="3")
    assert app.session_state["race_preset"] == "vanishing"
    assert app.select_slider(key="race_set_depth").value == 56
    assert app.number_input(key="race_set_lr").value == 0.01
    assert app.selectbox(key="race_set_norm@en").value == "none"
    assert app.select_slider(key="race_set_seeds").value == 3


def test_changing_a_setting_writes_the_link() -> None:
    app = open_page("race")
    app.select_slider(key="race_set_depth").set_value(56).run()
    app.selectbox(key="race_set_shortcut@en").set_value("projection").run()
    assert app.query_params == {"depth": "56", "shortcut": "projection"}
    assert "changed from the preset: Shortcut type of the residual network" in texts(app)


def test_an_illegal_value_in_the_link_is_named() -> None:
    app = open_page("race", depth="21")
    assert app.select_slider(key="race_set_depth").value == 32
    assert "depth=21" in unescape(app.warning[0].value)
    assert "20, 26" in unescape(app.warning[0].value)


def test_another_block_moves_the_depth_to_a_legal_one() -> None:
    app = open_page("race")
    app.selectbox(key="race_set_block@en").set_value("bottleneck").run()
    assert not app.exception
    assert app.select_slider(key="race_set_depth").value == 29


def test_contradicting_settings_are_refused_in_one_sentence() -> None:
    app = open_page("race")
    app.number_input(key="race_set_warmup").set_value(500).run()
    assert len(app.error) == 1
    assert "warm-up of 500" in app.error[0].value
    assert app.button(key="race_start").disabled


def test_more_images_than_there_are_cannot_be_had() -> None:
    app = open_page("race", images="50000")
    assert "12000" in app.error[0].value
    assert app.button(key="race_start").disabled


def test_a_finished_race_shows_verdict_fairness_and_results(store: Store) -> None:
    group = start_race(store)
    train_race(store, group)
    app = open_page("race", race=group.id)
    words = texts(app)
    assert "In this run: residual " in words
    assert "4,934 parameters" in words
    assert any("4 of 4 checks" in expander.label for expander in app.expander)
    assert 3 in [element.proto.body.count("<tr>") for element in app.get("html")]
    assert {button.key for button in app.button} >= {"race_again", "race_start"}
    assert not {button.key for button in app.button} & {"race_pause", "race_step", "race_resume", "race_stop"}


def test_while_the_training_goes_on_its_layers_are_followed_or_not(store: Store) -> None:
    group = start_race(store)
    train_race(store, group, end=None)
    app = open_page("race", race=group.id)
    assert not any(slider.key == "race_step_shown@en" for slider in app.select_slider)
    app.toggle(key="race_follow").set_value(False).run()
    assert app.select_slider(key="race_step_shown@en").value == 29


def test_a_race_opened_by_its_name_alone_brings_its_settings(store: Store) -> None:
    group = start_race(store)
    app = open_page("race", race=group.id)
    spec = spec_of(group)
    assert app.select_slider(key="race_set_depth").value == spec.run.network.depth
    assert app.number_input(key="race_set_steps").value == spec.run.train.steps
    assert not any(button.key == "race_take_settings" for button in app.button)


def test_a_form_that_asks_for_something_else_than_what_is_shown_says_so(store: Store) -> None:
    group = start_race(store)
    train_race(store, group)
    app = open_page("race", race=group.id)
    app.select_slider(key="race_set_depth").set_value(20).run()
    assert "ask for something else than what is shown here: Depth of the networks." in texts(app)
    app.button(key="race_take_settings").click().run()
    assert not app.exception
    assert app.select_slider(key="race_set_depth").value == 8
    assert "ask for something else" not in texts(app)
    assert app.query_params["race"] == group.id


def test_a_second_start_says_what_it_will_do_and_may_take_the_place_of_the_first(store: Store) -> None:
    group = start_race(store)
    app = open_page("race", race=group.id)
    assert "Something else trains on this machine" in texts(app)
    assert store.groups(kind="race")[0].id == group.id, "to open it starts nothing"
    app.button(key="race_start_instead").click().run()
    assert not app.exception
    second = store.group(app.query_params["race"])
    assert second.id != group.id
    assert {run.state for run in store.runs(group=group.id)} == {RunState.STOPPED}
    assert {run.state for run in store.runs(group=second.id)} == {RunState.QUEUED}
    app.button(key="race_start").click().run()
    assert len(store.groups(kind="race")) == 3
    assert {run.state for run in store.runs(group=second.id)} == {RunState.QUEUED}


def test_a_running_race_has_no_verdict_yet(store: Store) -> None:
    group = start_race(store)
    train_race(store, group, end=None)
    app = open_page("race", race=group.id)
    assert "trains better" not in texts(app)
    assert "The verdict comes when all networks have finished." in texts(app)
    assert {button.key for button in app.button} >= {"race_pause", "race_stop"}
    assert not {button.key for button in app.button} & {"race_step", "race_resume", "race_again"}


def test_the_scrubber_shows_the_layers_at_an_earlier_step(store: Store) -> None:
    group = start_race(store)
    train_race(store, group)
    app = open_page("race", race=group.id)
    assert not any(toggle.key == "race_follow" for toggle in app.toggle), "there is nothing to follow"
    slider = app.select_slider(key="race_step_shown@en")
    assert (slider.value, slider.options[-1]) == (29, "after 29 steps"), "of 30: measured within the last"
    app.select_slider(key="race_step_shown@en").set_value(3).run()
    assert not app.exception
    assert app.select_slider(key="race_step_shown@en").value == 3


def test_a_download_shows_how_far_it_is(store: Store) -> None:
    group = start_race(store)
    download = {"dataset": "cifar10", "done_bytes": 34_000_000, "total_bytes": 170_000_000}
    write(store, group.run_ids[0], Facts({"download": download}))
    assert "downloading cifar10: 34 of 170 MB" in texts(open_page("race", race=group.id))


def test_a_failed_run_says_why_in_a_sentence(store: Store) -> None:
    group = start_race(store)
    failure = Failure("out_of_memory", "The {device} has no memory left.", {"device": "GPU"})
    for run_id in group.run_ids:
        end(store, run_id, RunState.FAILED, failure)
    app = open_page("race", race=group.id)
    assert [error.value for error in app.error] == ["Plain, Residual: The GPU has no memory left."]
    assert app.button(key="race_resume")


def test_pause_resume_and_stop_reach_the_store(store: Store) -> None:
    group = start_race(store)
    app = open_page("race", race=group.id)
    app.button(key="race_pause").click().run()
    assert {run.desired.wish for run in store.runs(group=group.id)} == {Wish.PAUSE}
    app.button(key="race_resume").click().run()
    assert {run.desired.wish for run in store.runs(group=group.id)} == {Wish.RUN}
    app.button(key="race_stop").click().run()
    assert {run.state for run in store.runs(group=group.id)} == {RunState.STOPPED}
    app.button(key="race_resume").click().run()
    assert {run.state for run in store.runs(group=group.id)} == {RunState.QUEUED}
    assert not app.exception


def test_a_step_takes_both_networks_to_the_same_step(store: Store) -> None:
    group = start_race(store)
    for run_id, step in zip(group.run_ids, (4, 7), strict=True):
        write(store, run_id, Progress(step), StateChanged(RunState.PAUSED))
    open_page("race", race=group.id).button(key="race_step").click().run()
    wishes = {(run.desired.wish, run.desired.until_step) for run in store.runs(group=group.id)}
    assert wishes == {(Wish.PAUSE, 8)}


def test_only_the_owner_controls_a_race(store: Store) -> None:
    group = start_race(store, owner="somebody else")
    app = open_page("race", race=group.id)
    assert "another browser" in texts(app)
    assert not any(button.key == "race_stop" for button in app.button)


def test_an_unknown_race_is_told_in_a_sentence(store: Store) -> None:
    with pytest.raises(NotFound):
        store.group("zzzzzzzzzz")
    assert "no race zzzzzzzzzz" in open_page("race", race="zzzzzzzzzz").warning[0].value


def test_the_beginning_of_a_name_does_not_open_a_race(store: Store) -> None:
    group = start_race(store)
    assert "no race" in open_page("race", race=group.id[:5]).warning[0].value


def test_an_earlier_race_is_opened_with_its_settings(store: Store) -> None:
    group = start_race(store)
    app = open_page("race")
    app.button(key=f"race_open_{group.id}").click().run()
    assert app.query_params["race"] == group.id
    assert app.select_slider(key="race_set_depth").value == 8
    assert app.number_input(key="race_set_steps").value == 30


def test_again_starts_the_same_race_from_the_next_seed(store: Store) -> None:
    group = start_race(store)
    train_race(store, group)
    app = open_page("race", race=group.id)
    app.button(key="race_again").click().run()
    assert not app.exception
    latest = store.groups(kind="race", limit=1)[0]
    assert latest.id != group.id
    assert {run.seed for run in store.runs(group=latest.id)} == {1}
    assert app.query_params["race"] == latest.id


def test_the_web_process_never_imports_torch() -> None:
    program = f"""
import sys
from html import unescape
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(MAIN)!r}, default_timeout=20).run()
app.switch_page("../../pages/race.py").run()
app.button(key="race_start").click().run()
assert not app.exception, app.exception
print(sorted({{"torch", "torchvision", "captum"}} & set(sys.modules)))
"""
    root = MAIN.parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr
