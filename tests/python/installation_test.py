"""`pip install ./python`: what it puts into a folder can be imported from there, and watches a training."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import gradclinic

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import torch, gradclinic
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
with gradclinic.watch(model, optimizer) as clinic:
    for _ in range(20):
        loss = torch.nn.functional.cross_entropy(model(torch.randn(16, 4)), torch.randint(0, 2, (16,)))
        optimizer.zero_grad(); loss.backward(); optimizer.step(); clinic.step(loss)
print(gradclinic.__file__, clinic.diagnosis().verdict)
"""


class Installation(unittest.TestCase):
    def test_pip_installs_the_package(self):
        # The build that this test runs in is taken, so that nothing is compiled again.
        build = Path(gradclinic.core.__file__).resolve().parents[2]
        with tempfile.TemporaryDirectory() as folder:
            made = subprocess.run(
                [sys.executable, "-m", "pip", "install", "--no-build-isolation", "--no-deps", "--no-index", "--quiet",
                 "--target", folder, ROOT / "python"],
                env={**os.environ, "GRADCLINIC_BUILD": str(build), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
                capture_output=True, text=True)
            self.assertEqual(0, made.returncode, made.stderr)
            ran = subprocess.run([sys.executable, "-c", SCRIPT], cwd="/", capture_output=True, text=True,
                                 env={**os.environ, "PYTHONPATH": folder})
            self.assertEqual(0, ran.returncode, ran.stderr)
            self.assertTrue(ran.stdout.startswith(folder), ran.stdout)
            compiled = sorted(path.name for path in (Path(folder) / "gradclinic").glob("*.so"))
            self.assertEqual(sorted(path.name for path in Path(gradclinic.core.__file__).parent.glob("*.so")), compiled)


if __name__ == "__main__":
    unittest.main()
