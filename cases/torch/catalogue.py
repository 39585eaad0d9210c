"""The labelled cases: cases/<base>.toml, a table for each. They lie one folder deeper than those of the native engine,
whose reader takes every folder with TOML files for one of its bases."""

import os

# Its own threads get in each other's way, here as in every training of small networks; read when torch is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import rule

FOLDER = Path(__file__).parent


@dataclass
class Case:
    name: str
    verdict: str
    note: str
    change: dict = field(default_factory=dict)
    cause: str = ""
    accept: list = field(default_factory=list)
    look_alike: str = ""

    @property
    def base(self):
        return self.name.split("/")[0]

    @property
    def family(self):
        return rule.base(self.base).FAMILY

    @property
    def half(self):
        return rule.base(self.base).SPLIT

    @property
    def stands_alone(self):
        return self.verdict == "healthy" and rule.stands_alone(self.base, self.change)


def load():
    """The bases, which are healthy cases themselves, then all that are made from them."""
    cases = [Case(name=f"{base}/base", verdict="healthy", note=rule.base(base).__doc__.split("\n")[0])
             for base in rule.BASES]
    for base in rule.BASES:
        with open(FOLDER / "cases" / f"{base}.toml", "rb") as file:
            cases += [Case(name=f"{base}/{name}", **case) for name, case in tomllib.load(file).items()]
    return cases
