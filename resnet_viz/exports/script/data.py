"""The source code of data and batches: which images, in which order, moved how."""

from resnet_viz.data.catalogue import info, shape_of
from resnet_viz.specs import RunSpec


def data_code(spec: RunSpec) -> str:
    """Source of ``load``: the images and labels of an .npz file, in the order of this project."""
    data, px = spec.data, shape_of(spec.data).px
    resize = ""
    train, test = (
        f"torch.from_numpy({images})" for images in ('source["train_images"][order]', 'source["test_images"]')
    )
    if px != info(data.dataset).image_px:
        train, test = f"resized({train})", f"resized({test})"
        resize = f'''

def resized(images):
    """Images at {px} x {px}, bilinear and antialiased."""
    chunks = [
        F.interpolate(chunk.float(), size=({px}, {px}), mode="bilinear", antialias=True)
        for chunk in torch.split(images, 1024)
    ]
    return torch.cat(chunks).round_().clamp_(0, 255).to(torch.uint8)
'''
    part = f"[:{data.train_size}]" if data.train_size is not None else ""
    return f'''{resize}

def balanced_order(labels):
    """Goes through the classes in turn, the images of each in a fixed random order."""
    shuffled = np.random.RandomState(20151210).permutation(len(labels)).astype(np.int64)
    label = labels[shuffled]
    by_class = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[by_class], label[by_class], side="left")
    turn = np.empty(len(labels), np.int64)
    turn[by_class] = np.arange(len(labels)) - starts
    return shuffled[np.lexsort((label, turn))]


def load(path):
    """Training and test images uint8 [N, H, W, C] with labels; scale and shift that normalise them."""
    with np.load(path) as source:
        order = balanced_order(source["train_labels"]){part}
        train_images = {train}
        test_images = {test}
        train_labels = torch.from_numpy(source["train_labels"][order].astype(np.int64))
        test_labels = torch.from_numpy(source["test_labels"].astype(np.int64))
    chunks = [chunk.to(torch.int32) for chunk in torch.split(train_images, 1024)]
    count = train_images[:, 0].numel()
    mean = sum(chunk.sum((0, 2, 3)) for chunk in chunks).double() / count  # sums of whole numbers: exact
    square = sum(chunk.square().sum((0, 2, 3)) for chunk in chunks).double() / count
    std = (square - mean.square()).clamp(min=1).sqrt()
    mean, std = (mean / 255).float().double(), (std / 255).float().double()
    return (
        (train_images.permute(0, 2, 3, 1).contiguous(), train_labels),
        (test_images.permute(0, 2, 3, 1).contiguous(), test_labels),
        (1 / (255 * std)).float(),
        (-mean / std).float(),
    )
'''


def batches_code(spec: RunSpec) -> str:
    """Source of ``batch_indices`` and, with augmentation, of ``moved``; needs ``generator``."""
    augmentation, px = spec.data.augmentation, shape_of(spec.data).px
    code = '''

def batch_indices(count):
    """Indices of one batch after the other: every epoch a new permutation, what is left over is dropped."""
    epoch = 0
    while True:
        order = torch.randperm(count, generator=generator(f"{SEED} order {epoch}"))
        for start in range(0, count - BATCH_SIZE + 1, BATCH_SIZE):
            yield order[start : start + BATCH_SIZE]
        epoch += 1
'''
    if augmentation == "none":
        return code
    padding = round(px / 8)
    flip = ""
    if augmentation == "crop-flip":
        flip = f"""    flipped = torch.randint(2, (BATCH_SIZE,), generator=draw).bool()
    across = torch.where(flipped[:, None], {px - 1} - across, across)
"""
    return f'''{code}

def moved(images, step):
    """Images [B, H, W, C] padded with {padding} black pixels on each side and cropped at random."""
    draw = generator(f"{{SEED}} augmentation {{step}}")
    corner = torch.randint({2 * padding + 1}, (BATCH_SIZE, 2), generator=draw)
    down = corner[:, :1] + torch.arange({px})  # (B, H)
    across = torch.arange({px}).expand(BATCH_SIZE, {px})  # (B, W)
{flip}    across = across + corner[:, 1:]
    padded = F.pad(images, (0, 0, {padding}, {padding}, {padding}, {padding}))
    picture = torch.arange(BATCH_SIZE)[:, None, None]
    return padded[picture, down[:, :, None], across[:, None, :]]
'''
