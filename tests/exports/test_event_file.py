"""The records of an event file, against tensorboard's own protocol buffers and checksums."""

import math
from pathlib import Path

from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event

from resnet_viz.exports.event_file import EventFile


def events(path: Path) -> list[Event]:
    return [Event.FromString(record) for record in RawEventFileLoader(str(path)).Load()]


def test_scalars_and_texts_of_any_size_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1.x"
    tags = [f"grad/{'深' * (number % 50)}/{number}".encode() for number in range(300)]
    with EventFile(path, 1.5) as file:
        file.add_text(1.5, "spec/text_summary", "ü" * 200)
        file.add_scalars(2.25, 2**40, tags, [number / 4 for number in range(300)])
        file.add_scalars(3.0, 0, [b"odd"] * 3, [math.inf, -math.inf, math.nan])
    version, text, many, odd = events(path)
    assert (version.wall_time, version.file_version) == (1.5, "brain.Event:2")
    (spec,) = text.summary.value
    assert (spec.metadata.plugin_data.plugin_name, spec.tensor.string_val[0].decode()) == ("text", "ü" * 200)
    assert [dimension.size for dimension in spec.tensor.tensor_shape.dim] == [1]
    assert (many.wall_time, many.step) == (2.25, 2**40)
    assert [value.tag.encode() for value in many.summary.value] == tags
    assert [value.simple_value for value in many.summary.value] == [number / 4 for number in range(300)]
    assert [value.simple_value for value in odd.summary.value][:2] == [math.inf, -math.inf]
    assert math.isnan(odd.summary.value[2].simple_value)


def test_the_loader_checks_the_checksums_and_so_they_are_right(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1.x"
    with EventFile(path, 1.5):
        pass
    content = path.read_bytes()
    assert len(events(path)) == 1
    for place in (2, 9, len(content) - 6, len(content) - 1):  # length, its checksum, event, its checksum
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert events(path) == [], place
