"""What the doctor says."""

import html
import json
import shutil
import sys
import tempfile
from pathlib import Path

FRAME = "width: 100%; height: 40em; border: 1px solid #8884; resize: vertical"


class Diagnosis(dict):
    """The document of docs/diagnosis.schema.json; printed, it reads as `gradclinic diagnose` prints it."""

    def __init__(self, examined):
        super().__init__(json.loads(examined.json()))
        self.examined = examined

    @property
    def verdict(self):
        """"healthy", "sick" or "undecided"."""
        return self["verdict"]

    @property
    def cause(self):
        """The id of the pathology that causes the others; None of a training that is not sick."""
        return self["findings"][0]["pathology"] if self["findings"] else None

    def report(self, path):
        """Writes it as one page that works offline."""
        self.examined.write_page(str(path))

    def save(self, store="gradclinic.sqlite"):
        """Adds the record to a store, for `gradclinic list`, `diagnose` and `export`; its id there."""
        return self.examined.save(str(store))

    def __str__(self):
        colour = sys.stdout.isatty()
        return self.examined.text(colour, shutil.get_terminal_size((100, 24)).columns)

    def _repr_html_(self):
        """The page of report(), as notebooks show what a cell ends with."""
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "diagnosis.html"
            self.report(page)
            content = html.escape(page.read_text(encoding="utf-8"))
        return f'<iframe title="gradclinic\'s diagnosis" style="{FRAME}" srcdoc="{content}"></iframe>'

    def __repr__(self):
        cause = f", cause {self.cause}" if self.cause else ""
        return f"<Diagnosis {self.verdict}{cause}>"
