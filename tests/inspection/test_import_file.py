"""Model files: what is accepted, each refusal by its code, and 200 mutations that are refused or right."""

import json
import pickle
import random
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor

from resnet_viz.errors import WeightsRefused
from resnet_viz.inspection import import_file
from resnet_viz.inspection.import_file import ImportedNetwork, load_weights
from resnet_viz.networks.registry import build
from tests.made.specs import tiny
from tests.made.trained import write_weights
from tests.networks.shapes import GREY

SPEC = tiny(width=2)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file as the training writes it."""
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    write_weights(path, SPEC, 70, seed=3)
    return path.read_bytes()


def parts(content: bytes) -> tuple[dict[str, Any], bytes]:
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def joined(header: dict[str, Any] | bytes, data: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def with_about(content: bytes, **changes: Any) -> bytes:
    header, data = parts(content)
    about = json.loads(header["__metadata__"]["resnet_viz"]) | changes
    header["__metadata__"]["resnet_viz"] = json.dumps(about)
    return joined(header, data)


def with_network(content: bytes, **changes: Any) -> bytes:
    spec = SPEC.model_dump(mode="json")
    spec["network"] |= changes
    return with_about(content, spec=spec)


def with_entry(content: bytes, name: str, **changes: Any) -> bytes:
    header, data = parts(content)
    header[name] |= changes
    return joined(header, data)


def with_tensors(content: bytes, change: Callable[[dict[str, Tensor]], object]) -> bytes:
    header, _ = parts(content)
    tensors = safetensors.torch.load(content)
    change(tensors)
    return bytes(safetensors.torch.save(tensors, metadata=header["__metadata__"]))


def seven_classes(tensors: dict[str, Tensor]) -> None:
    for name in ("model.head.weight", "model.head.bias"):
        tensors[name] = tensors[name][:7].clone()


def renamed(content: bytes, old: str, new: str) -> bytes:
    header, data = parts(content)
    header[new] = header.pop(old)
    return joined(header, data)


def code_of(content: bytes) -> str:
    with pytest.raises(WeightsRefused) as refusal:
        load_weights(content)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert len(sentence) < 400
    assert "{" not in sentence
    return refusal.value.code


def agrees(found: ImportedNetwork, content: bytes) -> bool:
    """Whether the network has exactly the values that the reference reader finds in the file."""
    reference = safetensors.torch.load(content)
    state = found.network.state_dict()
    return all(
        torch.equal(value, reference[f"model.{name}"].to(value.dtype)) for name, value in state.items()
    )


def test_a_file_of_ours_is_read_back_exactly(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(content)
    found = load_weights(path)
    assert (found.spec, found.step, found.changes) == (SPEC, 70, ())
    assert not found.network.training
    assert agrees(found, content)
    network = build(SPEC.network, GREY, 3).eval()
    images = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(found.network(images), network(images))


def test_more_metadata_is_ignored(content: bytes) -> None:
    header, data = parts(with_about(content, author="someone", notes={"a": [1]}))
    header["__metadata__"]["format"] = "pt"
    assert agrees(load_weights(joined(header, data)), content)


@pytest.mark.parametrize(("dtype", "name"), [(torch.float16, "F16"), (torch.bfloat16, "BF16")])
def test_sixteen_bits_are_cast_and_said(content: bytes, dtype: torch.dtype, name: str) -> None:
    def halve(tensors: dict[str, Tensor]) -> None:
        for key, value in tensors.items():
            if value.is_floating_point():
                tensors[key] = value.to(dtype)

    halved = with_tensors(content, halve)
    found = load_weights(halved)
    assert agrees(found, halved)
    assert found.network.get_parameter("stem.weight").dtype == torch.float32
    assert [change.code for change in found.changes] == ["weights_cast"]
    assert f"({name})" in str(found.changes[0])


def test_the_state_of_an_unfinished_training_is_left_out_and_said(content: bytes) -> None:
    resuming = with_tensors(content, lambda tensors: tensors.update({"optimizer.0.step": torch.ones(2)}))
    found = load_weights(resuming)
    assert agrees(found, resuming)
    assert [change.code for change in found.changes] == ["weights_resuming_ignored"]


def test_a_header_as_long_as_a_pickle_begins_is_no_pickle(content: bytes) -> None:
    """0x0480 as a header's length gives the bytes with which a pickle of protocol 4 begins."""
    header, data = parts(content)
    text = json.dumps(header).encode()
    length = next(n for n in (0x0280, 0x0380, 0x0480, 0x0580, 0x10280) if n >= len(text))
    padded = joined(text.ljust(length), data)
    assert padded[0] == 0x80
    assert agrees(load_weights(padded), content)


class _Bomb:
    ran = False

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return _explode, ()


