"""A run as one readable file of plain PyTorch that trains to the same numbers, without this project."""

from resnet_viz.exports.script.program import equivalent_script

__all__ = ["equivalent_script"]
