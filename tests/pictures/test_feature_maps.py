"""Order and pictures of feature maps, and arrays as files."""

import io

import numpy as np

from resnet_viz.pictures.arrays import npz
from resnet_viz.pictures.feature_maps import dead, is_signed, ordered, picture

_MAPS = np.array([[[1, 1]], [[-4, 2]], [[2, 2]], [[0, 0]]], np.float32)


def test_orders() -> None:
    assert ordered(_MAPS, "index").tolist() == [0, 1, 2, 3]
    assert ordered(_MAPS, "mean").tolist() == [2, 0, 3, 1]
    assert ordered(_MAPS, "energy").tolist() == [1, 2, 0, 3]


def test_a_map_that_is_the_same_everywhere_says_nothing() -> None:
    assert dead(_MAPS).tolist() == [True, False, True, True]


def test_scales() -> None:
    positive = np.abs(_MAPS)
    assert is_signed(_MAPS)
    assert not is_signed(positive)
    own, shared = picture(positive, 0, "own"), picture(positive, 0, "shared")
    assert own.astype(int).sum() > shared.astype(int).sum()
    assert (picture(positive, 1, "own") == picture(positive, 1, "shared")).all()
    assert (picture(positive, 3, "own") == picture(positive, 3, "shared")).all()


def test_npz_reads_back() -> None:
    with np.load(io.BytesIO(npz({"raw": _MAPS, "class": np.int64(3)})), allow_pickle=False) as read:
        assert (read["raw"] == _MAPS).all()
        assert read["class"] == 3
