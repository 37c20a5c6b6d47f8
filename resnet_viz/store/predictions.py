"""What readers expected of a measurement, written down before it ran."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import delete, insert, select

from resnet_viz.store.database import Database
from resnet_viz.store.rows import to_json
from resnet_viz.store.schema import predictions


class Predictions:
    """The predictions of a store; every method may raise `StoreUnavailable`."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def keep(self, owner: str, digest: str, prediction: Any) -> None:
        """Write down what ``owner`` expects of the measurement with this digest, in place of what was."""
        row = {
            "owner": owner,
            "digest": digest,
            "prediction": to_json(prediction).decode(),
            "made_at": self._clock(),
        }
        mine = (predictions.c.owner == owner) & (predictions.c.digest == digest)
        with self._database.writing() as connection:
            connection.execute(delete(predictions).where(mine))
            connection.execute(insert(predictions).values(**row))

    def of(self, owner: str, digest: str) -> Any:
        """What ``owner`` expected; None where nothing."""
        mine = (predictions.c.owner == owner) & (predictions.c.digest == digest)
        with self._database.reading() as connection:
            found = connection.execute(select(predictions.c.prediction).where(mine)).scalar_one_or_none()
        return None if found is None else orjson.loads(found)
