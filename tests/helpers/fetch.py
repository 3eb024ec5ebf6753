"""Files that are fetched from a test server, with short waits."""

import random
import sys
from pathlib import Path

from stages import download
from stages.download.origin import FetchConfig, Origin
from tests.helpers.server import Site

BODY = random.Random(7).randbytes(300_000)
QUICK = {"min_wait": 0.02, "max_wait": 0.1, "timeout": 0.3, "attempts": 12, "contact": "crawl@example.org"}
REPO_ROOT = str(Path(__file__).resolve().parents[2])
# A program that fetches three files at once, two requests at most to a host: URL of the site, then numbers of files.
THREE_AT_ONCE = [
    sys.executable,
    "-c",
    "import sys; from concurrent.futures import ThreadPoolExecutor\n"
    "from stages import download; from stages.download.origin import FetchConfig, Origin\n"
    "def get(n):\n"
    "    config = FetchConfig(requests=2, min_wait=0.02)\n"
    "    with download.local(Origin(config, sys.argv[1]), f'{n}.warc.gz') as path:\n"
    "        return path.stat().st_size\n"
    "print(sum(ThreadPoolExecutor(3).map(get, map(int, sys.argv[2:]))))",
]


def get(site: Site, name: str = "a.warc.gz", **config) -> bytes:
    """The content of a file of the site."""
    with download.local(Origin(FetchConfig(**(QUICK | config)), site.url), name) as path:
        return path.read_bytes()
