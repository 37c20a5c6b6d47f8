"""Names of network types are in the reader's language, variants too; in English these are as typed."""

import re

import pytest

from resnet_viz.figures.families import family_name
from resnet_viz.locale import set_language
from resnet_viz.networks.families import FAMILIES, network_type

WORDS = {word for family in FAMILIES.values() for word in family.words}
FIELDS = {field for family in FAMILIES.values() for field in family.fields}
TERMS = {"tanh", "dropout", "Delta"}


@pytest.mark.parametrize("word", sorted(WORDS | {f"{field}=5" for field in FIELDS}))
def test_what_differs_from_the_recipe_is_said_in_the_readers_language(word: str) -> None:
    assert family_name(f"residual+{word}") == f"Residual ({word})"
    set_language("zh")
    called = family_name(f"residual+{word}")
    assert re.match(r"残差网络（.+）$", called)
    assert set(re.findall("[A-Za-z_]+", called)) <= TERMS


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("plain+no-norm", "普通网络（无归一化）"),
        ("densenet-bc+growth=24+compression=1", "DenseNet-BC（增长率=24、压缩率=1）"),
        (
            "residual+learned_scale=false+init=zero-last-norm",
            "残差网络（初始化=各块最后的归一化置零、可学习缩放=否）",
        ),
    ],
)
def test_values_are_said_too(typed: str, said: str) -> None:
    kind = network_type(typed)
    set_language("zh")
    assert family_name(kind.name) == said
    assert network_type(kind.name) == kind, "what is typed is the same in all languages"
