"""The worker's own side of a job; nothing here is imported by the process that starts workers."""
