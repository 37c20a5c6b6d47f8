"""`python -m benchmarks`: run the benchmarks, print a table, write JSON on request."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from rich.console import Console
from rich.table import Table

from benchmarks import (
    architectures,
    gpu,
    home,
    inspection,
    probes,
    race,
    runs,
    sweep,
    training,
    watching,
    web,
)
from benchmarks.machine import describe_machine
from benchmarks.result import Bench, Result

BENCHES: tuple[Bench, ...] = (
    *race.BENCHES,
    *training.BENCHES,
    *probes.BENCHES,
    *web.BENCHES,
    *watching.BENCHES,
    *home.BENCHES,
    *inspection.BENCHES,
    *architectures.BENCHES,
    *runs.BENCHES,
    *sweep.BENCHES,
    *gpu.BENCHES,
)


def main(arguments: list[str]) -> None:
    """Parse ``arguments``, measure, show; exits with 1 when a benchmark failed to run."""
    asked = _parser().parse_args(arguments)
    chosen = [bench for bench in BENCHES if not asked.only or bench.name in asked.only]
    progress = Console(stderr=True)
    results: dict[str, list[Result]] = {}
    failures: dict[str, str] = {}
    for bench in chosen:
        if bench.needs == "cuda" and not torch.cuda.is_available():
            progress.print(f"{bench.name}: needs a GPU, and there is none")
            continue
        progress.print(f"{bench.name}: {bench.title} …")
        with TemporaryDirectory(prefix="resnet-viz-bench-", ignore_cleanup_errors=True) as folder:
            try:
                results[bench.name] = list(bench.run(asked.repetitions, Path(folder)))
            except Exception as error:  # one that fails must not cost the numbers of the others
                failures[bench.name] = f"{type(error).__name__}: {error}"
                progress.print_exception()
    machine = describe_machine()
    Console().print(_table(results), f"[dim]{_line(machine)}[/dim]")
    if asked.output:
        report = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine,
            "failures": failures,
            "results": {name: [result.as_json() for result in found] for name, found in results.items()},
        }
        asked.output.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if failures:
        sys.exit(f"failed: {', '.join(failures)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures speed. Medians over the repetitions; ratios are taken within a repetition.",
        epilog="Benchmarks: " + "; ".join(f"{bench.name} – {bench.title}" for bench in BENCHES),
    )
    names = [bench.name for bench in BENCHES]
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help="run these benchmarks only")
    parser.add_argument("-n", "--repetitions", type=_positive, default=3, metavar="N", help="default: 3")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="also write everything as JSON")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _table(results: dict[str, list[Result]]) -> Table:
    table = Table(title="ResNet Viz, speed")
    for heading in ("benchmark", "quantity"):
        table.add_column(heading)
    for heading in ("median", "lowest", "highest", "aim"):
        table.add_column(heading, justify="right")
    for name, found in results.items():
        for result in found:
            sign = {None: "", True: " [green]✓[/green]", False: " [red]✗[/red]"}[result.met]
            aim = "" if result.aim is None else f"{result.aim.sense} {result.aim.value:g}{sign}"
            table.add_row(
                name,
                result.name,
                f"{result.median:.3g} {result.unit}",
                f"{min(result.values):.3g}",
                f"{max(result.values):.3g}",
                aim,
            )
        table.add_section()
    return table


def _line(machine: dict[str, object]) -> str:
    versions = machine["versions"]
    assert isinstance(versions, dict)
    listed = ", ".join(f"{name} {number}" for name, number in versions.items())
    gpu_name = machine["gpu"] or "no GPU"
    return f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {gpu_name}; {listed}"


if __name__ == "__main__":
    main(sys.argv[1:])
