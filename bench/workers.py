"""The programs that bench/run alternates between: ours and PyTorch's, each alive for the whole run."""
import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SWITCHES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # they choose OpenBLAS's kernels and their blocking


class Worker:
    """Answers one command a line with one line of JSON."""

    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env=environment, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"bench/run: a worker ended at \"{' '.join(map(str, words))}\"")
        return json.loads(answer)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Workers:
    """Ours, and PyTorch's on one core and on all, under one setting of OpenBLAS's switches."""

    def __init__(self, build, switches):
        self.cores = len(os.sched_getaffinity(0))
        environment = {key: value for key, value in os.environ.items() if key not in SWITCHES} | switches
        one, all_cores = ({**environment, "OPENBLAS_NUM_THREADS": str(threads)} for threads in (1, self.cores))
        pytorch = ["/usr/bin/python3", ROOT / "bench" / "pytorch.py"]
        self.ours = Worker([build / "bench" / "bench_worker"], one)
        self.torch = Worker(pytorch, one)
        self.torch_all_cores = Worker(pytorch, all_cores)

    def stop(self):
        for worker in (self.ours, self.torch, self.torch_all_cores):
            worker.stop()


def settings():
    """OpenBLAS's switches as they are set here, if they are, and unset: that is what most machines have."""
    here = {key: os.environ[key] for key in SWITCHES if key in os.environ}
    return ([here] if here else []) + [{}]
