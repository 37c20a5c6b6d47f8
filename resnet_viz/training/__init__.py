"""The training loop: from a `RunSpec` to an iterator of events."""
