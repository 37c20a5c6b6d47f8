"""``explain``: which class a trained network predicts for an image, and the evidence for it as a map."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from resnet_viz.attribution.methods import METHODS
from resnet_viz.attribution.remarks import balance_remarks, emptiness_sentence, layer_remark
from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.download import shown_download
from resnet_viz.cli.files import files_in, is_same, not_writable, path_given, result_name
from resnet_viz.data.catalogue import info
from resnet_viz.errors import ImageRefused, InvalidSetting, NotFound
from resnet_viz.images.decode import DecodedImage, Prepared, decode, prepare
from resnet_viz.images.fitting import Fit
from resnet_viz.images.refusals import MAX_BYTES
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.overlay import overlay_png
from resnet_viz.probes.novelty import novelty
from resnet_viz.store import home_folder, open_store
from resnet_viz.wording import Sentence, sentence, visible

if TYPE_CHECKING:
    from resnet_viz.attribution.attribute import AttributionMap
    from resnet_viz.inspection.models import Model

_AT_ONCE = 256
_CLASSES_NAMED = 20
_NOT_COMPARED = N_(
    "Whether this image is like the training images is not known: {dataset} is not on this machine."
)


class _Source(NamedTuple):
    """One image file on its way: what was read, or why it was refused."""

    path: Path
    image: DecodedImage | None
    prepared: Prepared | None
    refusal: ImageRefused | None = None


def explain(
    image: Annotated[
        Path,
        typer.Argument(parser=path_given, metavar="IMAGE", help="PNG, JPEG or WebP, or a folder of them."),
    ],
    run: Annotated[str | None, typer.Option(help="A run of the history; see `runs`.")] = None,
    model: Annotated[
        str,
        typer.Option(help="bundled:residual, bundled:plain, or torchvision: with a name such as resnet18."),
    ] = "bundled:residual",
    checkpoint: Annotated[
        int | None, typer.Option(help="Step of a kept checkpoint; by default the last.")
    ] = None,
    tap: Annotated[
        str | None,
        typer.Option(help="Layer, such as stage3.block5; by default the last block, or the last stage."),
    ] = None,
    method: Annotated[str, typer.Option(help=", ".join(METHODS))] = "gradcam",
    target: Annotated[
        str | None, typer.Option(help="Class, by name or number; by default the predicted one.")
    ] = None,
    fit: Annotated[
        Fit, typer.Option(help="Cut a square out of the middle, or keep all between black bars.")
    ] = "crop",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            parser=path_given,
            metavar="PATH",
            help="Picture (PNG) of the map; for a folder, a folder for photo.jpg.png and so on.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per image on stdout.")] = False,
) -> int:
    """Predict an image's class and map the evidence for it."""
    if target is not None and method in METHODS and not METHODS[method].knows_class:
        raise InvalidSetting(
            "method_knows_no_class",
            N_("{method} is the same for every class; leave --target out."),
            field="target",
            method=METHODS[method].title,
        )
    reference = model if run is None else _run_reference(run, checkpoint)
    paths = _image_paths(image)
    if output is not None and is_same(image, output):
        raise InvalidSetting("same_place", N_("The maps would overwrite the pictures; choose another place."))
    from resnet_viz.inspection.models import load_model  # torch takes seconds: only when needed
    from resnet_viz.inspection.published import fetch_weights

    data_folder = home_folder() / "data"
    with shown_download() as on_progress:
        fetch_weights(reference, data_folder, on_progress)
    network = load_model(reference, data_folder)
    refused, is_folder = 0, image.is_dir()
    for sources in _batches(paths, network, fit):
        for source, report in _explained(sources, network, data_folder, reference, tap, method, target):
            if source.refusal is not None:
                refused += 1
                report = {"error": {"code": source.refusal.code, "message": str(source.refusal)}}
                if is_folder:
                    say(_about(source.path, str(source.refusal)))
                elif not json:
                    say(str(source.refusal))
            if is_folder:
                report = {"file": visible(source.path.name)} | report
            if json:
                put_json(report)
            elif "predictions" in report:
                _show(source.path, report)
            if output is not None and "map" in report:
                target_file = output / result_name(source.path, ".png") if is_folder else output
                _write_overlay(source, report, target_file)
    return 2 if refused and not is_folder else 0


