"""pip install ./python: CMake builds the compiled parts, in build/pip or in the folder that GRADCLINIC_BUILD names.

PyTorch is not asked for: the package goes with the version that is there. Where it is there while this runs
(--no-build-isolation), and has headers, the module `hooks` is built for it as well; the package goes without, too.
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
        subprocess.run(["cmake", "--build", build, "--target", "gradclinic_package"], check=False)
        to = Path(self.get_ext_fullpath(extension.name)).parent
        to.mkdir(parents=True, exist_ok=True)
        for compiled in (build / "python" / "gradclinic").glob("*.so"):
            shutil.copy(compiled, to)


setup(ext_modules=[Extension("gradclinic.core", sources=[])], cmdclass={"build_ext": CMakeBuild})
