"""The way from any older database to the tables of `schema`, one step per version.

Steps are never edited once released: they are what made the files people have.
Each step and its record are one transaction, and the lock is taken before the
version is read, so that processes that open a new database together agree.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection, inspect

from resnet_viz.errors import StoreUnavailable
from resnet_viz.locale import N_
from resnet_viz.store.database import Database
from resnet_viz.store.rewriting import rewrite_networks

Step = tuple[str | Callable[[Connection], None], ...]
"""Statements in SQL, and functions for what SQL cannot do."""


def _drop_data_shape(network: dict[str, Any]) -> None:
    for name in ("in_channels", "image_px", "classes"):
        network.pop(name, None)


MIGRATIONS: tuple[Step, ...] = (
    (
        """CREATE TABLE run_groups (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL,
            notes TEXT NOT NULL, spec TEXT NOT NULL, created_at DOUBLE PRECISION NOT NULL)""",
        "CREATE INDEX run_groups_by_time ON run_groups (created_at)",
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY, group_id TEXT NOT NULL REFERENCES run_groups (id) ON DELETE CASCADE,
            position INTEGER NOT NULL, owner TEXT NOT NULL, role TEXT NOT NULL, seed BIGINT NOT NULL,
            spec TEXT NOT NULL, digest TEXT NOT NULL, name TEXT NOT NULL, notes TEXT NOT NULL,
            state TEXT NOT NULL, attempt INTEGER NOT NULL, wish TEXT NOT NULL, until_step BIGINT NOT NULL,
            worker TEXT, created_at DOUBLE PRECISION NOT NULL, started_at DOUBLE PRECISION,
            ended_at DOUBLE PRECISION, heartbeat_at DOUBLE PRECISION, step BIGINT NOT NULL,
            total_steps BIGINT NOT NULL, sequence BIGINT NOT NULL, failure TEXT)""",
        "CREATE INDEX runs_by_time ON runs (created_at)",
        "CREATE INDEX runs_by_owner ON runs (owner, created_at)",
        "CREATE INDEX runs_by_group ON runs (group_id, position)",
        "CREATE INDEX runs_by_state ON runs (state)",
        "CREATE INDEX runs_by_digest ON runs (digest)",
        """CREATE TABLE run_facts (
            run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE, facts TEXT NOT NULL)""",
        "CREATE TABLE layouts (digest TEXT PRIMARY KEY, layout TEXT NOT NULL)",
        """CREATE TABLE run_events (
            run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, sequence BIGINT NOT NULL,
            recorded_at DOUBLE PRECISION NOT NULL, kind TEXT NOT NULL,
            layout TEXT REFERENCES layouts (digest), last_step BIGINT, payload {binary} NOT NULL,
            PRIMARY KEY (run_id, sequence)){clustered}""",
        """CREATE TABLE checkpoints (
            run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, path TEXT NOT NULL,
            step BIGINT NOT NULL, size_bytes BIGINT NOT NULL, kept BOOLEAN NOT NULL,
            PRIMARY KEY (run_id, path))""",
    ),
    (
        "ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE runs ADD COLUMN pinned_at DOUBLE PRECISION",
        "ALTER TABLE runs ADD COLUMN deleted_at DOUBLE PRECISION",
        "ALTER TABLE runs ADD COLUMN origin TEXT NOT NULL DEFAULT 'trained'",
        "ALTER TABLE runs ADD COLUMN depth INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN dataset TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN device TEXT",
        "ALTER TABLE runs ADD COLUMN train_loss DOUBLE PRECISION",
        "ALTER TABLE runs ADD COLUMN train_accuracy DOUBLE PRECISION",
        "ALTER TABLE runs ADD COLUMN test_accuracy DOUBLE PRECISION",
        "ALTER TABLE runs ADD COLUMN wall_s DOUBLE PRECISION",
        "UPDATE runs SET depth = {spec_depth}, dataset = {spec_dataset}",
        """UPDATE runs SET
            device = (SELECT {fact_device} FROM run_facts WHERE run_id = runs.id),
            train_loss = (SELECT {fact_train_loss} FROM run_facts WHERE run_id = runs.id),
            train_accuracy = (SELECT {fact_train_accuracy} FROM run_facts WHERE run_id = runs.id),
            test_accuracy = (SELECT {fact_test_accuracy} FROM run_facts WHERE run_id = runs.id),
            wall_s = (SELECT {fact_wall_s} FROM run_facts WHERE run_id = runs.id)""",
    ),
    (
        # Until now test figures were measured with the running averages of batch normalisation.
        "ALTER TABLE runs ADD COLUMN test_statistics TEXT",
        """UPDATE runs SET test_statistics =
            CASE {spec_norm} WHEN 'batch' THEN 'running averages' ELSE 'as trained' END
            WHERE test_accuracy IS NOT NULL""",
        """UPDATE run_facts SET facts = {facts_with_statistics}
            WHERE run_id IN (SELECT id FROM runs WHERE test_statistics IS NOT NULL)""",
    ),
    # Until now a network had what follows from the data; two runs that differ in nothing else are one.
    (partial(rewrite_networks, change=_drop_data_shape),),
    (
        # What was measured and estimated so far lay in JSON files under home; it is made anew.
        "ALTER TABLE run_groups ADD COLUMN promise TEXT",
        """CREATE TABLE measurements (
            id TEXT PRIMARY KEY, task TEXT NOT NULL, spec TEXT NOT NULL, digest TEXT NOT NULL,
            machine TEXT NOT NULL, device TEXT NOT NULL, fills BOOLEAN NOT NULL, owner TEXT NOT NULL,
            state TEXT NOT NULL, attempt INTEGER NOT NULL, wish TEXT NOT NULL, slots INTEGER NOT NULL,
            worker TEXT, created_at DOUBLE PRECISION NOT NULL, started_at DOUBLE PRECISION,
            ended_at DOUBLE PRECISION, heartbeat_at DOUBLE PRECISION, share DOUBLE PRECISION NOT NULL,
            result {binary}, failure TEXT)""",
        "CREATE INDEX measurements_by_digest ON measurements (digest, machine)",
        """CREATE UNIQUE INDEX measurements_under_way ON measurements (digest, machine)
            WHERE state IN ('queued', 'running')""",
        "CREATE INDEX measurements_by_state ON measurements (state)",
    ),
    (
        """CREATE TABLE predictions (
            owner TEXT NOT NULL, digest TEXT NOT NULL, prediction TEXT NOT NULL,
            made_at DOUBLE PRECISION NOT NULL, PRIMARY KEY (owner, digest))""",
    ),
)

