#!/usr/bin/env python3
"""bench.py [--half tuning|held-out|all] [--only PREFIX] [--json FILE] [--jobs N] [--no-cases] [--no-probe]: what gradclinic says of
the cases; bench.py --table FILE: the totals of an earlier run.

Trains each on seed 100, which no label was decided on, under gradclinic.examine(), which trains it again without what is
suspected, and compares the diagnosis with the label; with --no-probe once, under gradclinic.watch(). Needs the package on PYTHONPATH. Prints, for all and for each family of networks:
recall (sick networks called sick), false alarms (healthy ones called sick), and of all sick networks those whose
first-named cause is the label's (strict) or one that the label accepts, each with its exact 95 % interval.
"""

import argparse
import functools
import json
import multiprocessing
import os
import sys
import time
import warnings
from pathlib import Path

import gradclinic

import catalogue
import rule
from intervals import clopper_pearson
from training import run

LABELS = catalogue.FOLDER / "labels.json"


def judge(case, probe):
    """What the doctor says of one training; "error" where it breaks down, which is no right answer for any label."""
    def train(watch):
        training = rule.base(case.base).training(rule.SCORED_SEED, **case.change)
        with watch(training.model, training.optimizer, budget=None, name=case.name) as clinic:
            run(training, clinic)
        return clinic

    warnings.simplefilter("ignore")
    started = time.perf_counter()
    try:
        diagnosis = gradclinic.examine(train) if probe else train(gradclinic.watch).diagnosis()
    except Exception as error:  # noqa: BLE001 the others are still to be judged
        print(f"{case.name}: {error!r}", file=sys.stderr)
        diagnosis = {"verdict": "error", "findings": []}
    return {"name": case.name, "family": case.family, "half": case.half, "label": case.verdict, "cause": case.cause,
            "accept": case.accept, "verdict": diagnosis["verdict"],
            "findings": [finding["pathology"] for finding in diagnosis["findings"]],
            "seconds": round(time.perf_counter() - started, 2)}


def named(row, strict):
    """Whether a sick network is called sick, with the right cause first."""
    right = [row["cause"]] if strict else [row["cause"], *row["accept"]]
    return row["verdict"] == "sick" and bool(row["findings"]) and row["findings"][0] in right


def totals(rows):
    sick = [row for row in rows if row["label"] == "sick"]
    healthy = [row for row in rows if row["label"] == "healthy"]
    counts = {"recall": (sum(row["verdict"] == "sick" for row in sick), len(sick)),
              "false alarms": (sum(row["verdict"] == "sick" for row in healthy), len(healthy)),
              "top-1 cause": (sum(named(row, strict=False) for row in sick), len(sick)),
              "top-1 cause, strict": (sum(named(row, strict=True) for row in sick), len(sick))}
    return {what: {"hits": hits, "of": count, "share": round(hits / count, 4) if count else None,
                   "interval": [round(end, 4) for end in clopper_pearson(hits, count)]}
            for what, (hits, count) in counts.items()}


def sections(rows):
    """Totals of all, of each family, and of those whose training on the scored seed came out as its label says."""
    labels = json.loads(LABELS.read_text())
    chosen = {"all": rows}
    for family in sorted({row["family"] for row in rows}):
        chosen[family] = [row for row in rows if row["family"] == family]
    chosen["all whose own training came out as labelled"] = [row for row in rows
                                                            if labels[row["name"]]["holds_when_scored"]]
    return {title: totals(some) for title, some in chosen.items()}


def print_totals(title, result):
    print(f"\n{title}")
    for what, line in result.items():
        low, high = line["interval"]
        share = "-" if line["share"] is None else f"{line['share']:.3f}"
        print(f"  {what:20} {line['hits']:3} of {line['of']:3}   {share:>5}   {low:.3f} to {high:.3f}")


def print_misses(rows):
    missed = [row for row in rows if (row["verdict"] != row["label"] if row["label"] == "healthy"
                                      else not named(row, strict=False))]
    print(f"\nmisses: {len(missed)}")
    for row in missed:
        label = row["cause"] or "healthy"
        print(f"  {row['name']:36} {label:24} said {row['verdict']}: {', '.join(row['findings']) or 'nothing'}")


def table(document):
    """The totals of a file that --json wrote, as Markdown."""
    rows = ["| networks | sick called sick | healthy called sick | right cause first | the label's own cause first |",
            "| --- | --- | --- | --- | --- |"]
    for title, result in sections(document["cases"]).items():
        cells = [f"{line['hits']} of {line['of']} ({line['interval'][0]:.2f} to {line['interval'][1]:.2f})"
                 for line in result.values()]
        rows.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=["tuning", "held-out", "all"], default="all")
    parser.add_argument("--only", default="", help="start of the names of the cases")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--jobs", type=int, default=1, help="cases at a time, on a thread each")
    parser.add_argument("--table", type=Path, help="print the totals of a file that --json wrote, and train nothing")
    parser.add_argument("--no-cases", action="store_true", help="totals only: keeps the held-out half unseen")
    parser.add_argument("--no-probe", action="store_true", help="judge from the record alone")
    options = parser.parse_args()
    if options.table:
        print(table(json.loads(options.table.read_text())))
        return
    cases = [case for case in catalogue.load() if options.half in ("all", case.half)
             and case.name.startswith(options.only)]
    rows = []
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for row in pool.imap(functools.partial(judge, probe=not options.no_probe), cases):
            rows.append(row)
            told = f"{len(rows)} of {len(cases)}" if options.no_cases else \
                f"{row['name']} {row['verdict']} {' '.join(row['findings'])}"
            print(told, file=sys.stderr, flush=True)
    results = sections(rows)
    for title, result in results.items():
        print_totals(f"{title}, {options.half}" if title == "all" else title, result)
    if not options.no_cases:
        print_misses(rows)
    if options.json:
        document = {"seed": rule.SCORED_SEED, "half": options.half, "probe": not options.no_probe, "totals": results,
                    "cases": rows}
        temporary = options.json.with_suffix(".part")
        temporary.write_text(json.dumps(document, indent=1) + "\n")
        os.replace(temporary, options.json)


if __name__ == "__main__":
    main()