def _explode() -> None:
    _Bomb.ran = True


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_is_refused_and_its_payload_does_not_run(protocol: int, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(pickle.dumps(_Bomb(), protocol))
    with pytest.raises(WeightsRefused) as refusal:
        load_weights(path)
    assert refusal.value.code == "weights_pickle"
    assert not _Bomb.ran


def test_a_file_of_torch_save_and_a_zip_bomb_are_refused_unopened() -> None:
    saved = BytesIO()
    torch.save({"a": torch.zeros(2)}, saved)
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(10_000_000))
    assert code_of(saved.getvalue()) == code_of(bomb.getvalue()) == "weights_archive"
    legacy = BytesIO()
    torch.save({"a": 1}, legacy, _use_new_zipfile_serialization=False)
    assert code_of(legacy.getvalue()) == "weights_pickle"


STEM = "model.stem.weight"
NORM = "model.stem_norm.running_var"


def data_moved(content: bytes, by: int) -> bytes:
    """The last tensor begins and ends ``by`` bytes later."""
    header, data = parts(content)
    last = max(
        (name for name in header if name != "__metadata__"), key=lambda n: header[n]["data_offsets"][1]
    )
    header[last]["data_offsets"] = [offset + by for offset in header[last]["data_offsets"]]
    return joined(header, data + bytes(max(by, 0)))


def not_finite(tensors: dict[str, Tensor]) -> None:
    tensors[STEM][0, 0, 0, 0] = float("nan")
    tensors["model.head.bias"][1] = float("inf")


