"""check_diagnosis.py DIAGNOSIS.json LOG.sarif: one diagnosis against the documented schema and against SARIF 2.1.0's rules.

Needs Debian's python3-jsonschema. SARIF's own schema is not at hand; what code hosts need of it is checked here.
"""
import json
import pathlib
import sys

import jsonschema

docs = pathlib.Path(__file__).resolve().parents[2] / "docs"


def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


def read(path):
    return json.loads(pathlib.Path(path).read_text(), parse_constant=refuse)


schema = json.loads((docs / "diagnosis.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
diagnosis = read(sys.argv[1])
validator.validate(diagnosis)

# The schema must be able to refuse.
for break_it in (
    lambda d: d.update(verdict="perhaps"),
    lambda d: d["run"].pop("status"),
    lambda d: d["gaps"].append({"pathology": "x"}),
    lambda d: d["notes"].append({"pathology": "x"}),
):
    broken = json.loads(json.dumps(diagnosis))
    break_it(broken)
    assert not validator.is_valid(broken), "the schema accepts anything"

found = {finding["pathology"] for finding in diagnosis["findings"]}
assert (diagnosis["verdict"] == "sick") >= bool(found), "findings belong to the sick"
for place, finding in enumerate(diagnosis["findings"]):
    assert finding["role"] == ("symptom" if place else "cause")
    assert finding["caused_by"] in found if place else finding["caused_by"] is None
assert all(note["role"] == "note" for note in diagnosis["notes"])

log = read(sys.argv[2])
assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
(run,) = log["runs"]
rules = run["tool"]["driver"]["rules"]
assert len({rule["id"] for rule in rules}) == len(rules)
for rule in rules:
    assert rule["shortDescription"]["text"] and rule["fullDescription"]["text"] and rule["help"]["text"]
levels = {"cause": "error", "symptom": "warning", "note": "note"}
reported = diagnosis["findings"] + diagnosis["notes"]
assert len(run["results"]) == len(reported)
for result, finding in zip(run["results"], reported):
    assert result["ruleId"] == finding["pathology"] == rules[result["ruleIndex"]]["id"]
    assert result["level"] == levels[finding["role"]]
    assert finding["sentence"] in result["message"]["text"]
    (location,) = result["locations"]
    if "physicalLocation" in location:
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri and " " not in uri
    else:
        assert location["logicalLocations"][0]["name"] == diagnosis["run"]["name"]
(invocation,) = run["invocations"]
texts = [notification["message"]["text"] for notification in invocation["toolExecutionNotifications"]]
assert invocation["executionSuccessful"] is True and texts[0].startswith(diagnosis["verdict"])
assert len(texts) == 1 + len(diagnosis["gaps"])
print("valid")
