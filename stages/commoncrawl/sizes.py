"""How large the files of a snapshot are, as far as that can be known before one of them is read."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.source import InputSize
from stages.commoncrawl.pieces import file_part
from stages.download.origin import Origin

CRAWL_FILE = re.compile(r"crawl-data/CC-MAIN-20\d\d-\d\d/.+/warc/[^/]+\.warc\.gz")
CRAWL_FILE_BYTES = 700 << 20  # of such a file, at the least: most have between 0.8 and 1.2 GB
COMPRESSED = (".gz", ".zst", ".lz4", ".bz2")
RATIO = 5  # times its size that a WARC file shrinks


def input_size(origin: Origin, items: Sequence[str]) -> InputSize:
    """The compressed bytes of files, each once: as they are of local ones and of those of a bucket that was listed, of
    those of a crawl by experience, of others 0.

    A remote file that is read whole is fetched to the scratch folder, which has to hold one of them at the least.
    """
    names = dict.fromkeys(file_part(item).name for item in items)
    sizes, whole = dict(_sizes(origin, names)), set(items)
    fetched = [size for name, size in sizes.items() if name in whole and origin.is_remote(name)]
    return InputSize(sum(sizes.values()), origin.config.folder, max(fetched, default=0))


def _sizes(origin: Origin, names: Iterable[str]) -> Iterator[tuple[str, int]]:
    for name in names:
        if origin.is_remote(name):
            by_name = CRAWL_FILE_BYTES if CRAWL_FILE.fullmatch(name) else 0
            yield name, _compressed(name, origin.sizes[name]) if name in origin.sizes else by_name
        elif os.path.isfile(path := origin.url(name)):
            yield name, _compressed(name, os.path.getsize(path))


def _compressed(name: str, size: int) -> int:
    return size if name.endswith(COMPRESSED) else size // RATIO
