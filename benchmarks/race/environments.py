"""What datatrove runs in: two environments that pip makes once, kept under a folder."""

import hashlib
import subprocess
import sys
from pathlib import Path

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


def python_of(peer: str, folder: Path) -> Path:
    """The Python of a peer's environment."""
    return folder / peer / "bin" / "python"


def make(peer: str, folder: Path) -> Path:
    """Its environment, made where it is missing or its packages changed; the Python in it."""
    wanted, python = PEERS[peer], python_of(peer, folder)
    mark, said = folder / peer / "ready", hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    if not (python.exists() and mark.exists() and mark.read_text() == said):
        print(f"making the environment of the peer {peer}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder / peer)], check=True)
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted], check=True)
        mark.write_text(said)
    return python


def versions(python: Path) -> dict[str, str]:
    """What an environment holds of the packages that count."""
    code = "from importlib.metadata import version as v\nfor n in 'datatrove trafilatura lxml'.split(): print(n, v(n))"
    told = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout
    return dict(line.split() for line in told.splitlines())
