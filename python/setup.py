"""pip install ./python: CMake builds the compiled part, in build/pip or in the folder that GRADCLINIC_BUILD names.

PyTorch is not asked for: the package goes with the version that is there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parents[1]


class CMakeBuild(build_ext):
    def build_extension(self, extension):
        build = Path(os.environ.get("GRADCLINIC_BUILD", ROOT / "build" / "pip"))
        if not (build / "build.ninja").exists():
            subprocess.run(["cmake", "-S", ROOT, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                            f"-DPython_EXECUTABLE={sys.executable}"], check=True)
        subprocess.run(["cmake", "--build", build, "--target", "gradclinic_python"], check=True)
        to = Path(self.get_ext_fullpath(extension.name))
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(next((build / "python" / "gradclinic").glob("core*.so")), to)


setup(ext_modules=[Extension("gradclinic.core", sources=[])], cmdclass={"build_ext": CMakeBuild})
