"""The command line: the same jobs and figures as in the browser, for people and for programs."""

from resnet_viz.cli.app import main

__all__ = ["main"]
