"""Lists of runs: every filter, search in any script, order, pages, and five thousand of them."""

import pytest
from sqlalchemy import update

from resnet_viz.events import Facts, RunState, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.specs import DataSpec, NetworkSpec, RunSpec, TrainSpec
from resnet_viz.store import Labels, RunQuery, Store
from resnet_viz.store.schema import runs
from tests.made.clock import Clock
from tests.made.stored import claimed


@pytest.fixture
def names(store: Store, clock: Clock) -> dict[str, str]:
    """Runs by role and depth: a finished race of depth 8, and somebody else's queued one on MNIST."""
    small = Experiment(run=RunSpec(network=NetworkSpec(depth=8)))
    first = store.add_group("race", "me", small.to_json(), small.runs(), name="Été").run_ids
    for run_id, loss in zip(first, (0.75, 0.5), strict=True):
        attempt = claimed(store, run_id)
        store.append(run_id, attempt, [Facts({"train_loss": loss, "device": "cpu", "wall_s": 2.0})])
        store.append(run_id, attempt, [Facts({"taps": []}), StateChanged(RunState.FINISHED)])
    clock.now += 10
    data = DataSpec(dataset="mnist")
    deep = Experiment(run=RunSpec(network=NetworkSpec(depth=20), data=data, train=TrainSpec(seed=7)))
    second = store.add_group("race", "you", deep.to_json(), deep.runs()).run_ids
    return dict(zip(("plain-8", "residual-8", "plain-20", "residual-20"), first + second, strict=True))


def found(store: Store, names: dict[str, str], query: RunQuery) -> list[str]:
    by_id = {run_id: name for name, run_id in names.items()}
    return [by_id[row.id] for row in store.library.find(query).rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (RunQuery(), ["plain-20", "residual-20", "plain-8", "residual-8"]),
        (RunQuery(roles=["plain"]), ["plain-20", "plain-8"]),
        (RunQuery(states=[RunState.QUEUED]), ["plain-20", "residual-20"]),
        (RunQuery(states=[]), []),
        (RunQuery(depths=[8, 56]), ["plain-8", "residual-8"]),
        (RunQuery(datasets=["mnist"]), ["plain-20", "residual-20"]),
        (RunQuery(owner="me", roles=["residual"]), ["residual-8"]),
        (RunQuery(origin="imported"), []),
        (RunQuery(text="PLAIN-8"), ["plain-8"]),
        (RunQuery(text="mnist residual"), ["residual-20", "residual-8"]),
        (RunQuery(text="queued mnist plain"), ["plain-20"]),
        (RunQuery(text="Été"), ["plain-8", "residual-8"]),
        (RunQuery(text="%"), []),
        (RunQuery(text="_"), []),
        (RunQuery(text="\0 \udcff"), []),
        (RunQuery(sort="train_loss"), ["plain-8", "residual-8", "plain-20", "residual-20"]),
        (
            RunQuery(sort="train_loss", descending=False),
            ["residual-8", "plain-8", "plain-20", "residual-20"],
        ),
        (RunQuery(sort="depth", descending=False), ["plain-8", "residual-8", "plain-20", "residual-20"]),
        (RunQuery(limit=1), ["plain-20"]),
        (RunQuery(offset=3), ["residual-8"]),
        (RunQuery(limit=2, offset=1), ["residual-20", "plain-8"]),
    ],
)
def test_a_query_finds_what_fits_in_its_order(
    store: Store, names: dict[str, str], query: RunQuery, expected: list[str]
) -> None:
    assert found(store, names, query) == expected


def test_sqlite_knows_the_letters_of_all_languages(store: Store, names: dict[str, str]) -> None:
    # What PostgreSQL takes for one letter is a matter of its locale.
    anywhere = found(store, names, RunQuery(text="éTÉ"))
    assert anywhere == ["plain-8", "residual-8"] or store.url.startswith("postgresql")


def test_a_page_knows_how_many_there_are(store: Store, names: dict[str, str]) -> None:
    page = store.library.find(RunQuery(owner="me", limit=1))
    assert (len(page.rows), page.total) == (1, 2)
    assert store.library.find(RunQuery(offset=99)).total == len(names)


