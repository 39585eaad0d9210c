#!/usr/bin/env python3
"""Runs what the documents show, with the program that was built:

- every command line `./gradclinic ...` in a ```sh block of README.md, CONTRIBUTING.md and docs/*.md ends with the exit
  code that stands behind it as `# exit N`, else 0;
- `./gradclinic python SCRIPT` runs the script with the package that was built;
- what a document's ```python blocks say, one after the other, runs;
- scripts and presets that they name exist;
- the verdicts that README.md and docs/verdicts.md print are those of the lab that README.md runs.

    docs_test.py PROGRAM
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(document):
    for block in re.findall(r"^```sh\n(.*?)^```", document.read_text(), re.M | re.S):
        for line in block.splitlines():
            if line.strip() and not line.startswith("#"):
                yield line


def run_python(arguments, document, program, folder):
    package = program.parents[1] / "python"
    done = subprocess.run(["/usr/bin/python3", *arguments], cwd=folder, env={**os.environ, "PYTHONPATH": str(package)},
                          capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{document.name}: python {arguments[0]} failed:\n{done.stdout}{done.stderr}"


def run_snippets(document, program, folder):
    blocks = re.findall(r"^```python\n(.*?)^```", document.read_text(), re.M | re.S)
    if blocks:
        run_python(["-c", "\n".join(blocks)], document, program, folder)


def check_other(document, line):
    """A command that is not the program: what it names must exist."""
    words = line.split()
    if words[0].startswith("./"):
        assert os.access(ROOT / words[0], os.X_OK), f"{document.name}: no such script: {line}"
    presets = re.findall(r"--preset (\S+)", line)
    known = {preset["name"] for preset in json.loads((ROOT / "CMakePresets.json").read_text())["workflowPresets"]}
    for preset in presets:
        assert preset in known, f"{document.name}: no such preset: {line}"


def verdicts(table):
    return dict(re.findall(r"^\| (.+?) \| . \*\*(\w+)\*\*", table, re.M))


def check_verdicts(results):
    fresh = {c["text"]: c["verdict"] for e in results["experiments"] for c in e["claims"]}
    for document in (ROOT / "README.md", ROOT / "docs" / "verdicts.md"):
        printed = verdicts(document.read_text())
        assert printed, f"{document.name} prints no verdicts"
        for says, verdict in printed.items():
            assert says in fresh, f"{document.name}: no experiment makes the claim: {says}"
            # Another instruction set rounds differently: a verdict may become undecided, never turn round.
            turned = {verdict, fresh[says]} == {"supported", "refuted"} or "vacuous" in {verdict} ^ {fresh[says]}
            assert not turned, f"{document.name} says {verdict}, the lab {fresh[says]}: {says}"
            if verdict != fresh[says]:
                print(f"note: {document.name} says {verdict}, this machine's lab {fresh[says]}: {says}")
    missing = set(fresh) - set(verdicts((ROOT / "docs" / "verdicts.md").read_text()))
    assert not missing, f"docs/verdicts.md lacks {sorted(missing)}; run tests/docs/update_verdicts.py"


def main():
    program = Path(sys.argv[1]).resolve()
    ran = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in ("examples", "experiments", "data"):
            os.symlink(ROOT / name, Path(folder) / name)
        for document in DOCUMENTS:
            run_snippets(document, program, folder)
            for line in commands(document):
                command, _, comment = line.partition("#")
                if not command.startswith("./gradclinic "):
                    check_other(document, command)
                    continue
                if command.split()[1] == "python":
                    run_python(command.split()[2:], document, program, folder)
                    continue
                expected = int(re.search(r"exit (\d+)", comment).group(1)) if "exit" in comment else 0
                done = subprocess.run(command.replace("./gradclinic", str(program), 1), shell=True, cwd=folder,
                                      capture_output=True, text=True, timeout=1500, check=False)
                assert done.returncode == expected, \
                    f"{document.name}: `{line}` ended with {done.returncode}:\n{done.stdout}{done.stderr}"
                ran += 1
        assert ran >= 5, "the documents show hardly any commands"
        check_verdicts(json.loads((Path(folder) / "report" / "results.json").read_text()))
    print(f"{ran} commands ran as the documents say")


if __name__ == "__main__":
    main()
