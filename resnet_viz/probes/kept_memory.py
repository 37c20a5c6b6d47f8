"""How many bytes a network keeps for its backward pass, measured with real tensors."""

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks


def kept_bytes(network: nn.Module, images: Tensor) -> int:
    """Of all ``images`` float32 [B, C, H, W] together, in training mode; parameters and buffers left out.

    Memory that several operations keep is counted once. The running averages of ``network`` move.
    """
    network.train()
    own = {tensor.untyped_storage().data_ptr() for tensor in (*network.parameters(), *network.buffers())}
    found: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        place = tensor.untyped_storage()
        if place.data_ptr() not in own:
            found[place.data_ptr()] = place.nbytes()
        return tensor

    with torch.enable_grad(), saved_tensors_hooks(keep, lambda tensor: tensor):
        _logits = network(images)  # held until all is counted, so that no place is given away again
    return sum(found.values())
