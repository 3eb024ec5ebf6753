"""What a snapshot holds: the names of its files, and the origin they are read from."""

import os
import re
from glob import has_magic
from pathlib import Path
from typing import Literal

from pipeline.errors import UsageError
from stages import download
from stages.commoncrawl.lists import bucket_files, indexed_files, lines_of
from stages.commoncrawl.snapshots import IDS, crawl_files, crawl_folders
from stages.download.origin import REMOTE, FetchConfig, Origin, public, split_url

Kind = Literal["warc", "wet"]
PACKED = r"(?:\.(?:gz|zst|lz4|bz2|open))*$"
ARCHIVE = {"warc": re.compile(rf"\.w?arc{PACKED}", re.I), "wet": re.compile(rf"\.wet{PACKED}", re.I)}
LISTING = re.compile(r"\.(?:txt|lst|list|paths)(?:\.gz)?$", re.I)
INDEX = re.compile(r"\.parquet$", re.I)
CRAWL_FOLDERS = ("crawl-data/", "projects/")
FORMS = (
    f"give sample, {IDS}, or a folder, glob, WARC file, list of WARC paths or file of a columnar index "
    "(local, s3:// or https://)"
)
HIDDEN = re.compile(r"(?:^|/)\.")


def find_files(snapshot: str, base: str, config: FetchConfig, kind: Kind = "warc") -> tuple[list[str], Origin]:
    """The names of a snapshot's files of a kind in their order, and their origin; `base` is Common Crawl's address.

    Names are relative to the folder that was given, or as Common Crawl writes them. UsageError tells what is missing.
    """
    if not snapshot:
        raise UsageError(f"the snapshot is empty; {FORMS}")
    if snapshot == "sample":
        return _sample(config, kind)
    if crawl_folders(snapshot):
        return crawl_files(snapshot, kind, base, config), Origin(config, base)
    if not snapshot.startswith(REMOTE):
        return _local(snapshot, base, config, kind)
    origin, name = split_url(snapshot, config)
    if INDEX.search(name):
        return indexed_files(origin, name), Origin(config, base)
    if LISTING.search(name):
        with download.local(origin, name) as path:
            return _listed(path.read_bytes(), origin.url("").partition("?")[0], base, snapshot, config, kind)
    if any(archive.search(name) for archive in ARCHIVE.values()) and not has_magic(name):
        return [name], origin
    if not snapshot.startswith("s3://"):
        raise UsageError(f"{public(snapshot)}: https cannot list a folder; give a file of WARC paths, or s3://")
    return _bucket(snapshot, config, kind)


def _sample(config: FetchConfig, kind: Kind) -> tuple[list[str], Origin]:
    """The crawl that is made on the spot; it has no extracted texts."""
    if kind == "wet":
        raise UsageError("the sample has no WET files; read its WARC files with commoncrawl.pages")
    import sample

    folder = os.path.join(str(config.folder), "sample")
    return list(sample.make(folder)), Origin(config, f"{folder}/", sample=True)


def _bucket(snapshot: str, config: FetchConfig, kind: Kind) -> tuple[list[str], Origin]:
    """The archives below an S3 prefix, or those that a pattern matches."""
    url, question, query = snapshot.partition("?")
    folder, pattern = _fixed(url)
    files = bucket_files(folder + question + query)
    names = _archives(list(files), pattern, snapshot, kind)
    return names, Origin(config, f"{folder}/", question + query, sizes={name: files[name] for name in names})


def _local(snapshot: str, base: str, config: FetchConfig, kind: Kind) -> tuple[list[str], Origin]:
    path = Path(snapshot).expanduser().absolute()
    if path.is_dir() or (has_magic(snapshot) and not path.exists()):
        folder, pattern = (str(path), "") if path.is_dir() else _fixed(str(path))
        names = sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())
        return _archives(names, pattern, snapshot, kind), Origin(config, f"{folder}/")
    if not path.exists():
        raise UsageError(f"no snapshot, folder or file {snapshot}; {FORMS}")
    if INDEX.search(path.name):
        return indexed_files(Origin(config, f"{path.parent}/"), path.name), Origin(config, base)
    if LISTING.search(path.name):
        return _listed(path.read_bytes(), f"{path.parent}/", base, snapshot, config, kind)
    return [path.name], Origin(config, f"{path.parent}/")


def _fixed(path: str) -> tuple[str, str]:
    """The folder above the first part of a path that is a pattern, and the rest."""
    parts = path.rstrip("/").split("/")
    plain = next((i for i, part in enumerate(parts) if has_magic(part)), len(parts))
    return "/".join(parts[:plain]), "/".join(parts[plain:])


def _archives(names: list[str], pattern: str, shown: str, kind: Kind) -> list[str]:
    """Archives among the names: all, or those that the pattern or a folder it matches holds (`**`: any folders).

    Hidden ones are left out: what systems and copying tools put beside files (`._x.warc.gz`).
    """
    fits = re.compile(f"(?:{_regex(pattern)})(?:/.*)?" if pattern else ".*", re.S)
    names = [name for name in names if not HIDDEN.search(name) or HIDDEN.search(pattern)]
    names = [name for name in names if fits.fullmatch(name) and ARCHIVE[kind].search(name)]
    if not names:
        endings = ".warc, .warc.gz, .arc or .arc.gz" if kind == "warc" else ".wet or .wet.gz"
        what = f"no {kind.upper()} file matches" if pattern else f"no file named {endings} in"
        raise UsageError(f"{what} {public(shown)}; {FORMS}")
    return names


def _regex(pattern: str) -> str:
    signs = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[!?[^\]/]+\])", pattern)
    return "".join(signs.get(p) or (p.replace("[!", "[^", 1) if p[:1] == "[" else re.escape(p)) for p in parts)


def _listed(
    data: bytes, folder: str, base: str, shown: str, config: FetchConfig, kind: Kind
) -> tuple[list[str], Origin]:
    """The files of a list: names of Common Crawl's, URLs, or paths (relative ones to the list's folder)."""
    lines = lines_of(data, shown)
    if not any(ARCHIVE[kind].search(public(line)) for line in lines):
        raise UsageError(
            f"{public(shown)}: no {kind.upper()} path in it; write the path or URL of one {kind.upper()} file a line"
        )
    # A list from elsewhere names no file of this machine.
    lines = [line.lstrip("/") for line in lines] if folder.startswith(REMOTE) else lines
    here = [line if line.startswith((*REMOTE, "/")) else f"{folder}{line}" for line in lines]
    if here == [folder + line for line in lines]:
        absent = lines[0].startswith(CRAWL_FOLDERS) and not os.path.exists(here[0])
        return lines, Origin(config, base if absent else folder)
    urls = {_name(public(url)): url for url in here}
    if len(urls) < len(here):
        raise UsageError(f"{public(shown)}: files in it differ in nothing but scheme or query; give each its own path")
    first = next(iter(urls))
    prefix = urls[first].removesuffix(first)
    return list(urls), Origin(
        config, prefix, overrides={name: url for name, url in urls.items() if url != prefix + name}
    )


def _name(path: str) -> str:
    """A name for a path or a URL: as Common Crawl writes it, or all of it but the scheme."""
    at = max(map(path.find, CRAWL_FOLDERS))
    return path[at:] if at >= 0 else path.partition("://")[2] or path.lstrip("/")
