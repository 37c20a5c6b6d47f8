"""Code that runs in another process: how one is started and bounded, and the one wire to it.

It stands below `jobs` because an image is decoded in a process too, and `images`
knows nothing of trainings, queues and workers.

- `tasks`: what can be run, by name
- `child`: a started process, as its starter sees it
- `channel`: the wire between the two
- `program`, `answering`, `limits`: the started process's own side
"""
