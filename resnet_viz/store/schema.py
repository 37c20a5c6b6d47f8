"""The tables as the newest migration leaves them; `migrations` is what creates them.

``run_events`` is one log per run, numbered without gaps in the order in which
transactions were committed; measurements are in it as `frames`. ``layouts``
says what the columns of a frame are, once for all frames that look the same.
``run_facts`` lives apart so that a heartbeat rewrites a short row; what a list
of runs is filtered and sorted by stands in ``runs`` once more, from ``depth`` on.

``measurements`` have no log: what there is so far replaces what there was, as
one frame of the wire in ``result``. Of equal ones (``digest``, ``machine``) at
most one waits or runs, which an index sees to. ``predictions`` are what readers
expected of a measurement before it ran, found by its ``digest``.
"""

from sqlalchemy import BigInteger, Boolean, Column, Double, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

run_groups = Table(
    "run_groups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("spec", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("promise", Text),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("group_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("spec", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("wish", Text, nullable=False),
    Column("until_step", BigInteger, nullable=False),
    Column("worker", Text),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("ended_at", Double),
    Column("heartbeat_at", Double),
    Column("step", BigInteger, nullable=False),
    Column("total_steps", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("failure", Text),
    Column("tags", Text, nullable=False),
    Column("pinned_at", Double),
    Column("deleted_at", Double),
    Column("origin", Text, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("device", Text),
    Column("train_loss", Double),
    Column("train_accuracy", Double),
    Column("test_accuracy", Double),
    Column("wall_s", Double),
    Column("test_statistics", Text),
)

run_facts = Table(
    "run_facts",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("facts", Text, nullable=False),
)

layouts = Table(
    "layouts",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("layout", Text, nullable=False),
)

run_events = Table(
    "run_events",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("recorded_at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    Column("layout", Text),
    Column("last_step", BigInteger),
    Column("payload", LargeBinary, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("step", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("kept", Boolean, nullable=False),
)

measurements = Table(
    "measurements",
    metadata,
    Column("id", Text, primary_key=True),
    Column("task", Text, nullable=False),
    Column("spec", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("fills", Boolean, nullable=False),
    Column("owner", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("wish", Text, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("worker", Text),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("ended_at", Double),
    Column("heartbeat_at", Double),
    Column("share", Double, nullable=False),
    Column("result", LargeBinary),
    Column("failure", Text),
)

predictions = Table(
    "predictions",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("prediction", Text, nullable=False),
    Column("made_at", Double, nullable=False),
)
