"""Record the answers that the Lab shows before a reader has measured one.

``python -m assets.make_lab [NAME …]``, by default all. Each question is measured at its defaults on this
machine, in a history of its own, as ``lab NAME`` does.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from resnet_viz.events import RunState
from resnet_viz.jobs.capacity import Machine
from resnet_viz.jobs.measurements import carry_out_here
from resnet_viz.lab.answers import RECORDED, ask, asking
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.processor import processor_name
from resnet_viz.store import COMMAND_LINE, open_store


def main(names: list[str]) -> None:
    """Measure the questions with these names and write their answers."""
    RECORDED.mkdir(exist_ok=True)
    machine = Machine.here()
    about = {
        "machine": f"{processor_name()}, {machine.cores} cores, {machine.system}",
        "made": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    with TemporaryDirectory() as home:
        store = open_store(Path(home))
        for name in names:
            record = carry_out_here(store, ask(store, asking(QUESTIONS[name]), COMMAND_LINE).id)
            assert record.state is RunState.FINISHED, record.failure
            assert record.result is not None
            frame = record.result._replace(values={**record.result.values, **about})
            (RECORDED / f"{name}.frame").write_bytes(frame.to_bytes())
            print(f"{name}: {frame.values['wall_s']:.1f} s, {frame.values['cpu_s']:.1f} s of processor time")
        store.close()


if __name__ == "__main__":
    main(sys.argv[1:] or [*QUESTIONS])