def test_labels_are_found_and_pins_come_first(store: Store, names: dict[str, str]) -> None:
    store.library.label([names["plain-8"]], Labels(name="Großer  Lauf", tags=["Tag_1", "深度"], pinned=True))
    store.library.label([names["residual-8"]], Labels(notes="see Tag_1", tags=["Tagx1"]))
    assert found(store, names, RunQuery(text="grosser")) == []
    assert found(store, names, RunQuery(text="GROßER")) == ["plain-8"]
    assert found(store, names, RunQuery(text="深度")) == ["plain-8"]
    assert found(store, names, RunQuery(tags=["tag_1"])) == ["plain-8"]
    assert found(store, names, RunQuery(tags=["tag_1", "深度"])) == ["plain-8"]
    assert found(store, names, RunQuery(tags=["tag"])) == []
    assert found(store, names, RunQuery(text="tag_1")) == ["plain-8", "residual-8"]
    assert found(store, names, RunQuery(pinned=True)) == ["plain-8"]
    assert found(store, names, RunQuery())[0] == "plain-8"
    assert found(store, names, RunQuery(pinned_first=False))[0] == "plain-20"
    row = store.library.find(RunQuery(pinned=True)).rows[0]
    assert (row.name, row.tags, row.group_name, row.device, row.wall_s, row.train_loss) == (
        "Großer Lauf",
        ("Tag_1", "深度"),
        "Été",
        "cpu",
        2.0,
        0.75,
    )


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("a[0]", ["[", "]", "[0"]),
        ('say "hi"', ['"', '"hi"']),
        ("back\\slash", ["\\", "k\\s"]),
        ("one, two", [",", "one, two"]),
        ("café", ["café", "cafe\u0301", "CAFÉ"]),
        ("cafe\u0301", ["café", "cafe\u0301", "CAFE\u0301"]),
        ("n°5 深度", ["n°5", "深"]),
    ],
)
def test_search_is_for_what_was_written_not_for_how_it_is_stored(
    store: Store, names: dict[str, str], tag: str, words: list[str]
) -> None:
    store.library.label([names["plain-20"]], Labels(tags=["other", tag, "third"]))
    for word in words:
        assert found(store, names, RunQuery(text=word)) == ["plain-20"], word
    assert found(store, names, RunQuery(tags=[tag, "THIRD"])) == ["plain-20"]


@pytest.mark.parametrize(("tag", "other"), [('x"a', "a"), ("a\\", 'a\\"'), ("ab", "a"), ("a", "a b")])
def test_a_tag_is_found_whole_or_not_at_all(
    store: Store, names: dict[str, str], tag: str, other: str
) -> None:
    store.library.label([names["plain-8"]], Labels(tags=[tag]))
    assert found(store, names, RunQuery(tags=[tag])) == ["plain-8"]
    assert found(store, names, RunQuery(tags=[other])) == []
    assert found(store, names, RunQuery(text='"')) == (["plain-8"] if '"' in tag else [])


def test_names_of_the_time_before_accents_were_composed_are_found(
    store: Store, names: dict[str, str]
) -> None:
    with store._database.writing() as connection:
        connection.execute(update(runs).where(runs.c.id == names["plain-8"]).values(name="cafe\u0301"))
    assert found(store, names, RunQuery(text="café")) == ["plain-8"]


def test_of_five_thousand_runs_all_that_fit_are_counted_and_a_page_is_read(store: Store) -> None:
    specs = [RunSpec(network=NetworkSpec(depth=8 + 6 * (i % 9)), train=TrainSpec(seed=i)) for i in range(500)]
    for sweep in range(10):
        store.add_group("sweep", "me", "{}", specs, name=f"Sweep {sweep}")
    queries = {
        RunQuery(): 5_000,
        RunQuery(text="residual-32 sweep 3", limit=50): 560,
        RunQuery(depths=(8, 14), sort="train_loss", limit=50): 1_120,
    }
    for query, total in queries.items():
        page = store.library.find(query)
        assert page.total == total
        assert len(page.rows) == min(total, query.limit or total)
