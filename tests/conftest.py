"""What tests share: folders of their own for all that a run keeps outside of its root, and the folder of real data."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import store
from pipeline.kernels import compiled_folder
from tests.helpers.corpus import another as another
from tests.helpers.corpus import corpus as corpus
from tests.helpers.s3 import s3 as s3

# Files that take longest, about in this order. xdist would begin those of few tests last, and wait for one of them.
LONGEST = (
    "pipeline/test_cluster.py",
    "examples/test_examples.py",
    "mews/test_submit.py",
    "recipes/test_compositions.py",
    "pipeline/test_ray.py",
    "curriculum/test_build.py",
    "dedup/minhash/test_plan.py",
    "stages/extract/test_extract.py",
    "stages/extract/test_extraction_quality.py",
    "stages/pii/test_presidio.py",
    "recipes/test_refinedweb.py",
    "pipeline/test_standstill.py",
    "stages/extract/reader/test_cascade.py",
    "report/page/test_browser.py",
    "report/serve/test_browser.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; with `--no-loadscope-reorder` xdist keeps this order."""
    folder = Path(__file__).parent
    rank = {folder / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Ctrl-C reaches what tests start, also where a shell ran them in the background and had it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache folder of all workers of xdist: the sample and the sets of blocked hosts take seconds to make."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def sample_folder(shared_cache: Path) -> Path:
    """Where the sample is made by whoever needs it first; other workers may be making it, too."""
    folder = shared_cache / "sample"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path) -> Iterator[Path]:
    """A home folder that is thrown away: nothing is read from the user's, or left there, but compiled kernels."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMBA_CACHE_DIR", os.environ.get("NUMBA_CACHE_DIR") or str(compiled_folder()))
        patch.setenv("HOME", str(folder))
        patch.setenv("XDG_CACHE_HOME", str(folder / ".cache"))
        patch.setenv("MEWS_CACHE", str(shared_cache))
        patch.setenv("MEWS_GATE", str(folder / "gate"))
        for name in [name for name in os.environ if name.startswith(("AWS_", "RAY_"))]:
            patch.delenv(name)
        yield folder


@pytest.fixture(autouse=True)
def unsynced(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for the disk, which is most of the time of a small run; a test marked `synced` waits."""
    if not request.node.get_closest_marker("synced"):
        monkeypatch.setattr(store, "_sync", lambda path: None)


@pytest.fixture(autouse=True)
def unchanged_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test adds to `sys.path`, as loading a recipe of one's own does, goes with it."""
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and gold beside the checkout (or $MEWS_SHARED); skips the test when it is absent."""
    folder = Path(os.environ.get("MEWS_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no real data at {folder}")
    return folder
