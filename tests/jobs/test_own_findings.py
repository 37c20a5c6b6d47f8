"""Claims are checked with the runs of the reader, once these have ended."""

from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.findings.claim import ClaimOutcome
from resnet_viz.findings.run_claims import faster_convergence, generalisation_gap, hard_when_extreme
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.jobs.own_findings import own_findings
from resnet_viz.store import Store
from tests.made import stored
from tests.made.specs import SMALL_SWEEP


def test_without_runs_nothing_can_be_told(own_store: Store) -> None:
    found = own_findings(own_store, "local")
    assert not found.races
    for claim in (faster_convergence(found.races), hard_when_extreme(found.sweeps)):
        assert claim.outcome is ClaimOutcome.UNDECIDED
        assert "would tell" in str(claim.remark)


def test_a_race_speaks_once_it_has_ended_and_only_to_its_owner(own_store: Store) -> None:
    group = stored.start_race(own_store)
    assert own_findings(own_store, "local").races == ()
    stored.train_race(own_store, group)
    races = own_findings(own_store, "local").races
    assert len(races) == 1
    # A level loss, a little up and down: the network below has it after the first 20 steps.
    assert "at depth 8, one seed: plain 2" in str(faster_convergence(races).ours)
    assert str(faster_convergence(races).ours).endswith(", residual 20.")
    assert "plain 0.0, residual 0.0." in str(generalisation_gap(races).ours)
    assert own_findings(own_store, "somebody else").races == ()


def test_a_sweep_is_described_with_its_depths(own_store: Store) -> None:
    group = start_experiment(own_store, SWEEP, SMALL_SWEEP, "local")
    stored.train_sweep(own_store, group)
    claim = hard_when_extreme(own_findings(own_store, "local").sweeps)
    assert "30.0% at depth 8, 30.0% at depth 14" in str(claim.ours)
    assert claim.outcome is ClaimOutcome.UNDECIDED
