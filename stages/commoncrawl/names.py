"""What a snapshot holds: the names of its WARC files, and the place they are read from."""

import gzip
import os
import re
import zlib
from glob import has_magic
from pathlib import Path

import pyarrow.fs as pafs

from pipeline.errors import BadInput, UsageError
from pipeline.store import open_root
from stages import download
from stages.download.place import REMOTE, Manners, Place, public, split

CRAWL = re.compile(r"CC-MAIN-\d{4}(-\d{2})?(-\d{4})?|CC-NEWS/\d{4}/\d{2}")
ARCHIVE = re.compile(r"\.w?arc(?:\.(?:gz|zst|lz4|bz2|open))*$", re.I)
LISTING = re.compile(r"\.(?:txt|lst|list|paths)(?:\.gz)?$", re.I)
CRAWLS = "https://index.commoncrawl.org/collinfo.json"
FORMS = "give sample, CC-MAIN-YYYY-WW, or a folder, glob, WARC file or list of WARC paths (local, s3:// or https://)"


def find(snapshot: str, base: str, manners: Manners) -> tuple[list[str], Place]:
    """The names of a snapshot's WARC files in their order, and where they are; `base` is Common Crawl's address.

    Names are relative to the folder that was given, or as Common Crawl writes them. UsageError tells what is missing.
    """
    if not snapshot:
        raise UsageError(f"the snapshot is empty; {FORMS}")
    if snapshot == "sample":
        import sample

        folder = os.path.join(str(manners.folder), "sample")
        return list(sample.make(folder)), Place(manners, f"{folder}/", sample=True)
    if CRAWL.fullmatch(snapshot):
        return crawl(snapshot, "warc", base, manners), Place(manners, base)
    if not snapshot.startswith(REMOTE):
        return _local(snapshot, base, manners)
    place, name = split(snapshot, manners)
    if LISTING.search(name):
        with download.local(place, name) as path:
            return _listed(path.read_bytes(), place.url("").partition("?")[0], base, snapshot, manners)
    if ARCHIVE.search(name) and not has_magic(name):
        return [name], place
    if not snapshot.startswith("s3://"):
        raise UsageError(f"{public(snapshot)}: https cannot list a folder; give a file of WARC paths, or s3://")
    return _bucket(snapshot, manners)


def crawl(snapshot: str, kind: str, base: str, manners: Manners) -> list[str]:
    """The lines of a crawl's `<kind>.paths.gz`. It is kept on the local disk: a finished crawl does not change."""
    name = f"crawl-data/{snapshot}/{kind}.paths.gz"
    try:
        with download.local(Place(manners.hurried, base), name, keep=True) as path:
            return _lines(path.read_bytes(), name)
    except download.NotFound:
        raise UsageError(f"no snapshot {snapshot} at {public(base)}; {CRAWLS} names all of them") from None


def indexed(snapshot: str, base: str, manners: Manners) -> list[str]:
    """The files of a crawl's columnar index that are about pages. UsageError when the snapshot is no crawl."""
    if not CRAWL.fullmatch(snapshot):
        raise UsageError(
            f"snapshot {public(snapshot)} has no index to choose pages by; give a crawl such as CC-MAIN-2024-10"
        )
    return [name for name in crawl(snapshot, "cc-index-table", base, manners) if "/subset=warc/" in name]


def _bucket(snapshot: str, manners: Manners) -> tuple[list[str], Place]:
    """The archives below an S3 prefix, or those that a pattern matches."""
    url, question, query = snapshot.partition("?")
    folder, pattern = _fixed(url)
    filesystem, root = open_root(folder + question + query)
    try:
        infos = filesystem.get_file_info(pafs.FileSelector(root, recursive=True))
    except OSError as error:
        raise UsageError(f"cannot list {public(url)} ({type(error).__name__}); check bucket, prefix and keys") from None
    names = sorted(info.path[len(root) :].lstrip("/") for info in infos if info.type == pafs.FileType.File)
    return _archives(names, pattern, snapshot), Place(manners, f"{folder}/", question + query)


def _local(snapshot: str, base: str, manners: Manners) -> tuple[list[str], Place]:
    path = Path(snapshot).expanduser().absolute()
    if path.is_dir() or (has_magic(snapshot) and not path.exists()):
        folder, pattern = (str(path), "") if path.is_dir() else _fixed(str(path))
        names = sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())
        return _archives(names, pattern, snapshot), Place(manners, f"{folder}/")
    if not path.exists():
        raise UsageError(f"no snapshot, folder or file {snapshot}; {FORMS}")
    if LISTING.search(path.name):
        return _listed(path.read_bytes(), f"{path.parent}/", base, snapshot, manners)
    return [path.name], Place(manners, f"{path.parent}/")


def _fixed(path: str) -> tuple[str, str]:
    """The folder above the first part of a path that is a pattern, and the rest."""
    parts = path.rstrip("/").split("/")
    plain = next((i for i, part in enumerate(parts) if has_magic(part)), len(parts))
    return "/".join(parts[:plain]), "/".join(parts[plain:])


def _archives(names: list[str], pattern: str, shown: str) -> list[str]:
    """Archives among the names: all, or those that the pattern or a folder it matches holds (`**`: any folders)."""
    fits = re.compile(f"(?:{_regex(pattern)})(?:/.*)?" if pattern else ".*", re.S)
    names = [name for name in names if fits.fullmatch(name) and ARCHIVE.search(name)]
    if not names:
        what = "no WARC file matches" if pattern else "no file named .warc, .warc.gz, .arc or .arc.gz in"
        raise UsageError(f"{what} {public(shown)}; {FORMS}")
    return names


def _regex(pattern: str) -> str:
    signs = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[!?[^\]/]+\])", pattern)
    return "".join(signs.get(p) or (p.replace("[!", "[^", 1) if p[:1] == "[" else re.escape(p)) for p in parts)


def _lines(data: bytes, shown: str) -> list[str]:
    try:
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (OSError, EOFError, zlib.error):
        raise BadInput(f"{public(shown)}: the list is damaged; delete it and fetch it again") from None
    lines = (line.strip() for line in data.decode("utf-8", "replace").split("\n"))
    return list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def _listed(data: bytes, folder: str, base: str, shown: str, manners: Manners) -> tuple[list[str], Place]:
    """The files of a list: names of Common Crawl's, URLs, or paths (relative ones to the list's folder)."""
    lines = _lines(data, shown)
    if not any(ARCHIVE.search(public(line)) for line in lines):
        raise UsageError(f"{public(shown)}: no WARC path in it; write the path or URL of one WARC file a line")
    # A list from elsewhere names no file of this machine.
    lines = [line.lstrip("/") for line in lines] if folder.startswith(REMOTE) else lines
    here = [line if line.startswith((*REMOTE, "/")) else f"{folder}{line}" for line in lines]
    if here == [folder + line for line in lines]:
        absent = lines[0].startswith("crawl-data/") and not os.path.exists(here[0])
        return lines, Place(manners, base if absent else folder)
    urls = {_name(public(url)): url for url in here}
    if len(urls) < len(here):
        raise UsageError(f"{public(shown)}: files in it differ in nothing but scheme or query; give each its own path")
    first = next(iter(urls))
    prefix = urls[first].removesuffix(first)
    return list(urls), Place(manners, prefix, aside={name: url for name, url in urls.items() if url != prefix + name})


def _name(path: str) -> str:
    """A name for a path or a URL: from crawl-data/ on, or all of it but the scheme."""
    at = path.find("crawl-data/")
    return path[at:] if at >= 0 else path.partition("://")[2] or path.lstrip("/")
