"""A process that has imported torch, captum and torchvision, and forks for each program it is asked for.

For `programs`: what starts with these imports takes 3 to 5 s of a processor, and a fork takes none of them.
Python's own ``-I`` keeps this project and its environment out of reach of the programs.
"""

import json
import os
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any

import captum.attr  # noqa: F401
import torch  # noqa: F401
import torchvision  # noqa: F401


def carry_out(asked: dict[str, Any]) -> None:
    """Run the program as ``python -W ... script`` would; its exit and its traceback are Python's own."""
    os.chdir(asked["folder"])
    os.environ.update(asked["environment"])
    files = os.open(os.devnull, os.O_RDONLY), *(os.open(asked[name], os.O_WRONLY) for name in ("out", "err"))
    for standard, file in enumerate(files):
        os.dup2(file, standard)
    warnings.resetwarnings()
    warnings.simplefilter(asked["warnings"])
    sys.argv = [asked["script"], *asked["arguments"]]
    sys.path.insert(0, str(Path(asked["script"]).parent))
    runpy.run_path(asked["script"], run_name="__main__")
    sys.exit()


for line in sys.stdin:
    child = os.fork()
    if not child:
        carry_out(json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
