"""What was exported comes back whole; what somebody made up does not come in."""

import copy
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.events import Failure, RunState
from resnet_viz.exports import as_download, import_runs
from resnet_viz.exports.encoding import is_json
from resnet_viz.exports.importing import MAX_BYTES, parse_runs
from resnet_viz.specs import RunSpec
from resnet_viz.store import Labels, RunQuery, RunReader
from tests.exports.conftest import GRADIENTS, SPEC, Made


@pytest.fixture
def exported(made: Made) -> dict[str, Any]:
    labels = Labels(name="<b>Name</b>", notes="n", tags=["t"])
    made.store.library.label([made.plain], labels)
    content: dict[str, Any] = json.loads(as_download(made.store, [made.plain], "json").content)
    return content


def test_an_exported_run_comes_back_marked(made: Made, exported: dict[str, Any]) -> None:
    group = import_runs(made.store, "me", json.dumps(exported).encode(), name="Taken in")
    (run_id,) = group.run_ids
    original, run = made.store.run(made.plain), made.store.run(run_id)
    assert run_id != made.plain
    for field in ("spec", "digest", "role", "seed", "state", "step", "name", "notes", "tags", "facts"):
        assert getattr(run, field) == getattr(original, field), field
    assert (run.origin, run.owner, made.store.group(group.id).kind) == ("imported", "me", "import")
    assert (run.started_at, run.ended_at) == (original.started_at, original.ended_at)
    before, after = (RunReader(made.store, name).history() for name in (made.plain, run_id))
    assert after.series.keys() == before.series.keys()
    np.testing.assert_array_equal(after.series["train/loss"].value, [2.5, 2.25, np.nan, np.nan])
    np.testing.assert_array_equal(after.profiles["grad/relative"].value, GRADIENTS)
    again: dict[str, Any] = json.loads(as_download(made.store, [run_id], "json").content)
    assert (again["series"], again["profiles"]) == (exported["series"], exported["profiles"])


