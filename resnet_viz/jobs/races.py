"""A race: a residual network and its plain twin, once per seed, queued as one group."""

from resnet_viz.data.catalogue import fitted
from resnet_viz.specs import RaceSpec
from resnet_viz.store import GroupRecord, Store


def start_race(store: Store, spec: RaceSpec, owner: str) -> GroupRecord:
    """Queue the runs of ``spec`` for ``owner``; wake the supervisor afterwards for a quick start.

    Raises:
        InvalidSetting: a member does not fit its data set; nothing is queued then.
        StoreUnavailable: the history cannot be written.
    """
    members = [fitted(member) for member in spec.members()]
    return store.add_group("race", owner, spec.to_json(), members)
