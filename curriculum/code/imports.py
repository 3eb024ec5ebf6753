"""Which files of a repository a file imports, as its text says, and the order in which what is imported comes first.

As in DeepSeek-Coder (arXiv 2401.14196, section 2.2), what is imported comes first, and a cycle is entered at the file
with the fewest imports that have not come yet.
"""

import heapq
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import re2

DOTTED = "java kotlin scala groovy haskell elm agda idris lean d nim swift clojure"
QUOTED = "javascript typescript coffeescript dart protobuf solidity crystal"
INCLUDED = "c c++ objective-c cuda glsl verilog assembly"
# Where a language names what it imports, in group 1; the languages of a line write alike.
PATTERNS: Mapping[str, str] = {
    DOTTED: r"(?m)^\s*\(?:?(?:import|open import|require)\s+(?:static |qualified |public )?\[?([\w.]+)",
    QUOTED: r"""(?:\bfrom|\bimport|\brequire|\bexport|\bpart)\b\s*\(?\s*["']([^"'\n]+)["']""",
    INCLUDED: r"""(?m)^\s*[#`.%]\s*(?:include|import)\s*[<"]([^>"\n]+)[>"]""",
    "python": r"(?m)^\s*(?:from\s+([.\w]+)\s+import\s+(\([^)]*\)|[^\n#]*)|import\s+([\w., \t]+))",
    "go": r'"([\w./~-]+)"',
    "rust": r"(?m)^\s*(?:pub(?:\([^)]*\))?\s+)?(?:mod\s+(\w+)\s*;|use\s+((?:crate|super|self)(?:::\w+)+))",
    "ruby": r"""(?m)^\s*(?:require|require_relative|load)\b\s*\(?\s*["']([^"'\n]+)["']""",
    "php": r"""(?m)^\s*(?:use\s+([\w\\]+)|(?:require|include)(?:_once)?\b[^"'\n;]*["']([^"'\n]+)["'])""",
    "perl": r"(?m)^\s*(?:use|require)\s+([A-Z][\w:]*)",
    "lua": r"""\brequire\s*\(?\s*["']([\w./]+)["']""",
    "julia r erlang": r"""\b(?:include|source|include_lib)\s*\(\s*["']([^"'\n]+)["']""",
    "shell makefile": r"""(?m)^\s*-?(?:source|\.|include)\s+["']?([\w./-]+)""",
    "tex": r"\\(?:input|include|subfile|usepackage)\{([^}\n]+)\}",
    "css": r"""@import\s+(?:url\()?\s*["']([^"'\n]+)["']""",
    "coq": r"(?m)^\s*(?:From\s+\S+\s+)?Require\s+(?:Import|Export)?\s*([\w.]+)",
    "ocaml f#": r"(?m)^\s*(?:open|include)\s+(\w+)",
}
FOUND = {language: re2.compile(pattern) for languages, pattern in PATTERNS.items() for language in languages.split()}
GO_IMPORTS = re2.compile(r'(?ms)^import\s*(?:\((.*?)^\)|((?:\w+\s+)?"[^"\n]+"))')
BY_DOTS = frozenset((*DOTTED.split(), "lua", "coq"))  # a.b.c is the file a/b/c
MAIN = ("__init__", "index", "mod", "lib", "init")  # the file that a folder stands for
HEAD = 200_000  # characters of a file that are searched


class CodeFile(NamedTuple):
    """A file of a repository: its path there, its language and its text."""

    path: str
    language: str
    text: str


def import_names(file: CodeFile) -> Iterator[str]:
    """What a file says that it imports, as paths without endings where it names modules ("a/b", "./c", "util.h")."""
    pattern, text = FOUND.get(file.language), file.text[:HEAD]
    if pattern is None:
        return
    if file.language == "go":
        text = "\n".join(block or line for block, line in GO_IMPORTS.findall(text))
    for match in pattern.finditer(text):
        if file.language == "python":
            yield from _python(*match.groups())
        elif file.language == "rust":
            yield from _rust(*match.groups())
        elif name := next(filter(None, match.groups()), ""):
            yield _as_path(name, file.language)


def _python(module: str | None, names: str | None, modules: str | None) -> Iterator[str]:
    if module is None:
        yield from (name.split()[0].replace(".", "/") for name in (modules or "").split(",") if name.strip())
        return
    dots = len(module) - len(module.lstrip("."))
    folder = ("./" if dots == 1 else "../" * (dots - 1)) + module[dots:].replace(".", "/")
    yield folder
    for name in re.findall(r"(\w+)(?:\s+as\s+\w+)?", names or ""):
        yield f"{folder.rstrip('/')}/{name}"


def _rust(module: str | None, path: str | None) -> Iterator[str]:
    if module:
        yield f"./{module}"
        return
    first, *parts = (path or "").split("::")
    base = "./" if first == "super" else ""  # the module above a file is its folder
    yield from (base + "/".join(parts[:n]) for n in range(len(parts), 0, -1))


def _as_path(name: str, language: str) -> str:
    if language in BY_DOTS and "/" not in name:
        return name.strip(".").replace(".", "/")
    return re.sub(r"::|\\", "/", name).strip()


