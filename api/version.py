"""The version as the project's own file states it."""

import tomllib
from typing import Final

from settings import ROOT

VERSION: Final[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
