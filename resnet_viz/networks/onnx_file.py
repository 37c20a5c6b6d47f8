"""A network as an ONNX file, by PyTorch's own exporter. Importing this is cheap, exporting takes seconds."""

from typing import Final

import torch
from torch import nn

OPSET: Final = 18
"""What ONNX Runtime can do since 2023."""


def onnx_bytes(network: nn.Module, channels: int, px: int) -> bytes:
    """``network`` in evaluation mode: ``images`` float32 [batch, C, H, W] in, ``logits`` out."""
    network.eval()
    program = torch.onnx.export(
        network,
        (torch.zeros(2, channels, px, px),),  # a batch of one would be taken for a size that never varies
        dynamo=True,
        input_names=["images"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        opset_version=OPSET,
        verbose=False,
    )
    assert program is not None
    content: bytes = program.model_proto.SerializeToString()
    return content