def _explained(
    sources: list[_Source],
    model: "Model",
    data_folder: Path,
    reference: str,
    tap: str | None,
    method: str,
    target: str | None,
) -> Iterator[tuple[_Source, dict[str, Any]]]:
    import torch

    from resnet_viz.attribution.attribute import attribute

    accepted = [source for source in sources if source.prepared is not None]
    reports: dict[Path, dict[str, Any]] = {}
    if accepted:
        images = torch.stack([torch.tensor(s.prepared.pixels) for s in accepted if s.prepared is not None])
        logits = model.logits(images)
        probabilities = logits.softmax(1)
        wanted = logits.argmax(1) if target is None else torch.full((len(images),), _class(target, model))
        tap = tap or model.default_tap
        found = attribute(model.network, model.normalised(images), wanted, method, tap)
        knows_class = METHODS[method].knows_class
        for i, source in enumerate(accepted):
            order = logits[i].argsort(descending=True).tolist()
            assert source.image is not None
            assert source.prepared is not None
            reports[source.path] = {
                "model": reference,
                "tap": found.tap,
                "method": method,
                "target": model.classes[int(wanted[i])] if knows_class else None,
                "predictions": [
                    {
                        "class": model.classes[k],
                        "probability": float(probabilities[i, k]),
                        "logit": float(logits[i, k]),
                    }
                    for k in order
                ],
                "map": {
                    "shape": list(found.values[i].shape),
                    "values": found.values[i].tolist(),
                    "min": float(found.minimum[i]),
                    "max": float(found.maximum[i]),
                    "empty": bool(found.is_empty[i]),
                    "remarks": [str(remark) for remark in _remarks(found, i, model)],
                },
                "image": {
                    "format": source.image.format,
                    "size": list(source.image.size),
                    "changes": [str(c) for c in (*source.image.changes, *source.prepared.changes)],
                    "warnings": [str(warning) for warning in _warnings(source, model, data_folder)],
                },
            }
    for source in sources:
        yield source, reports.get(source.path, {})


def _remarks(found: "AttributionMap", index: int, model: "Model") -> list[Sentence]:
    """What the page says beside such a map."""
    kinds = {tap.name: tap.kind for tap in model.taps}
    said = [
        layer_remark(found.method, kinds.get(found.tap, "")),
        emptiness_sentence(METHODS[found.method], found.emptiness(index)),
    ]
    balances = found.balances[index : index + 1]
    return [one for one in said if one] + [one for balance in balances for one in balance_remarks(balance)]


def _warnings(source: _Source, model: "Model", data_folder: Path) -> list[Sentence]:
    """What makes the image doubtful, as on the page."""
    from resnet_viz.inspection.own_images import appearance_of, are_here

    assert source.image is not None
    assert source.prepared is not None
    said = list(source.image.warnings)
    if are_here(model, data_folder):
        far = novelty(source.prepared.pixels, appearance_of(model, data_folder)).warning()
        said += [far] if far else []
    elif model.spec is not None:
        said.append(sentence(_NOT_COMPARED, dataset=sentence(info(model.spec.data.dataset).title)))
    return said


def _batches(paths: list[Path], model: "Model", fit: Fit) -> Iterator[list[_Source]]:
    size = model.image
    queue = iter(paths)
    while batch := list(islice(queue, _AT_ONCE)):
        sources = []
        for path in batch:
            try:
                decoded = decode(_read(path), path.name)
            except ImageRefused as refusal:
                sources.append(_Source(path, None, None, refusal))
            else:
                prepared = prepare(decoded, size.channels, size.px, fit, size.resize_px)
                sources.append(_Source(path, decoded, prepared))
        yield sources


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ImageRefused(
            "not_readable", N_("This file cannot be read: {reason}."), reason=reason
        ) from error


def _image_paths(image: Path) -> list[Path]:
    if image.is_dir():
        return files_in(image)
    if not image.is_file():
        raise NotFound("no_such_file", N_("There is no file {path}."), path=str(image))
    return [image]


def _run_reference(name: str, step: int | None) -> str:
    store = open_store(home_folder())
    try:
        run = store.run(name)
        kept = {saved.step: saved for saved in store.checkpoints(run.id) if saved.kept}
        folder = store.run_folder(run.id)
    finally:
        store.close()
    wanted = max(kept, default=-1) if step is None else step
    if wanted not in kept:
        steps = ", ".join(map(str, sorted(kept))) or "–"
        raise NotFound(
            "no_such_checkpoint",
            N_("Run {run} kept no checkpoint of step {step}; it kept: {steps}."),
            run=run.id,
            step=wanted,
            steps=steps,
        )
    return f"file:{folder / kept[wanted].path}"


def _class(target: str, model: "Model") -> int:
    if target.isdecimal() and int(target) < len(model.classes):
        return int(target)
    for names in (model.classes, [_(name) for name in model.classes]):
        folded = [name.casefold() for name in names]
        if target.casefold() in folded:
            return folded.index(target.casefold())
    more = len(model.classes) > _CLASSES_NAMED
    raise InvalidSetting(
        "unknown_class",
        N_("There is no class {target}; there are: {classes}."),
        target=target[:60],
        classes=", ".join(map(_, model.classes[:_CLASSES_NAMED])) + (", …" if more else ""),
    )


def _show(path: Path, report: dict[str, Any]) -> None:
    best = ", ".join(f"{_(p['class'])} {p['probability']:.1%}" for p in report["predictions"][:3])
    show(_about(path, best))
    for told in (*report["image"]["changes"], *report["image"]["warnings"], *report["map"]["remarks"]):
        say(f"  {told}")


def _about(path: Path, what: str) -> str:
    return _("{name}: {text}").format(name=path.name, text=what)


def _write_overlay(source: _Source, report: dict[str, Any], path: Path) -> None:
    assert source.prepared is not None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(overlay_png(source.prepared.pixels, report["map"]["values"]))
    except OSError as error:
        raise not_writable(path, error) from None
    say(_("Written to {place}").format(place=path))
