"""What is measured. Each function returns rows for bench/run's tables; a row's "checks" say what passed."""
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

from workers import ROOT

# depth, width, batch, steps a block; PyTorch's time over ours: to reach, aim
STEPS = [(8, 50, 500, 200, 1.6, 2), (20, 50, 100, 200, 3.5, 5), (8, 16, 32, 1000, 40, 60), (3, 16, 16, 2000, 100, 150),
         (8, 256, 256, 30, 1.2, 1.3), (8, 1024, 512, 4, 1.0, 1.05)]
# depth, width, batch, steps a block; watched over unwatched: at most
WATCHED = [(8, 50, 500, 60, 1.10), (20, 50, 100, 100, 1.10), (8, 256, 256, 10, 1.03), (8, 1024, 512, 3, 1.03)]
EXPONENTIAL_SPEEDUP, EXPONENTIAL_LIMIT, EXPONENTIAL_PEAK = 5, 400, 116  # microseconds at that many GFLOP/s a core
NOTEBOOK_SPEEDUP = 4
LAB_SCALING = 1.9  # of 2: what is left to starting up, reading and the report


def size_of(depth, width, batch):
    return f"{depth} x {width}, batch {batch}"


def at_least(value, target):
    return {"passed": value >= target, "target": f">= {target:g}"}


def at_most(value, target):
    return {"passed": value <= target, "target": f"<= {target:g}"}


