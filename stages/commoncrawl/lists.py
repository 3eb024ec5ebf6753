"""Lists of files: text with a path a line, a file of a columnar index, and the objects of a bucket."""

import gzip
import zlib

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from pipeline.errors import BadInput, UsageError
from pipeline.store import open_root
from stages import download
from stages.commoncrawl.ranges import RangeFile
from stages.download.origin import Origin, public


def path_list(origin: Origin, name: str) -> list[str]:
    """The lines of a list that is kept on the local disk, since the files of a finished crawl do not change."""
    with download.local(origin, name, keep=True) as path:
        return lines_of(path.read_bytes(), name)


def lines_of(data: bytes, shown: str) -> list[str]:
    """The lines of a list, gzipped or not, each once, without empty ones and comments (#)."""
    try:
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (OSError, EOFError, zlib.error):
        raise BadInput(f"{public(shown)}: the list is damaged; delete it and fetch it again") from None
    lines = (line.strip() for line in data.decode("utf-8", "replace").split("\n"))
    return list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def indexed_files(origin: Origin, name: str) -> list[str]:
    """The WARC files that a file of a columnar index names, sorted; only this column of it is fetched."""
    try:
        column = pq.ParquetFile(RangeFile(origin, name), pre_buffer=True).read(["warc_filename"])["warc_filename"]
    except (pa.ArrowInvalid, KeyError):
        raise BadInput(f"{origin.shown(name)}: no file of a columnar index, with a column warc_filename") from None
    return sorted(filter(None, pc.unique(column).to_pylist()))


def bucket_files(url: str, missing_ok: bool = False) -> dict[str, int]:
    """The names of all objects below an S3 prefix, relative to it and sorted, with their bytes.

    Raises UsageError when it cannot be listed; with `missing_ok`, a prefix that is not there has no objects.
    """
    folder, question, query = url.partition("?")
    filesystem, root = open_root(folder + question + query)
    try:
        infos = filesystem.get_file_info(pafs.FileSelector(root, recursive=True, allow_not_found=missing_ok))
    except OSError as error:
        shown = public(folder)
        raise UsageError(f"cannot list {shown} ({type(error).__name__}); check bucket, prefix and keys") from None
    files = {info.path[len(root) :].lstrip("/"): info.size for info in infos if info.type == pafs.FileType.File}
    return dict(sorted(files.items()))
