"""The cases of cases.toml."""

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
        return "tuning" if rule.BASES.index(self.base) % 2 == 0 else "held-out"

    @property
    def stands_alone(self):
        return self.verdict == "healthy" and rule.stands_alone(self.base, self.change)


def load():
    """All cases; the bases, which are healthy cases themselves, first."""
    with open(FOLDER / "cases.toml", "rb") as file:
        listed = tomllib.load(file)["case"]
    bases = [Case(name=f"{base}/base", verdict="healthy", note=rule.base(base).__doc__.split("\n")[0])
             for base in rule.BASES]
    return bases + [Case(**case) for case in listed]
