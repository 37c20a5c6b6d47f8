"""``explain``: which class a trained network predicts for an image, and the evidence for it as a map."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from resnet_viz.attribution.methods import METHODS, AttributionOptions
from resnet_viz.attribution.remarks import balance_remarks, emptiness_sentence, layer_remark
from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.download import shown_download
from resnet_viz.cli.files import files_in, is_same, not_writable, path_given, result_name
from resnet_viz.cli.image_sources import Source, batches
from resnet_viz.data.catalogue import info
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.images.fitting import Fit, Wanted
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.overlay import overlay_png
from resnet_viz.probes.novelty import novelty
from resnet_viz.store import home_folder, open_store
from resnet_viz.wording import Sentence, number, sentence, signed, visible

if TYPE_CHECKING:
    from resnet_viz.attribution.attribute import AttributionMap
    from resnet_viz.inspection.models import Model

_CLASSES_NAMED = 20
_NOT_COMPARED = N_(
    "Whether this image is like the training images is not known: {dataset} is not on this machine."
)


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
    against: Annotated[
        str | None,
        typer.Option(
            help="Why the class and not this one: map the difference of the two classes' logits "
            "(scores before softmax)."
        ),
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
    chosen, other = (None if name is None else _class(name, network) for name in (target, against))
    asked = _Asked(reference, tap or network.default_tap, method, chosen, other)
    size = network.image
    for sources in batches(paths, Wanted(size.channels, size.px, size.resize_px, fit)):
        for source, report in _explained(sources, network, data_folder, asked):
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


class _Asked(NamedTuple):
    """The maps that are wanted; ``target`` None is the class predicted for each image."""

    reference: str
    tap: str
    method: str
    target: int | None
    against: int | None


def _explained(
    sources: list[Source], model: "Model", data_folder: Path, asked: _Asked
) -> Iterator[tuple[Source, dict[str, Any]]]:
    """Each source with the report of its map; a source with a refusal has none."""
    import torch

    from resnet_viz.attribution.attribute import attribute

    reports: dict[Path, dict[str, Any]] = {}
    prepared = [source.prepared for source in sources if source.prepared is not None]
    if prepared:
        images = torch.stack([torch.tensor(one.pixels) for one in prepared])
        logits = model.logits(images)
        wanted = logits.argmax(1) if asked.target is None else torch.full((len(images),), asked.target)
        if asked.target is None and asked.against is not None:
            kept = wanted != asked.against
            sources = _without_self(sources, kept.tolist(), model.classes[asked.against])
            images, logits, wanted = images[kept], logits[kept], wanted[kept]
    accepted = [source for source in sources if source.refusal is None]
    if accepted:
        probabilities = logits.softmax(1)
        options = AttributionOptions(against=asked.against)
        found = attribute(model.network, model.normalised(images), wanted, asked.method, asked.tap, options)
        knows_class = METHODS[asked.method].knows_class
        for i, source in enumerate(accepted):
            order = logits[i].argsort(descending=True).tolist()
            assert source.image is not None
            assert source.prepared is not None
            reports[source.path] = {
                "model": asked.reference,
                "tap": found.tap,
                "method": asked.method,
                "target": model.classes[int(wanted[i])] if knows_class else None,
                **({} if asked.against is None else {"against": model.classes[asked.against]}),
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
                    "remarks": [str(remark) for remark in _remarks(found, i, model, asked)],
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


def _without_self(sources: list[Source], kept: list[bool], name: str) -> list[Source]:
    """``sources``, of the readable ones those refused that are not ``kept``: predicted as ``name`` itself."""
    refusal = InvalidSetting(
        "same_class",
        N_("The predicted class is {name} itself; name the class to explain or another one to compare with."),
        field="against",
        name=_(name),
    )
    keeps = iter(kept)
    return [
        source if source.refusal is not None or next(keeps) else source._replace(refusal=refusal)
        for source in sources
    ]


def _remarks(found: "AttributionMap", index: int, model: "Model", asked: _Asked) -> list[Sentence]:
    """What the page says beside such a map."""
    contrast = asked.against is not None
    kinds = {tap.name: tap.kind for tap in model.taps}
    said = [
        layer_remark(found.method, kinds.get(found.tap, "")),
        emptiness_sentence(METHODS[found.method], found.emptiness(index), contrast=contrast),
    ]
    balances = found.balances[index : index + 1]
    sums = [one for balance in balances for one in balance_remarks(balance, contrast=contrast)]
    return [one for one in said if one] + sums


def _warnings(source: Source, model: "Model", data_folder: Path) -> list[Sentence]:
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
    if "against" in report:
        logits = {one["class"]: one["logit"] for one in report["predictions"]}
        show("  " + _difference(report["target"], report["against"], logits))
    for told in (*report["image"]["changes"], *report["image"]["warnings"], *report["map"]["remarks"]):
        say(f"  {told}")


def _difference(target: str, against: str, logits: dict[str, float]) -> str:
    return _(
        "Why {name} and not {other}: difference of the logits (scores before softmax) {difference}"
    ).format(name=_(target), other=_(against), difference=signed(number(logits[target] - logits[against])))


def _about(path: Path, what: str) -> str:
    return _("{name}: {text}").format(name=path.name, text=what)


def _write_overlay(source: Source, report: dict[str, Any], path: Path) -> None:
    assert source.prepared is not None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(overlay_png(source.prepared.pixels, report["map"]["values"]))
    except OSError as error:
        raise not_writable(path, error) from None
    say(_("Written to {place}").format(place=path))
