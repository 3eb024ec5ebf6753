"""What the runs of a race run in: environments that pip makes once, kept under a folder.

Each holds what its project asks for and nothing else: ours none of the packages of the tests.
"""

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = "ours"
DATATROVE = "0.10.1"
# datatrove[processing] forgets two: spaCy splits the words of its English rules, and jusText, which trafilatura
# imports, needs what lxml has given to a package of its own.
PEERS = {
    "own": (f"datatrove[io,processing]=={DATATROVE}", "spacy", "lxml_html_clean"),
    # It does not let a trafilatura of today in: what its blocks import is named here instead.
    "same_trafilatura": (
        f"datatrove[io]=={DATATROVE}",
        "trafilatura==2.3.1",
        *("fasttext-numpy2-wheel", "nltk", "inscriptis", "tldextract", "tokenizers", "ftfy", "fasteners", "regex"),
        *("xxhash<4", "pyahocorasick", "spacy", "lxml_html_clean"),
    ),
}


def python_of(name: str, folder: Path) -> Path:
    """The Python of an environment."""
    return folder / name / "bin" / "python"


def make(name: str, folder: Path) -> Path:
    """The environment of a peer or of ours, made where it is missing or its packages changed; the Python in it."""
    wanted, asked = _wanted(name), (ROOT / "constraints.txt").read_text() if name == OURS else ""
    python, mark = python_of(name, folder), folder / name / "ready"
    said = hashlib.sha256("\n".join((*wanted, asked)).encode()).hexdigest()
    if not (python.exists() and mark.exists() and mark.read_text() == said):
        print(f"making the environment {name}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder / name)], check=True)
        # isolated, since pip counts what lies on PYTHONPATH as installed
        pip = [str(python), "-I", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted], check=True)
        mark.write_text(said)
    return python


def _wanted(name: str) -> tuple[str, ...]:
    """What pip is told to install."""
    if name != OURS:
        return PEERS[name]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return ("-c", str(ROOT / "constraints.txt"), *project["dependencies"])


def versions(python: Path) -> dict[str, str]:
    """What an environment holds of the packages that count."""
    code = "from importlib.metadata import version as v\nfor n in 'datatrove trafilatura lxml'.split(): print(n, v(n))"
    told = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout
    return dict(line.split() for line in told.splitlines())