def test_several_runs_come_back_together(made: Made) -> None:
    content = as_download(made.store, [made.plain, made.residual], "json").content
    group = import_runs(made.store, "me", content)
    assert [made.store.run(run_id).role for run_id in group.run_ids] == ["plain", "residual"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_what_a_shell_wrote_in_its_own_encoding_comes_back_the_same(
    made: Made, exported: dict[str, Any], encoding: str
) -> None:
    """PowerShell's ``>`` writes UTF-16 or UTF-8, both with a mark at the beginning."""
    exported["run"]["name"] = "Läufe 深度"
    text = json.dumps(exported, ensure_ascii=False)
    assert is_json(text.encode(encoding))
    (run_id,) = import_runs(made.store, "me", text.encode(encoding)).run_ids
    (plain_id,) = import_runs(made.store, "me", text.encode()).run_ids
    content = [as_download(made.store, [name], "json").content for name in (run_id, plain_id)]
    assert content[0] == content[1].replace(plain_id.encode(), run_id.encode()).replace(
        made.store.run(plain_id).group_id.encode(), made.store.run(run_id).group_id.encode()
    )
    assert made.store.run(run_id).name == "Läufe 深度"


def test_an_encoding_that_cannot_be_told_is_named_as_the_reason(exported: dict[str, Any]) -> None:
    exported["run"]["name"] = "深度"
    text = json.dumps(exported, ensure_ascii=False)
    for content in (text.encode("gbk"), b"\xff\xfe{\0\x01"):
        assert is_json(content)
        with pytest.raises(InvalidSetting) as refused:
            parse_runs(content)
        assert refused.value.code == "import_encoding"


def test_weights_are_not_taken_for_text() -> None:
    """Their header's length comes first, and may look like the mark of UTF-16."""
    header = b'{"__metadata__":{}}'
    for length in (0xFEFF, 0xFFFE, 31520, len(header), 0x7B, 0x227B):
        assert not is_json(length.to_bytes(8, "little") + header.ljust(length))


def test_a_run_that_had_not_ended_counts_as_stopped_and_is_not_trained(made: Made) -> None:
    (queued,) = made.store.add_group("race", "me", "{}", [SPEC]).run_ids
    (run_id,) = import_runs(made.store, "me", as_download(made.store, [queued], "json").content).run_ids
    assert made.store.run(run_id).state is RunState.STOPPED
    with pytest.raises(InvalidSetting):
        made.store.resume(run_id)


def test_words_of_a_failure_are_never_a_template(made: Made, exported: dict[str, Any]) -> None:
    evil = "{text.__class__} {0:>99999999}"
    exported["run"] |= {"state": "failed", "failure": {"code": "x", "text": evil}}
    (run_id,) = import_runs(made.store, "me", json.dumps(exported).encode()).run_ids
    failure = made.store.run(run_id).failure
    assert isinstance(failure, Failure)
    assert str(failure) == f"As imported: {evil}"


def test_facts_that_nobody_knows_are_left_out(made: Made, exported: dict[str, Any]) -> None:
    exported["run"]["facts"] |= {"surprise": "x" * 10_000, "batch_digests": {"4": "ab12"}}
    exported["run"] |= {"owner": "you", "id": "../../etc", "role": "nonsense", "seed": -5}
    (run_id,) = import_runs(made.store, "me", json.dumps(exported).encode()).run_ids
    run = made.store.run(run_id)
    assert "surprise" not in run.facts
    assert run.facts["batch_digests"] == {"4": "ab12"}
    assert (run.owner, run.role, run.seed) == ("me", "plain", 0)


def changed(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        *parents, last = path.split("|")
        for name in parents:
            content = content[name]
        content[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (changed("run", []), "import_broken"),
        (changed("run|schema", 3), "import_newer"),
        (changed("run|spec|network|depth", 9), "illegal_depth"),
        (changed("run|spec|data|train_size", 50_000), "train_size_too_large"),
        (changed("run|spec|network|surprise", 1), "extra_forbidden"),
        (changed("run|spec", "x"), "import_broken"),
        (changed("run|state", "flying"), "import_broken"),
        (changed("run|step", 5), "import_broken"),
        (changed("run|step", -1), "import_broken"),
        (changed("run|name", "x" * 101), "import_broken"),
        (changed("run|name", "a\0b"), "text_not_printable"),
        (changed("run|tags", ["x" * 41]), "text_too_long"),
        (changed("run|facts|torch", '"""\nimport os'), "import_broken"),
        (changed("run|facts|device", "<img>"), "import_broken"),
        (changed("run|facts|train_loss", "0.5"), "import_broken"),
        (changed("series|train/loss|step", [0, 1, 1, 2]), "import_broken"),
        (changed("series|train/loss|step", [0, 1, 2]), "import_broken"),
        (changed("series|train/loss|step", [0, 1, 2, 5]), "import_broken"),
        (changed("series|train/loss|value", [1, 2, 3, "4"]), "import_broken"),
        (changed("series|../../etc", {"step": [], "value": []}), "import_broken"),
        (changed("profiles|grad/relative|tap", ["stem", "stem", "head"]), "import_broken"),
        (changed("profiles|grad/relative|tap", ["<script>", "a", "b"]), "import_broken"),
        (changed("profiles|grad/relative|value", [[1, 2, 3], [1, 2]]), "import_broken"),
        (changed("profiles|grad/relative|value", [[1, 2, 3]]), "import_broken"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_recorded(
    made: Made, exported: dict[str, Any], change: Callable[[dict[str, Any]], None], code: str
) -> None:
    content = copy.deepcopy(exported)
    change(content)
    with pytest.raises(InvalidSetting) as refused:
        import_runs(made.store, "me", json.dumps(content).encode())
    assert refused.value.code == code
    assert "\n" not in str(refused.value)
    assert made.store.library.find(RunQuery(origin="imported")).total == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import_not_json"),
        (b"\x80\x04pickle", "import_not_json"),
        (b"[]", "import_not_json"),
        (b"{}", "import_not_a_run"),
        (b'{"runs": []}', "import_broken"),
        (b'{"runs": [{}]}', "import_broken"),
        (b"[" * 100_000, "import_not_json"),
        (b'{"run": ' + b"[" * 100_000, "import_not_json"),
        (b"{" + b" " * MAX_BYTES, "import_too_large"),
        ('{"run": "\ud800"}'.encode("utf-8", "surrogatepass"), "import_encoding"),
    ],
)
def test_what_is_no_export_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        parse_runs(content)
    assert refused.value.code == code


def test_numbers_beyond_all_measure_are_refused(exported: dict[str, Any]) -> None:
    content = json.dumps(exported).replace("2.25", "1e999")
    with pytest.raises(InvalidSetting):
        parse_runs(content.encode())
    exported["series"]["train/loss"]["value"][1] = 1e308
    exported["profiles"]["grad/relative"]["value"][0][0] = 1e308  # infinite in float32
    (run,) = parse_runs(json.dumps(exported).encode())
    assert run.spec == RunSpec.checked(**exported["run"]["spec"])


def test_an_export_from_before_the_shape_left_the_network_is_read(
    made: Made, exported: dict[str, Any]
) -> None:
    exported["run"]["schema"] = 1
    exported["run"]["spec"]["network"] |= {"in_channels": 1, "image_px": 14, "classes": 10}
    (run_id,) = import_runs(made.store, "me", json.dumps(exported).encode()).run_ids
    run = made.store.run(run_id)
    assert run.digest == made.store.run(made.plain).digest


def test_what_a_gpu_did_comes_back_with_its_run(made: Made, exported: dict[str, Any]) -> None:
    said = {"step_mode": "refused", "step_mode_error": "not permitted", "peak_memory_bytes": 2**30}
    exported["run"]["facts"] |= said
    group = import_runs(made.store, "me", json.dumps(exported).encode(), name="")
    facts = made.store.run(group.run_ids[0]).facts
    assert {name: facts[name] for name in said} == said
    exported["run"]["facts"]["step_mode"] = "made up"
    with pytest.raises(InvalidSetting):
        import_runs(made.store, "me", json.dumps(exported).encode(), name="")
