#!/usr/bin/env python3
"""check_fix.py SCHEMA FILE: what `gradclinic fix --json` printed against the documented schema.

Needs Debian's python3-jsonschema; the rest is Python's own.
"""
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
printed = json.load(open(sys.argv[2], encoding="utf-8"))
validator.validate(printed)

# The schema must be able to refuse.
if validator.is_valid({**printed, "verdict": "fine"}):
    sys.exit("the schema accepts an unknown verdict")
