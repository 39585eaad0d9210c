"""check_report.py FOLDER: the files of a report against the documented schema and against XML's rules.

Needs Debian's python3-jsonschema; the rest is Python's own.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree

import jsonschema

folder = pathlib.Path(sys.argv[1])
docs = pathlib.Path(__file__).resolve().parents[2] / "docs"


def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


schema = json.loads((docs / "results.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
results = json.loads((folder / "results.json").read_text(), parse_constant=refuse)
jsonschema.Draft202012Validator(schema).validate(results)

# The schema must be able to refuse.
broken = json.loads((folder / "results.json").read_text())
broken["experiments"][0]["claims"][0]["verdict"] = "perhaps"
if jsonschema.Draft202012Validator(schema).is_valid(broken):
    sys.exit("the schema accepts an unknown verdict")

figures = [figure for experiment in results["experiments"] for figure in experiment["figures"]]
for figure in figures:
    root = xml.etree.ElementTree.parse(folder / figure["file"]).getroot()
    if root.tag != "{http://www.w3.org/2000/svg}svg" or root.find("{http://www.w3.org/2000/svg}title") is None:
        sys.exit(f"{figure['file']} is no titled SVG")

markdown = (folder / "report.md").read_text()
for figure in figures:
    if f"({figure['file']})" not in markdown:
        sys.exit(f"report.md does not show {figure['file']}")

# The example of docs/results.md must run.
example = [line[4:] for line in (docs / "results.md").read_text().split("## Example")[1].splitlines() if line.startswith("    ")]
exec("\n".join(example).replace("report/results.json", str(folder / "results.json")))
