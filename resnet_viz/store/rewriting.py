"""Networks in recorded specs rewritten, for migrations after which specs say something else.

Works on the JSON alone: what specs are today is not what they were when such a
migration was written.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, text

_AT_ONCE: Final = 1000


def rewrite_networks(connection: Connection, change: Callable[[dict[str, Any]], None]) -> None:
    """Have ``change`` alter every network that a run or an experiment asks for; runs get new digests."""
    _rewrite(connection, "run_groups", "spec = :spec", change)
    _rewrite(connection, "runs", "spec = :spec, digest = :digest", change)


def _rewrite(
    connection: Connection, table: str, values: str, change: Callable[[dict[str, Any]], None]
) -> None:
    some = text(f"SELECT id, spec FROM {table} WHERE id > :last ORDER BY id LIMIT {_AT_ONCE}")
    update = text(f"UPDATE {table} SET {values} WHERE id = :id")
    last = ""
    while rows := connection.execute(some, {"last": last}).all():
        last = rows[-1].id
        connection.execute(update, [_changed(row.id, row.spec, change) for row in rows])


def _changed(row_id: str, spec_json: str, change: Callable[[dict[str, Any]], None]) -> dict[str, str]:
    spec = json.loads(spec_json)
    run = spec.get("run", spec)  # an experiment's spec holds that of its runs
    if "network" in run:
        change(run["network"])
    written = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return {
        "id": row_id,
        "spec": written,
        "digest": hashlib.sha256(written.encode()).hexdigest()[:16],
    }
