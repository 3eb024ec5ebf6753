"""Installs this project and its pinned packages into the environment of the Python that runs it: `make setup` does.

`python install.py [REQUIREMENT ...]` takes what pip takes; without words it is the project with what its tests need.
uv does it in a sixth of pip's time, and is told what pip's settings say of indexes, as uv reads none of them. Where uv
is not to be had, or fails, pip does it.
"""

import os
import re
import subprocess
import sys

WANTED = ("-e", ".[test]")
PIP = (sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-c", "constraints.txt")
UV = (sys.executable, "-m", "uv", "pip", "install", "-q", "--python", sys.executable, "-c", "constraints.txt")
AS_PIP = ("--index-strategy", "unsafe-best-match")  # the best version of all indexes
SETTING = re.compile(r"^[^.]*\.([a-z-]+)='(.*)'$", re.MULTILINE)
OPTIONS = {"index-url": "--default-index", "extra-index-url": "--extra-index-url", "find-links": "--find-links"}


def uv_options(settings: str) -> list[str]:
    """What uv is told of indexes; `settings` is what `pip config list` prints."""
    found = [(OPTIONS[name], value) for name, said in SETTING.findall(settings) if name in OPTIONS
             for value in said.replace("\\n", " ").split()]  # fmt: skip
    return [word for pair in dict.fromkeys(found) for word in pair]


def install_by_uv(wanted: list[str]) -> bool:
    """Whether uv was to be had, and did it."""
    if subprocess.run([*PIP, "uv"], check=False, stderr=subprocess.DEVNULL).returncode:
        return False
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    certificates = dict(SETTING.findall(listed.stdout)).get("cert")
    environment = {**os.environ, **({"SSL_CERT_FILE": certificates} if certificates else {})}
    command = [*UV, *AS_PIP, *uv_options(listed.stdout), *wanted]
    return not subprocess.run(command, env=environment, check=False).returncode


def main(wanted: list[str]) -> int:
    """Install what is wanted; the exit code of pip where it had to."""
    if install_by_uv(wanted):
        return 0
    print("uv did not install the packages; pip does, which takes some minutes", file=sys.stderr)
    return subprocess.run([*PIP, *wanted], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(WANTED)))
