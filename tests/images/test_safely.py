"""The decoder process: right pixels, bounded memory, and nothing it does takes the caller down."""

import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resnet_viz.errors import ImageRefused
from resnet_viz.images import safely
from resnet_viz.images.decode import decode, prepare
from resnet_viz.images.fitting import Wanted
from resnet_viz.images.safely import Taken, decode_safely
from tests.images.files import chunk, exif, gradient, png_of, saved
from tests.images.test_refused import REFUSED
from tests.processes.children import children_with

ROOT = Path(__file__).parents[2]
BOMBS = [case for case in REFUSED if "bomb" in case or "squared" in case or "megapixels" in case]
_MEGABYTE = 2**20
# From a small process in between: what a large one starts counts with the memory it is started from.
_MEASURE = """
import resource, sys
from resnet_viz.processes.child import Child
with Child("decode") as child:
    wanted = {"channels": 1, "px": 28, "resize_px": 28}
    answer = child.ask("decode", {"wanted": wanted, "shown_px": 640}, file=sys.stdin.buffer.read())
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, answer.values["refused"])
"""


@pytest.fixture
def bad_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safely, "_MODULE", "tests.images.bad_child")


def taken(data: bytes, name: str = "", time_limit_s: float = safely.TIME_LIMIT_S) -> Taken:
    """For a grey network of 2 × 2 pixels."""
    return decode_safely(data, name, Wanted(1, 2, 2), time_limit_s=time_limit_s)


def refusal_of(data: bytes, time_limit_s: float = safely.TIME_LIMIT_S) -> str:
    with pytest.raises(ImageRefused) as refusal:
        taken(data, time_limit_s=time_limit_s)
    assert str(refusal.value).endswith(".")
    return refusal.value.code


@pytest.mark.parametrize(
    "wanted", [Wanted(1, 28, 28), Wanted(3, 28, 28, "letterbox"), Wanted(3, 224, 256), Wanted(1, 32, 256)]
)
def test_gives_what_decoding_here_gives(wanted: Wanted) -> None:
    data = png_of(gradient(700, 300), chunk(b"eXIf", exif(6)))
    here = decode(data, "a.jpg")
    fitted = prepare(here, wanted.channels, wanted.px, wanted.how, wanted.resize_px)
    image, there = decode_safely(data, "a.jpg", wanted)
    assert (image.format, image.size, image.changes, image.warnings) == ("PNG", (300, 700), here.changes, ())
    assert len(image.changes) == 2
    assert np.array_equal(there.pixels, fitted.pixels)
    assert there.changes == fitted.changes
    assert there.pixels.flags.writeable


def test_the_largest_images_fit_into_the_decoder() -> None:
    """Progressive CMYK needs most: coefficients and pixels of four channels at once."""
    picture = Image.new("CMYK", (4000, 4000), (0, 255, 0, 0))
    image, prepared = taken(saved(picture, "JPEG", progressive=True, subsampling=0))
    assert image.pixels.shape == (640, 640, 3)
    assert np.abs(image.pixels[::80, ::80].astype(int) - (255, 0, 255)).max() < 5
    assert np.abs(prepared.pixels.astype(int) - 105).max() < 5


@pytest.mark.parametrize("wanted", [Wanted(3, 224, 256), Wanted(3, 224, 224, "letterbox")])
def test_the_longest_images_fit_into_the_decoder(wanted: Wanted) -> None:
    """Scaled whole to a shorter side of 256 pixels it would have two million on the other."""
    image, prepared = decode_safely(png_of(np.full((1, 8192, 3), 9, np.uint8)), "", wanted)
    assert image.pixels.shape == (1, 640, 3)
    assert prepared.pixels.shape == (3, 224, 224)
    assert (prepared.pixels == 9).any()


def test_what_is_shown_is_small_and_what_is_asked_about_made_of_all_pixels() -> None:
    pixels = np.repeat(np.repeat(gradient(), 200, axis=0), 200, axis=1)  # 1,200 × 1,800
    image, prepared = taken(png_of(pixels))
    assert image.pixels.shape == (427, 640, 3)
    assert image.size == (1800, 1200)
    assert image.changes == ()
    assert np.array_equal(prepared.pixels, prepare(decode(png_of(pixels)), 1, 2).pixels)
    inner = image.pixels[35:427:71, 35:640:71][: len(gradient()), : gradient().shape[1]]
    assert np.abs(inner.astype(int) - gradient()).max() <= 1