def differ(ours, theirs):
    return abs(ours - theirs) / abs(theirs)


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def sgd_steps(workers, rounds, clock):
    rows = []
    for depth, width, batch, steps, target, aim in STEPS:
        warm = max(1, steps // 10)
        blocks = []
        for _ in range(rounds):
            torch = workers.torch.ask("step", depth, width, batch, warm, steps)
            ours = workers.ours.ask("step", depth, width, batch, warm, steps, 0)
            blocks.append({"torch": torch[clock], "ours": ours[clock], "torch_wall": torch["wall"],
                           "ours_wall": ours["wall"], "ratio": torch[clock] / ours[clock],
                           "difference": differ(ours["loss"], torch["loss"])})
        row = {key: median(blocks, key) for key in blocks[0]}
        row |= {"what": size_of(depth, width, batch), "aim": aim, "ratios": [block["ratio"] for block in blocks],
                "checks": {"ratio": at_least(row["ratio"], target), "equal": at_most(row["difference"], 1e-3)}}
        rows.append(row)
    return rows


def torch_times(workers, clock, command, *numbers):
    """PyTorch's times with one thread and with one a core, and an answer. Where others have a share of the cores, its
    threads wait for one another, which says nothing: there one thread's processor time stands for both."""
    one = workers.torch.ask(command, 1, *numbers)
    if clock == "cpu":
        return one["cpu"], one["cpu"], one
    return one["wall"], workers.torch_all_cores.ask(command, workers.cores, *numbers)["wall"], one


def matrix_exponential(workers, rounds, clock, peak):
    """By the wall, on two cores and the faster of PyTorch's two ways. By processor time, one thread each, as if both
    gained the same from a second."""
    warm, epochs = 5, 50
    blocks = []
    for _ in range(rounds):
        torch_one, torch_all, answer = torch_times(workers, clock, "matrix_exponential", warm, epochs)
        one, two = (workers.ours.ask("matrix_exponential", threads, warm, epochs) for threads in (1, 2))
        ours = two["wall"] if clock == "wall" else one["cpu"]
        blocks.append({"torch_one": torch_one, "torch_all": torch_all, "ours": ours,
                       "ours_two": two["wall"] if clock == "wall" else two["cpu"] / 2,
                       "ratio": min(torch_one, torch_all) / ours, "difference": differ(two["loss"], answer["loss"])})
    row = {key: median(blocks, key) for key in blocks[0]}
    limit = EXPONENTIAL_LIMIT * EXPONENTIAL_PEAK / peak
    return [row | {"what": "4-32-16-4 tanh, 10,000 points, Adam", "checks": {
        "ratio": at_least(row["ratio"], EXPONENTIAL_SPEEDUP), "ours_two": at_most(row["ours_two"], round(limit)),
        "equal": at_most(row["difference"], 1e-3)}}]


def notebook(workers, rounds, clock):
    """By the wall, on all cores. By processor time, ours of all threads against PyTorch's with one."""
    blocks = []
    for _ in range(rounds):
        torch_one, torch_all, answer = torch_times(workers, clock, "notebook")
        ours = workers.ours.ask("notebook")
        apart = {label: differ(ours["lines"][label], number) for label, number in answer["lines"].items()}
        # Ten layers of batch norm and He's eight end where the order of summation leads: 5 % and 1 % there.
        bounds = {label: 0.05 if "with batch norm" in label else 0.01 if "he, final" in label else 1e-3
                  for label in apart}
        blocks.append({"torch_one": torch_one, "torch_all": torch_all, "ours": ours[clock],
                       "ratio": min(torch_one, torch_all) / ours[clock],
                       "outside": sum(apart[label] > bounds[label] for label in apart), "numbers": len(apart)})
    row = {key: median(blocks, key) for key in blocks[0]}
    worst = sorted(apart.items(), key=lambda item: -item[1])[:5]
    return [row | {"what": "five sections, instruments on", "farthest_apart": dict(worst), "checks": {
        "ratio": at_least(row["ratio"], NOTEBOOK_SPEEDUP), "equal": at_most(row["outside"], 0)}}]


def watching(workers, rounds, clock):
    rows = []
    for depth, width, batch, steps, target in WATCHED:
        blocks = []
        for _ in range(rounds):
            off, on = (workers.ours.ask("step", depth, width, batch, 1, steps, watched)[clock] for watched in (0, 1))
            blocks.append({"off": off, "on": on, "ratio": on / off})
        row = {key: median(blocks, key) for key in blocks[0]}
        rows.append(row | {"what": size_of(depth, width, batch), "ratios": [block["ratio"] for block in blocks],
                           "checks": {"ratio": at_most(row["ratio"], target)}})
    return rows


def products(depth, width, batch):
    """Floating-point operations of a step's three kinds of products; the first layer needs no input gradient."""
    weights = 10 * width + (depth - 2) * width * width + width
    return {"forward": 2 * weights * batch, "backward": 2 * (weights - 10 * width) * batch,
            "weight_gradient": 2 * weights * batch}


def breakdown(workers, rounds, peak):
    """Where a step's time goes, by pieces timed alone; "other" is the rest of the step."""
    rows = []
    for depth, width, batch, steps, *_ in STEPS:
        size = (depth, width, batch)
        answers = [workers.ours.ask("pieces", *size) for _ in range(max(1, rounds // 3))]
        pieces = {name: median(answers, name) for name in answers[0]}
        step = statistics.median(workers.ours.ask("step", *size, 1, steps, 0)["cpu"] for _ in range(rounds))
        operations = products(*size)
        rows.append({"what": size_of(*size), "step": step, "share_of_peak": sum(operations.values()) / step * 1e-3 / peak,
                     "pieces": pieces | {"other": step - sum(pieces.values())},
                     "products_of_peak": {name: count / pieces[name] * 1e-3 / peak
                                          for name, count in operations.items()}})
    return rows


def lab_throughput(build, rounds):
    """Runs a second of one experiment with one job and with two, nothing cached; by the wall, whatever else runs."""
    rates = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for jobs, found in rates.items():
                subprocess.run([build / "apps" / "gradclinic", "lab", "clipping-notebook", "--no-cache", "--seeds", "50",
                                "--jobs", str(jobs), "--out", folder], check=True, capture_output=True, cwd=ROOT)
                results = json.loads((Path(folder) / "results.json").read_text())
                found.append(results["runs"] / results["seconds"])
    ratio = statistics.median(two / one for one, two in zip(rates[1], rates[2]))
    return [{"what": "lab clipping-notebook, 100 runs", "one_job": statistics.median(rates[1]),
             "two_jobs": statistics.median(rates[2]), "ratio": ratio,
             "checks": {"ratio": at_least(ratio, LAB_SCALING)}}]
