"""Jobs, one after the other, in a process that is warm: trainings and measurements."""

import logging
from collections.abc import Callable

from resnet_viz.errors import StoreUnavailable
from resnet_viz.jobs.messages import Begun, Done, Job, Measure, Message, Ready, to_values
from resnet_viz.jobs.worker.attempt import Attempt, Train
from resnet_viz.jobs.worker.inbox import Inbox
from resnet_viz.jobs.worker.measurement import FindMeasure, MeasurementAttempt, measure_of
from resnet_viz.processes.channel import Channel
from resnet_viz.processes.memory import give_back
from resnet_viz.processes.tasks import Workplace
from resnet_viz.store import Store, open_store

_log = logging.getLogger(__name__)


def carry_out_jobs(
    channel: Channel,
    workplace: Workplace,
    *,
    warm_up: Callable[[int], Ready],
    train: Train,
    find_measure: FindMeasure = measure_of,
    use_gpu: Callable[[int], None] | None = None,
) -> None:
    """Carry out jobs until told to leave, until the supervisor is gone or until unfit.

    Args:
        channel: brings the jobs, and takes what becomes of them.
        workplace: where.
        warm_up: gets so many CPU threads ready for a fast first step.
        train: trains.
        find_measure: what measures, by the name of its task.
        use_gpu: has this process train on the NVIDIA GPU of this number, until it ends.
    """
    inbox = Inbox()
    inbox.leave_on_signal()
    inbox.listen(channel)
    ready = warm_up(workplace.threads)
    store = open_store(workplace.home)
    _say(channel, ready)
    for job in inbox.jobs():
        job_id = job.run_id if isinstance(job, Job) else job.measurement_id
        _say(channel, Begun(job_id))
        if use_gpu is not None and isinstance(job, Job) and job.gpu is not None:
            use_gpu(job.gpu)
        try:
            reusable = _attempt(store, job, inbox, train, find_measure, workplace).carry_out()
        except StoreUnavailable:
            _log.exception("%s could not be recorded", job_id)
            reusable = False
        give_back()
        _say(channel, Done(job_id, reusable))
        if not reusable:
            return


def _attempt(
    store: Store,
    job: Job | Measure,
    inbox: Inbox,
    train: Train,
    find_measure: FindMeasure,
    workplace: Workplace,
) -> Attempt | MeasurementAttempt:
    if isinstance(job, Job):
        return Attempt(store, job, inbox, train, home=workplace.home, log=workplace.log)
    return MeasurementAttempt(store, job, inbox, find_measure, workplace)


def _say(channel: Channel, message: Message) -> None:
    try:
        channel.send(to_values(message))
    except BrokenPipeError:
        _log.info("the supervisor is gone")
