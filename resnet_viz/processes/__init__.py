"""Code that runs in another process: how one is started and bounded, and the one wire to it.

It stands below `jobs` because decoding an image and writing an export need a
process too, and those rooms know nothing of trainings, queues or workers.

- `tasks`: what can be run, by name
- `child`: a started process, as its starter sees it
- `channel`: the wire between the two
- `program`, `answering`, `limits`: the started process's own side
"""
