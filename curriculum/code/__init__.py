"""Code as a source: files of repositories, their language by ending, their licence by its text.

Falcon-H1 (arXiv 2507.22448) trained on 67 languages and does not list them; these 67 are chosen here.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline.doc import Doc
from pipeline.errors import UsageError
from pipeline.stage import Source

SCHEMA = pa.schema({name: pa.string() for name in ("id", "url", "language", "license", "text")})
MOST_BYTES = 1 << 20  # longer files are data, as a rule
BATCH = 500  # files a table

LANGUAGES = {
    "ada": "adb ads",
    "agda": "agda",
    "applescript": "applescript",
    "assembly": "asm s",
    "awk": "awk",
    "batch": "bat cmd",
    "c": "c h",
    "c#": "cs",
    "c++": "cpp cc cxx hpp hh hxx",
    "clojure": "clj cljs cljc",
    "cmake": "cmake",
    "cobol": "cob cbl",
    "coffeescript": "coffee",
    "common-lisp": "lisp lsp cl",
    "crystal": "cr",
    "css": "css",
    "cuda": "cu cuh",
    "d": "d",
    "dart": "dart",
    "dockerfile": "dockerfile",
    "elixir": "ex exs",
    "elm": "elm",
    "emacs-lisp": "el",
    "erlang": "erl hrl",
    "f#": "fs fsx fsi",
    "fortran": "f f90 f95 for",
    "glsl": "glsl vert frag",
    "go": "go",
    "groovy": "groovy gradle",
    "haskell": "hs lhs",
    "html": "html htm",
    "idris": "idr",
    "isabelle": "thy",
    "java": "java",
    "javascript": "js mjs cjs jsx",
    "json": "json",
    "julia": "jl",
    "kotlin": "kt kts",
    "lean": "lean",
    "lua": "lua",
    "makefile": "mk makefile",
    "markdown": "md markdown",
    "matlab": "m",
    "nim": "nim",
    "nix": "nix",
    "ocaml": "ml mli",
    "pascal": "pas pp",
    "perl": "pl pm",
    "php": "php",
    "powershell": "ps1 psm1",
    "prolog": "pro",
    "protobuf": "proto",
    "python": "py pyi",
    "r": "r",
    "ruby": "rb",
    "rust": "rs",
    "scala": "scala sc",
    "scheme": "scm ss rkt",
    "shell": "sh bash zsh",
    "solidity": "sol",
    "sql": "sql",
    "swift": "swift",
    "tex": "tex sty",
    "typescript": "ts tsx",
    "verilog": "v sv",
    "vhdl": "vhd vhdl",
    "yaml": "yaml yml",
}
BY_ENDING = {ending: language for language, endings in LANGUAGES.items() for ending in endings.split()}
BY_NAME = {"cmakelists.txt": "cmake", "gnumakefile": "makefile", "rakefile": "ruby", "gemfile": "ruby"}

# What a licence says of itself. A licence names others further down (MPL all of GNU's): the first in the text decides.
LICENCES = (
    ("BUSL", "business source license"),
    ("SSPL", "server side public license"),
    ("Commons-Clause", "commons clause"),
    ("Elastic", "elastic license"),
    ("CC-BY-NC", "attribution-noncommercial"),
    ("AGPL", "gnu affero general public license"),
    ("LGPL", "gnu lesser general public license"),
    ("GPL", "gnu general public license"),
    ("MPL-2.0", "mozilla public license"),
    ("Apache-2.0", "apache license"),
    ("MIT", "permission is hereby granted, free of charge"),
    ("ISC", "permission to use, copy, modify, and/or distribute this software"),
    ("BSD", "redistribution and use in source and binary forms"),
    ("Unlicense", "this is free and unencumbered software"),
    ("CC0-1.0", "cc0 1.0 universal"),
    ("Zlib", "this software is provided 'as-is', without any express or implied warranty"),
)
PERMISSIVE = ("Apache-2.0", "MIT", "ISC", "BSD", "Unlicense", "CC0-1.0", "Zlib")


def language(path: str) -> str | None:
    """The language of a file by the ending of its name, or by the name itself (Makefile); None for all others."""
    name = path.rpartition("/")[2].lower()
    if name in BY_NAME:
        return BY_NAME[name]
    return BY_ENDING.get(name.rpartition(".")[2])


def licence(text: str) -> str:
    """The licence that a text is, by a phrase of its own; "" for what is not known."""
    plain = " ".join(text.lower().split())
    found = [(at, name) for name, phrase in LICENCES if (at := plain.find(phrase)) >= 0]
    return min(found)[1] if found else ""


def repositories(folder: str) -> Source:
    """Each folder directly below `folder` is a repository and one shard: its code files in the order of their paths."""
    base = Path(folder).resolve()
    names = (
        sorted(str(path) for path in base.iterdir() if path.is_dir() and not path.name.startswith("."))
        if base.is_dir()
        else []
    )
    if not names:
        raise UsageError(f"no repository in {folder}: give a folder of checkouts")
    return Source(tuple(names), read, SCHEMA, _newest)


def repository(folder: str) -> Source:
    """One checkout as one shard. Raises UsageError when there is no such folder."""
    if not Path(folder).is_dir():
        raise UsageError(f"no checkout at {folder}")
    return Source((str(Path(folder).resolve()),), read, SCHEMA, _newest)


def read(repository: str) -> Iterator[pa.Table]:
    """Tables of the code files of a checkout; a file that is not UTF-8 is quarantined."""
    base, rows = Path(repository), []
    granted = _granted(base)
    for path in _files(base):
        rows.append(_row(base, path, granted))
        if len(rows) == BATCH:
            yield _table(rows)
            rows = []
    yield _table(rows)


def _table(rows: list[dict]) -> pa.Table:
    return pa.Table.from_pylist(rows, SCHEMA.append(pa.field("error", pa.string())))


def _files(base: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(base):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if language(name) and not path.is_symlink() and path.is_file() and path.stat().st_size <= MOST_BYTES:
                yield path


def _granted(base: Path) -> str:
    """The licence of a checkout: that of its first LICENSE or COPYING file."""
    names = sorted(
        p for p in base.iterdir() if p.is_file() and p.name.lower().startswith(("license", "licence", "copying"))
    )
    return licence(names[0].read_text(errors="replace")) if names else ""


def _row(base: Path, path: Path, granted: str) -> dict:
    row = {"id": f"{base.name}/{path.relative_to(base).as_posix()}", "url": "", "language": language(path.name)}
    try:
        return row | {"license": granted, "text": path.read_text(encoding="utf-8")}
    except UnicodeDecodeError:
        return row | {"license": granted, "text": "", "error": "code:not_utf8"}


def _newest(repository: str) -> str:
    """Sizes and times of change of all files that would be read."""
    stats = ((path, path.stat()) for path in _files(Path(repository)))
    return ";".join(f"{path}:{s.st_size}:{s.st_mtime_ns}" for path, s in stats)


@dataclass(frozen=True)
class Licensed:
    """A filter: drops files whose repository's licence is not one of these."""

    allowed: tuple[str, ...] = PERMISSIVE
    name: str = "code"

    def __call__(self, doc: Doc) -> str | None:
        return None if (doc.fields.get("license") or "") in self.allowed else "licence"


@dataclass(frozen=True)
class HumanWritten:
    """A filter: drops what no person wrote, by the line rules of Codex (Chen et al. 2021, section 3.1)."""

    mean_line: float = 100.0
    longest_line: float = 1_000.0
    letters: float = 0.25
    name: str = "code"

    def measure(self, doc: Doc) -> dict[str, float]:
        lines = doc.text.split("\n")
        letters = sum(map(str.isalnum, doc.text)) / max(len(doc.text), 1)
        return {"mean_line": len(doc.text) / len(lines), "longest_line": max(map(len, lines)), "letters": letters}

    def judge(self, measured: dict[str, float]) -> str | None:
        if measured["longest_line"] > self.longest_line or measured["mean_line"] > self.mean_line:
            return "long_lines"
        return "few_letters" if measured["letters"] < self.letters else None

    def __call__(self, doc: Doc) -> str | None:
        return self.judge(self.measure(doc))