REFUSED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "empty": ("weights_empty", lambda c: b""),
    "short": ("weights_short", lambda c: c[:7]),
    "header beyond file": ("weights_header_beyond_file", lambda c: struct.pack("<Q", len(c)) + c[8:]),
    "header cut off": ("weights_header_beyond_file", lambda c: c[:100]),
    "random bytes": ("weights_header_beyond_file", lambda c: random.Random(1).randbytes(3000)),
    "a picture": ("weights_header_beyond_file", lambda c: b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "long header": ("weights_header_too_long", lambda c: joined(b"{" + b" " * 1024**2, b"")),
    "not UTF-8": ("weights_header_not_json", lambda c: joined(b'{"\xff": 1}', b"")),
    "not JSON": ("weights_header_not_json", lambda c: joined(b"{'a': 1}", b"")),
    "header a list": ("weights_header_not_json", lambda c: joined(b"[]", b"")),
    "header a deep nest": ("weights_header_not_json", lambda c: joined(b'{"a":' + b"[" * 500_000, b"")),
    "header with NaN": ("weights_header_not_json", lambda c: joined(b'{"a": NaN}', b"")),
    "header a long number": ("weights_header_not_json", lambda c: joined(b'{"a": %s}' % (b"9" * 9000), b"")),
    "duplicate": ("weights_duplicate_key", lambda c: joined(b'{"a": 1, "b": 2, "a": 1}', b"")),
    "negative offset": ("weights_entry", lambda c: with_entry(c, STEM, data_offsets=[-72, 0])),
    "backward offsets": ("weights_offsets", lambda c: with_entry(c, STEM, data_offsets=[72, 0])),
    "overlap": ("weights_offsets", lambda c: data_moved(c, -8)),
    "gap": ("weights_offsets", lambda c: data_moved(c, 8)),
    "trailing": ("weights_trailing", lambda c: c + b"\0"),
    "cut off": ("weights_cut_off", lambda c: c[:-1]),
    "size": ("weights_size_mismatch", lambda c: with_entry(c, STEM, shape=[2, 1, 3, 4])),
    "dtype of another size": ("weights_size_mismatch", lambda c: with_entry(c, STEM, dtype="F64")),
    "huge shape": ("weights_size_mismatch", lambda c: with_entry(c, STEM, shape=[2**62] * 16)),
    "unknown dtype": ("weights_unknown_dtype", lambda c: with_entry(c, STEM, dtype="F7")),
    "other dtype": ("weights_dtype", lambda c: with_entry(c, STEM, dtype="I32")),
    "negative shape": ("weights_entry", lambda c: with_entry(c, STEM, shape=[-2, -1, 3, 3])),
    "shape of booleans": ("weights_entry", lambda c: with_entry(c, STEM, shape=[2, True, 3, 3])),
    "number beyond 64 bits": ("weights_entry", lambda c: with_entry(c, STEM, data_offsets=[0, 10**30])),
    "three offsets": ("weights_entry", lambda c: with_entry(c, STEM, data_offsets=[0, 36, 72])),
    "too many tensors": (
        "weights_too_many_tensors",
        lambda c: joined(
            {f"t{i}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for i in range(5001)}, b""
        ),
    ),
    "not ours": ("weights_foreign", lambda c: bytes(safetensors.torch.save({"a": torch.zeros(2)}))),
    "metadata of numbers": ("weights_metadata_damaged", lambda c: joined({"__metadata__": {"a": 1}}, b"")),
    "metadata not JSON": (
        "weights_metadata_damaged",
        lambda c: joined({"__metadata__": {"resnet_viz": "{"}}, b""),
    ),
    "no step": ("weights_metadata_damaged", lambda c: with_about(c, step=None)),
    "negative step": ("weights_metadata_damaged", lambda c: with_about(c, step=-1)),
    "no spec": ("weights_metadata_damaged", lambda c: with_about(c, spec=[])),
    "no network": ("weights_metadata_damaged", lambda c: with_about(c, spec={})),
    "newer": ("weights_newer", lambda c: with_about(c, schema=3, spec="unknown")),
    "other family": ("weights_family", lambda c: with_network(c, family="transformer")),
    "family a list": ("weights_family", lambda c: with_network(c, family=["resnet"])),
    "illegal depth": ("weights_depth", lambda c: with_network(c, depth=9)),
    "too deep": ("weights_too_deep", lambda c: with_network(c, depth=10**9 + 2)),
    "too wide": ("weights_setting", lambda c: with_network(c, width=10**6)),
    "unknown setting": ("weights_setting", lambda c: with_network(c, magic=1)),
    "other depth": ("weights_missing", lambda c: with_network(c, depth=14)),
    "missing": ("weights_missing", lambda c: with_tensors(c, lambda t: t.pop(NORM))),
    "renamed": ("weights_missing", lambda c: renamed(c, STEM, "model.steam.weight")),
    "unexpected": (
        "weights_unexpected",
        lambda c: with_tensors(c, lambda t: t.update({"model.more": torch.zeros(1)})),
    ),
    "neither model nor optimiser": (
        "weights_unexpected",
        lambda c: with_tensors(c, lambda t: t.update({"😀<b>": torch.zeros(1)})),
    ),
    "shape": ("weights_shape", lambda c: with_network(c, width=3)),
    "shape turned": ("weights_shape", lambda c: with_entry(c, STEM, shape=[1, 2, 3, 3])),
    "classes": ("weights_classes", lambda c: with_tensors(c, seven_classes)),
    "not finite": ("weights_not_finite", lambda c: with_tensors(c, not_finite)),
    "negative variance": ("weights_variance", lambda c: with_tensors(c, lambda t: t[NORM].neg_())),
    "Keras": ("weights_keras", lambda c: b"\x89HDF\r\n\x1a\n" + bytes(100)),
    "empty archive": ("weights_archive", lambda c: b"PK\x05\x06" + bytes(18)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case: str, content: bytes) -> None:
    code, change = REFUSED[case]
    assert code_of(change(content)) == code


def test_a_refusal_names_what_is_wrong(content: bytes) -> None:
    for case, words in {
        "shape": ["stem.weight", "3 × 1 × 3 × 3", "2 × 1 × 3 × 3"],
        "not finite": ["2 tensors", "stem.weight", "head.bias"],
        "missing": ["stem_norm.running_var"],
        "unexpected": ["more"],
        "classes": ["7 classes", "10"],
        "too deep": ["1000000002", "1202"],
        "other family": ["transformer"],
        "newer": ["update"],
        "duplicate": ["a twice"],
    }.items():
        with pytest.raises(WeightsRefused) as refusal:
            load_weights(REFUSED[case][1](content))
        for word in words:
            assert word in str(refusal.value), case


def test_a_deep_network_is_refused_before_it_is_built(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object) -> None:
        raise AssertionError("built")

    monkeypatch.setattr(import_file, "skeleton", never)
    for case in ("too deep", "illegal depth", "too wide", "newer", "other family", "trailing", "overlap"):
        code_of(REFUSED[case][1](content))


def test_a_file_over_the_limit_and_a_missing_one(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WeightsRefused, match="cannot be opened") as refusal:
        load_weights(tmp_path / "nowhere")
    assert refusal.value.code == "weights_unreadable"
    monkeypatch.setattr("resnet_viz.networks.safetensors_file.MAX_FILE_BYTES", len(content) - 1)
    assert code_of(content) == "weights_too_big"


def mutated(content: bytes, seed: int) -> bytes:
    """One or more random damages, most of them in the header."""
    chance = random.Random(seed)
    header_end = 8 + struct.unpack("<Q", content[:8])[0]
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5))):
        if not damaged:
            break
        at = chance.randrange(chance.choice((8, header_end, header_end, len(content))))
        match chance.randrange(6):
            case 0:
                damaged[at % len(damaged)] ^= 1 << chance.randrange(8)
            case 1:
                damaged[at % len(damaged)] = chance.choice(b'0123456789{}[],:"- FIB')
            case 2:
                del damaged[at : at + chance.choice((1, 8, 500))]
            case 3:
                damaged[at:at] = chance.randbytes(chance.choice((1, 8, 500)))
            case 4:
                damaged[at : at + 40] = damaged[at + 7 : at + 47]
            case 5:
                damaged = damaged[: max(at, 1)]
    return bytes(damaged)


def test_two_hundred_mutations_are_refused_or_right(content: bytes) -> None:
    codes, sentences = [], []
    for seed in range(200):
        changed = mutated(content, seed)
        try:
            found = load_weights(changed)
        except WeightsRefused as refusal:
            codes.append(refusal.code)
            sentences.append(str(refusal))
        else:
            codes.append("")
            assert agrees(found, changed), seed
            assert all(value.isfinite().all() for value in found.network.state_dict().values())
    assert all(sentence.endswith(".") for sentence in sentences)
    assert len(set(codes)) > 8  # damages of many kinds, not one check that catches all
    assert codes.count("") < 100
