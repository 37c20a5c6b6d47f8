"""Every long computation is a job: a queue, worker processes and what keeps them going.

The web process imports `supervisor` and `races` and never torch; `worker` is
started as a process of its own.
"""