@pytest.mark.usefixtures("bad_child")
@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("killed", "decoder_crashed"),
        ("crash", "decoder_crashed"),
        ("nothing", "decoder_crashed"),
        ("nonsense", "decoder_crashed"),
        ("a number", "decoder_crashed"),
        ("deep", "decoder_crashed"),
        ("endless header", "decoder_crashed"),
        ("unknown code", "decoder_crashed"),
        ("words of its own", "decoder_crashed"),
        ("unknown change", "decoder_crashed"),
        ("unknown format", "decoder_crashed"),
        ("huge", "decoder_crashed"),
        ("larger than asked", "decoder_crashed"),
        ("negative", "decoder_crashed"),
        ("infinite", "decoder_crashed"),
        ("other numbers", "decoder_crashed"),
        ("grey", "decoder_crashed"),
        ("too few pixels", "decoder_crashed"),
        ("one pixel too few", "decoder_crashed"),
        ("no second picture", "decoder_crashed"),
        ("greedy", "decoder_memory"),
        ("writing", "not_an_image"),
    ],
)
def test_whatever_the_decoder_does_becomes_a_refusal(deed: str, code: str) -> None:
    assert refusal_of(deed.encode()) == code
    assert not children_with("decode")


@pytest.mark.usefixtures("bad_child")
def test_a_decoder_that_hangs_is_ended() -> None:
    assert refusal_of(b"hang", time_limit_s=0.3) == "decoder_time"
    assert not children_with("decode")


def test_a_decoder_that_reads_nothing_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    script = [sys.executable, "-c", "import threading; threading.Event().wait()"]
    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda _command, **options: start(script, **options))
    assert refusal_of(bytes(2 * _MEGABYTE), time_limit_s=0.3) == "decoder_time"


@pytest.mark.usefixtures("bad_child")
def test_no_more_is_read_than_belongs_to_the_image() -> None:
    image, prepared = taken(b"fair")
    assert (image.pixels.tobytes(), prepared.pixels.tobytes()) == (b"abcdefghijkl", b"mnop")


@pytest.mark.usefixtures("bad_child")
@pytest.mark.timeout(15)
def test_a_decoder_that_stays_after_its_answer_is_ended() -> None:
    assert taken(b"lingering", time_limit_s=1000.0).prepared.pixels.tobytes() == b"mnop"
    assert not children_with("decode")


def test_images_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = threading.BoundedSemaphore(1)
    monkeypatch.setattr(safely, "_turns", turns)
    monkeypatch.setattr(safely, "PATIENCE_S", 0.01)
    with turns:
        assert refusal_of(png_of(gradient())) == "decoder_busy"
    assert taken(png_of(gradient())).image.size == (9, 6)


@pytest.mark.parametrize("case", BOMBS)
def test_refused_bombs_take_little_memory(case: str) -> None:
    """Half of the 300 MB that are allowed, in the decoder; nothing to speak of in the caller."""
    data, code = REFUSED[case]
    result = subprocess.run(
        [sys.executable, "-c", _MEASURE], cwd=ROOT, input=data, capture_output=True, check=True
    )
    peak, refused = result.stdout.decode().split()
    assert refused == code
    assert int(peak) * (1 if sys.platform == "darwin" else 1024) < 150 * _MEGABYTE


def test_a_refused_bomb_takes_no_memory_here() -> None:
    data, code = REFUSED["PNG bomb"]
    tracemalloc.start()
    try:
        assert refusal_of(data) == code
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < _MEGABYTE


def test_the_decoder_needs_neither_numpy_nor_torch() -> None:
    imports = "sys, resnet_viz.processes.program, resnet_viz.images.decode_child"
    program = f"import {imports}; print({{'numpy', 'torch', 'babel'}} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "set()\n"


def test_the_decoder_is_not_told_the_servers_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESNET_VIZ_DATABASE", "postgresql://user:secret@host/db")
    told: list[dict[str, str]] = []
    start = subprocess.Popen

    def listening(command: list[str], **options: object) -> object:
        told.append(dict(options["env"]))  # type: ignore[call-overload]
        return start(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", listening)
    taken(png_of(gradient()))
    assert "secret" not in repr(told)
    assert "PYTHONPATH" in told[0]
