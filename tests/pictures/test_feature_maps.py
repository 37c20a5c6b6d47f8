"""Order and pictures of feature maps, and arrays as files."""

import io

import numpy as np

from resnet_viz.pictures.arrays import npz
from resnet_viz.pictures.feature_maps import is_signed, ordered, silent_channels

_MAPS = np.array([[[1, 1]], [[-4, 2]], [[2, 2]], [[0, 0]]], np.float32)


def test_orders() -> None:
    assert ordered(_MAPS, "index").tolist() == [0, 1, 2, 3]
    assert ordered(_MAPS, "mean").tolist() == [2, 0, 3, 1]
    assert ordered(_MAPS, "energy").tolist() == [1, 2, 0, 3]


def test_a_channel_is_silent_where_it_is_zero_everywhere() -> None:
    assert silent_channels(_MAPS).tolist() == [False, False, False, True]


def test_signs() -> None:
    assert is_signed(_MAPS)
    assert not is_signed(np.abs(_MAPS))
    assert not is_signed(_MAPS[:0])


def test_npz_reads_back() -> None:
    with np.load(io.BytesIO(npz({"raw": _MAPS, "class": np.int64(3)})), allow_pickle=False) as read:
        assert (read["raw"] == _MAPS).all()
        assert read["class"] == 3
