"""`python -m tests.benchmarks`: what the engine takes to deploy, look, change and remove, against the emulator.

    python -m tests.benchmarks --resources 1000
    python -m tests.benchmarks --resources 1000 --latency 50 --rate 15 --only schemas
    python -m tests.benchmarks --resources 100 --vs './other-tool.sh' --json

Ends with 0, or with 1 if a phase failed or did something else than it should.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence

from tests.benchmarks import report, table
from tests.benchmarks.commands import Usage
from tests.benchmarks.contenders import Contender, Lakestead, Other
from tests.benchmarks.imports import measured_imports
from tests.benchmarks.measurement import Measurement, Setting, measure, medians
from tests.benchmarks.workloads import WORKLOADS


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; answers the exit code."""
    options = _parser().parse_args(arguments)
    setting = Setting(resources=options.resources, latency=options.latency, rate=options.rate, timeout=options.timeout)
    contenders: list[Contender] = [Lakestead(), *(Other(command) for command in options.vs)]
    imports = measured_imports()
    found: list[Measurement] = []
    for name in options.only or WORKLOADS:
        runs = [measure(WORKLOADS[name], setting, contenders, _say) for _ in range(options.repeat)]
        results = medians(runs)
        found += results
        heading = table.title(WORKLOADS[name].title, setting)
        if not options.json:
            table.show(heading, results, imports, Lakestead.name)
        if options.write:
            report.write(heading, table.markdown(results, imports, Lakestead.name))
    if options.json:
        sys.stdout.write(json.dumps(report.document(setting, found, imports), indent=2) + "\n")
    else:
        _show_imports(imports)
    return 1 if table.problems(found) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--resources", type=_count, default=100, metavar="N", help="how many resources (100)")
    parser.add_argument("--latency", type=float, default=0, metavar="MS", help="milliseconds that each call takes longer")
    parser.add_argument("--rate", type=float, metavar="R", help="calls a second that the server allows; it answers 429 beyond")
    parser.add_argument("--only", nargs="+", choices=list(WORKLOADS), metavar="NAME", help=f"of {', '.join(WORKLOADS)}")
    parser.add_argument("--vs", action="append", default=[], metavar="COMMAND", help=Other.__doc__)
    parser.add_argument("--repeat", type=_count, default=1, metavar="K", help="medians of so many runs (1)")
    parser.add_argument("--timeout", type=float, default=900, metavar="S", help="seconds that one phase may take (900)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--write", action="store_true", help=f"keep the results in docs/{report.DOCUMENT.name}")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def _show_imports(imports: Mapping[str, Usage]) -> None:
    for phase, usage in imports.items():
        sys.stdout.write(
            f"imports of {phase}: {usage.seconds:.2f} s, CPU {usage.cpu_seconds:.2f} s, {usage.peak / 1e6:.0f} MB\n"
        )


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
