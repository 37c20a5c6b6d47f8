"""`python -m benchmarks.gpu_here`: which tests for GPUs this machine can carry out, for pytest's -m."""

import sys

from resnet_viz.training.device import available_devices

_TESTS = {"cuda": "gpu", "mps": "gpu and not cuda"}

if __name__ == "__main__":
    kind = available_devices()[0]
    if kind not in _TESTS:
        sys.exit("PyTorch finds no GPU on this machine; make gpu tests and measures training on one.")
    print(_TESTS[kind])
