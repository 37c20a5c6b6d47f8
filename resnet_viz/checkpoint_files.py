"""What the files in a run's folder are called."""

from typing import Final

RESUME_FILE: Final = "resume.safetensors"
"""Where a run that broke off goes on; the newest only."""


def kept_file(step: int) -> str:
    """Name of the file with the weights of ``step`` as they are evaluated, which stays."""
    return f"step-{step:07d}.safetensors"


def position_file(step: int) -> str:
    """Name of what lies beside `kept_file`: with both, training goes on from ``step``."""
    return f"position-{step:07d}.safetensors"
