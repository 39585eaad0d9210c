#!/usr/bin/python3
"""Answers in PyTorch what the engine's tests ask: one JSON request in, one JSON answer out.

    /usr/bin/python3 tests/reference/reference.py REQUEST.json     (or `-` for standard input)

A request holds any of
    "runs":     [{"spec": TOML text, "precision": "float" or "double"}, ...]   see training.py
    "draws":    [{"seed": N, "precision": ..., "calls": [...]}, ...]            see draws.py
    "notebook": ["float", "double"] or one of them                              see notebook.py
and the answer holds the same keys with a list of results each.
"""
import json
import os
import sys
import warnings

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree
# One thread, set before BLAS is loaded: sums then have one order, and runs go side by side without fighting.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"

try:
    import torch
except ImportError:
    sys.exit(f"{sys.executable} has no PyTorch, which the engine is compared with; install Debian's package: "
             "apt-get install python3-torch (it belongs to /usr/bin/python3 only)")

from draws import draw
from notebook import notebook
from training import train


def answer(request):
    results = {}
    if "runs" in request:
        results["runs"] = [train(run) for run in request["runs"]]
    if "draws" in request:
        results["draws"] = [draw(program) for program in request["draws"]]
    if "notebook" in request:
        results["notebook"] = [notebook(precision) for precision in request["notebook"]]
    return results


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", module="torch.optim.lr_scheduler")  # torch 1.13 warns of its own SequentialLR
    source = sys.stdin if sys.argv[1] == "-" else open(sys.argv[1], encoding="utf-8")
    with source:
        request = json.load(source)
    json.dump(answer(request), sys.stdout)


if __name__ == "__main__":
    main()
