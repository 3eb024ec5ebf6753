"""Every command of README.md and docs/ works as it is typed, one after another, after `make`.

A command that needs a cluster, the network or hours stands under a comment `<!-- not run: why -->`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.markdown import PAGES, REPO_ROOT, Block, blocks

CHECKOUT = (
    "curriculum dedup docs filters mews pipeline recipes report sample stages text tokenizer tests benchmarks Makefile "
    "pyproject.toml constraints.txt README.md mkdocs.yml .venv"
).split()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in a folder of its own: the same code, an `out` of its own, and the sample run in it."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in CHECKOUT:
        (folder / name).symlink_to(REPO_ROOT / name)
    done = execute("make refinedweb RUNNER=local", folder)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def execute(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command of a page, with the Python of the tests in the place of .venv's, and nothing set up anew."""
    python = f"{sys.executable} -P -m mews"
    command = re.sub(r"^make ", f"make -o .venv/ready PY='{sys.executable}' ", command)
    command = re.sub(r"^(?:\.venv/bin/)?mews ", f"{python} ", command)
    home = {"HOME": str(folder / "home"), "HF_HOME": str(folder / "home"), "MEWS_CACHE": str(folder / "cache")}
    path = {"PYTHONPATH": str(REPO_ROOT), "PATH": f"{folder}/.venv/bin:{os.environ['PATH']}", "COLUMNS": "120"}
    environment = {**os.environ, **home, **path}
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)


def pages() -> list[str]:
    found = [str(path.relative_to(REPO_ROOT)) for path in PAGES if any(block.commands for block in blocks(path))]
    return sorted(found, key=lambda name: (name != "README.md", name))


# Commands that run the tests themselves, or set up an environment.
ELSEWHERE = re.compile(
    r"make (?:test|slow|check|coverage|mutants|kills|bench\S*|race|setup|docs)\b|\.ci/run|pip |pre-commit "
)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", pages())
def test_the_commands_of_a_page_work_one_after_another(checkout: Path, page: str):
    for block in blocks(REPO_ROOT / page):
        write(block, checkout)
        for command in block.commands:
            if ELSEWHERE.match(command):
                continue
            done = execute(command, checkout)
            said = f"{page}, line {block.line}: {command}\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}"
            assert done.returncode == 0, said


def write(block: Block, folder: Path) -> None:
    """Write a block that stands for a file."""
    if name := block.comment("file"):
        (folder / name).write_text(block.text + "\n")


@pytest.mark.slow
def test_readme_shows_the_funnel_of_the_run(checkout: Path):
    readme = (REPO_ROOT / "README.md").read_text()
    title = "documents and pretokens kept"
    shown = next(block.text for block in blocks(REPO_ROOT / "README.md") if title in block.text)
    funnel = execute("mews stats out/refinedweb", checkout).stdout
    assert numbers(shown) == numbers(funnel), "make refinedweb prints another funnel than README.md shows"
    assert "920 documents" in readme


def numbers(funnel: str) -> list[str]:
    """The steps of a funnel with documents and tokens, whatever the width of the terminal."""
    return re.findall(r"^ +(\S+ +[\d,]+ +[\d.]+%(?: +[\d,]+(?= |$))?)", funnel.replace("  ", " "), re.M)


@pytest.mark.slow
def test_readme_loads_the_data_set(checkout: Path):
    code = next(block.text for block in blocks(REPO_ROOT / "README.md") if block.language == "python")
    assert "load_dataset" in code
    (checkout / "load.py").write_text(f"{code}\nprint(len(pages))\n")
    done = execute(f"{sys.executable} load.py", checkout)
    assert done.stdout.split()[-1:] == ["920"], done.stderr


def test_every_make_target_of_the_readme_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (REPO_ROOT / "Makefile").read_text(), re.M))
    commands = [command for path in PAGES for block in blocks(path) for command in block.commands]
    named = {command.split()[1] for command in commands if re.match(r"make [a-z]", command)}
    assert named and named <= targets
