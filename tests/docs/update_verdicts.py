#!/usr/bin/env python3
"""Writes the claims table of README.md and docs/verdicts.md from a lab's results.json.

    tests/docs/update_verdicts.py report/results.json
"""
import json
import math

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARKS = ("<!-- verdicts: from update_verdicts.py -->", "<!-- end of verdicts -->")
SIGNS = {"supported": "✓", "refuted": "✗", "inconclusive": "?", "vacuous": "∅"}


def number(value):
    if value is None or isinstance(value, str):
        return str(value)
    if value == 0 or not math.isfinite(value):
        return str(value)
    return f"{value:.3g}"


def row(claim):
    effect = f"{claim['effect_unit']} {number(claim['effect'])} [{number(claim['interval'][0])}, {number(claim['interval'][1])}]"
    return f"| {claim['text']} | {SIGNS[claim['verdict']]} **{claim['verdict']}** | {effect} | {claim['n']} |"


HEAD = ["| claim | verdict | effect, 95 % interval | seeds |", "| --- | --- | --- | --- |"]


def tables(results):
    """The README's table (the notebook's own claims) and the page of all verdicts."""
    notebook = [c for e in results["experiments"] for c in e["claims"] if c["source"].startswith("course notebook")]
    everything = ["# Every claim of the course, with its verdict", "",
                  "Made by `tests/docs/update_verdicts.py` from a run of `./gradclinic lab`; how a claim is decided: "
                  "[claims.md](claims.md).", ""]
    for experiment in results["experiments"]:
        if not experiment["claims"]:
            continue
        everything += [f"## {experiment['title']}", "", experiment["question"], "", *HEAD,
                       *[row(claim) for claim in experiment["claims"]], ""]
    return "\n".join(HEAD + [row(claim) for claim in notebook]), "\n".join(everything)


def main():
    short, page = tables(json.loads(Path(sys.argv[1]).read_text()))
    readme = ROOT / "README.md"
    before, after = readme.read_text().split(MARKS[0])[0], readme.read_text().split(MARKS[1])[1]
    readme.write_text(f"{before}{MARKS[0]}\n{short}\n{MARKS[1]}{after}")
    (ROOT / "docs" / "verdicts.md").write_text(page)


if __name__ == "__main__":
    main()
