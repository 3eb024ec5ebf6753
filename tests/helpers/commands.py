"""The command line as a person uses it: a process of its own, and what it said."""

import subprocess
import sys
from pathlib import Path


def mews(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`python -m mews` with these arguments, in this checkout or in another folder."""
    repository = Path(__file__).resolve().parents[2]
    code = f"import sys; sys.path.insert(0, {str(repository)!r}); from mews.__main__ import main; main()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd or repository)
