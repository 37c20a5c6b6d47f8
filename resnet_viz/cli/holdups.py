"""Says on the terminal what keeps runs from going on, once for each, and that the command waits."""

import time
from collections.abc import Iterable

from resnet_viz.cli.console import say
from resnet_viz.errors import StoreUnavailable
from resnet_viz.events import RunState
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunRecord

_MOVING = (RunState.QUEUED, RunState.RUNNING)
_QUIET_S = 2.5


class Holdups:
    """Used by one loop that looks at its runs all the time."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._moved: dict[str, tuple[object, float]] = {}
        self._said: set[str] = set()
        self._trouble = (str(None), 0.0)

    def look(self, runs: Iterable[tuple[str, RunRecord]]) -> None:
        """Say what holds up ``runs`` (title and record) and was not said before."""
        now = time.monotonic()
        trouble = self._supervisor.trouble or self._supervisor.outage
        if str(trouble) != self._trouble[0]:  # one that is met again is the same trouble
            self._trouble = (str(trouble), now)
        for title, run in runs:
            sign = (run.state, run.heartbeat_at, run.attempt)
            before, since = self._moved.get(run.id, (None, now))
            if sign != before:
                since = now  # it moves: nothing holds it up
                self._moved[run.id] = (sign, since)
                if run.state is RunState.RUNNING and before is not None:
                    self._said.discard(run.id)
            if run.state is RunState.PAUSED and run.failure is not None:
                told = _(
                    "{run}: {failure} This command waits; to continue, type in another terminal: {command}"
                )
                command = f"python -m resnet_viz resume {run.group_id}"
                self._say(run.id, told.format(run=title, failure=run.failure, command=command))
            elif trouble and run.state in _MOVING and since + _QUIET_S <= now and since < self._trouble[1]:
                told = _("{run} is held up: {trouble} This command waits; Ctrl-C ends it.")
                self._say(run.id, told.format(run=title, trouble=trouble))

    def unreadable(self, error: StoreUnavailable) -> None:
        """The history cannot even be read."""
        self._say("", _("{error} This command waits; Ctrl-C ends it.").format(error=error))

    def _say(self, key: str, sentence: str) -> None:
        if key not in self._said:
            self._said.add(key)
            say(sentence)