class _Files:
    """The files of a repository by what may name them."""

    def __init__(self, files: Sequence[CodeFile]):
        self.files = files
        self.by_suffix: dict[str, list[int]] = defaultdict(list)
        for number, file in enumerate(files):
            for suffix in dict.fromkeys(s for name in self._names(file.path) for s in _suffixes(name)):
                self.by_suffix[suffix].append(number)

    @staticmethod
    def _names(path: str) -> Iterator[str]:
        """A path, without its ending, and its folder where it stands for that."""
        stem = posixpath.splitext(path)[0]
        folder, _, name = stem.rpartition("/")
        yield from (path, stem, *((folder,) if name in MAIN and folder else ()))

    def named(self, name: str, by: CodeFile) -> list[int]:
        """The files that a name means in a file: near it, or anywhere under an ending of that path."""
        folder = posixpath.dirname(by.path)
        near = posixpath.normpath(posixpath.join(folder, name))
        exact = [n for n in self.by_suffix.get(near, ()) if near in self._names(self.files[n].path)]
        if exact or name.startswith("."):
            return self._best(exact, by)
        parts = name.split("/")
        if by.language == "go":
            folders = ["/".join(parts[n:]) for n in range(len(parts))]
            return next((found for f in folders if (found := self._in_folder(f))), [])
        if len(parts) == 1 and "." not in name:  # json is no file tests/json.py
            return self._best([n for n in self.by_suffix.get(name, ()) if name in self._names(self.files[n].path)], by)
        members = ("/".join(parts[:n]) for n in (len(parts), len(parts) - 1) if n > 1 or n == len(parts))
        return next((self._best(found, by) for m in members if (found := self.by_suffix.get(m))), [])

    def _in_folder(self, folder: str) -> list[int]:
        return [n for n, f in enumerate(self.files) if f.language == "go" and posixpath.dirname(f.path) == folder]

    def _best(self, found: Sequence[int], by: CodeFile) -> list[int]:
        """Of several files the one of the same language that lies nearest; none of no file."""
        alike = [n for n in found if self.files[n].language == by.language] or list(found)
        shared = {n: len(posixpath.commonprefix([self.files[n].path, by.path])) for n in alike}
        return sorted(alike, key=lambda n: (-shared[n], self.files[n].path))[:1]


def _suffixes(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[n:]) for n in range(len(parts)))


def imports_of(files: Sequence[CodeFile]) -> list[set[int]]:
    """The numbers of the files that each file imports, without itself."""
    known = _Files(files)
    found = ({n for name in import_names(file) for n in known.named(name, file)} for file in files)
    return [numbers - {own} for own, numbers in enumerate(found)]


def order_by_imports(files: Sequence[CodeFile]) -> list[int]:
    """The numbers of the files, each behind those that it imports, and where these leave a choice by their paths.

    Files that import each other in a circle come together: of these the one with the fewest imports to come is next.
    """
    imports = imports_of(files)
    circles = strong_components(imports)
    circle_of = {number: n for n, circle in enumerate(circles) for number in circle}
    between = [{circle_of[i] for number in c for i in imports[number]} - {n} for n, c in enumerate(circles)]
    paths = [min(files[number].path for number in circle) for circle in circles]
    order = list[int]()
    for n in _fewest_first(between, paths):
        circle = circles[n]
        inside = {number: k for k, number in enumerate(circle)}
        within = [{inside[i] for i in imports[number] if i in inside} for number in circle]
        order += [circle[k] for k in _fewest_first(within, [files[number].path for number in circle])]
    return order


def _fewest_first(imports: Sequence[set[int]], paths: Sequence[str]) -> Iterator[int]:
    """All numbers: always the one with the fewest imports that have not come, then by path."""
    importers: dict[int, list[int]] = defaultdict(list)
    for number, numbers in enumerate(imports):
        for imported in numbers:
            importers[imported].append(number)
    missing = [len(numbers) for numbers in imports]
    waiting = [(missing[n], path, n) for n, path in enumerate(paths)]
    heapq.heapify(waiting)
    done = set[int]()
    while waiting:
        _, _, number = heapq.heappop(waiting)
        if number in done:
            continue  # it has come already, when less of it was missing
        done.add(number)
        yield number
        for importer in importers[number]:
            missing[importer] -= 1
            heapq.heappush(waiting, (missing[importer], paths[importer], importer))


def strong_components(imports: Sequence[set[int]]) -> list[list[int]]:
    """The files that import each other, directly or by others: Tarjan's algorithm (1972) without recursion."""
    index, low, on_path = dict[int, int](), dict[int, int](), dict[int, None]()
    found = list[list[int]]()
    for root in range(len(imports)):
        work = [] if root in index else [(root, iter(sorted(imports[root])))]
        while work:
            number, rest = work[-1]
            if number not in index:
                index[number] = low[number] = len(index)
                on_path[number] = None
            following = next((i for i in rest if i not in index or i in on_path), None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[number])
                if low[number] == index[number]:
                    circle = [on_path.popitem()[0]]
                    while circle[-1] != number:
                        circle.append(on_path.popitem()[0])
                    found.append(circle)
            elif following in index:
                low[number] = min(low[number], index[following])
            else:
                work.append((following, iter(sorted(imports[following]))))
    return found
