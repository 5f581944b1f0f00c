"""What pyproject.toml can't say: files that nucleus-swarm-client brings aren't packed a second time."""

import tomllib
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CLIENT = tomllib.loads((Path(__file__).parent / "client" / "pyproject.toml").read_text())["tool"]["setuptools"]


class WithoutClient(build_py):
    """Finds all modules of a package but the client's; `swarm/__init__.py` is the client's, too."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        found = super().find_package_modules(package, package_dir)
        taken = {"swarm.__init__", *CLIENT["py-modules"]}
        return [] if package in CLIENT["packages"] else [one for one in found if f"{package}.{one[1]}" not in taken]

    def find_data_files(self, package: str, src_dir: str) -> list[str]:
        folders = tuple(f"{name.replace('.', '/')}/" for name in CLIENT["packages"])
        return [file for file in super().find_data_files(package, src_dir) if not file.startswith(folders)]


setup(cmdclass={"build_py": WithoutClient})