_WORDS = {
    "sqlite": {
        "binary": "BLOB",
        "clustered": " WITHOUT ROWID",
        "spec_depth": "json_extract(spec, '$.network.depth')",
        "spec_dataset": "json_extract(spec, '$.data.dataset')",
        "spec_norm": "json_extract(spec, '$.network.norm')",
        "fact_device": "json_extract(facts, '$.device')",
        "fact_train_loss": "json_extract(facts, '$.train_loss')",
        "fact_train_accuracy": "json_extract(facts, '$.train_accuracy')",
        "fact_test_accuracy": "json_extract(facts, '$.test_accuracy')",
        "fact_wall_s": "json_extract(facts, '$.wall_s')",
        "facts_with_statistics": (
            "json_set(facts, '$.test_statistics', (SELECT test_statistics FROM runs WHERE id = run_id))"
        ),
    },
    "postgresql": {
        "binary": "BYTEA",
        "clustered": "",
        "spec_depth": "(spec::json -> 'network' ->> 'depth')::integer",
        "spec_dataset": "spec::json -> 'data' ->> 'dataset'",
        "spec_norm": "spec::json -> 'network' ->> 'norm'",
        "fact_device": "facts::json ->> 'device'",
        "fact_train_loss": "(facts::json ->> 'train_loss')::double precision",
        "fact_train_accuracy": "(facts::json ->> 'train_accuracy')::double precision",
        "fact_test_accuracy": "(facts::json ->> 'test_accuracy')::double precision",
        "fact_wall_s": "(facts::json ->> 'wall_s')::double precision",
        "facts_with_statistics": (
            "jsonb_set(facts::jsonb, '{test_statistics}', to_jsonb("
            "(SELECT test_statistics FROM runs WHERE id = run_id)))::text"
        ),
    },
}


def migrate(database: Database, migrations: tuple[Step, ...] = MIGRATIONS) -> None:
    """Bring ``database`` to the newest version; raises `StoreUnavailable` where it is already newer."""
    known = len(migrations)
    found = _version(database)
    while found < known:
        found = _step(database, migrations)
    if found > known:
        raise StoreUnavailable(
            "newer_history",
            N_("The history at {place} was written by a newer version of this app; update the app."),
            place=database.place,
            found=found,
            known=known,
        )


def _version(database: Database) -> int:
    with database.reading() as connection:
        if not inspect(connection).has_table("schema_versions"):
            return 0
        return int(connection.exec_driver_sql(_NEWEST).scalar_one())


def _step(database: Database, migrations: tuple[Step, ...]) -> int:
    with database.migrating() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY)")
        found = int(connection.exec_driver_sql(_NEWEST).scalar_one())
        if found >= len(migrations):
            return found
        words = _WORDS[connection.dialect.name]
        for statement in migrations[found]:
            if callable(statement):
                statement(connection)
            else:
                connection.exec_driver_sql(statement.format(**words))
        connection.exec_driver_sql(f"INSERT INTO schema_versions (version) VALUES ({found + 1})")
        return found + 1


_NEWEST = "SELECT coalesce(max(version), 0) FROM schema_versions"
