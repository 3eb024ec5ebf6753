"""Text by people that every installation has: the documentation inside the pinned packages."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from pipeline.errors import UsageError
from sample.prose import SENTENCE_END, headline_of, is_smooth, prose_paragraphs

RAY_FOLDERS = "_private air autoscaler dashboard data experimental llm rllib serve train tune".split()
# Distributions with much prose in their docstrings, and the folders in which it is.
DOCSTRING_PACKAGES = {
    "numpy": ("numpy",),
    "scipy": ("scipy",),
    "ray": tuple(f"ray/{part}" for part in RAY_FOLDERS),
    "huggingface_hub": ("huggingface_hub",),
    "google-auth": ("google/auth",),
    "google-api-core": ("google/api_core",),
    "jinja2": ("jinja2",),
    "click": ("click",),
    "fsspec": ("fsspec",),
    "requests": ("requests",),
    "urllib3": ("urllib3",),
    "babel": ("babel",),
    "loguru": ("loguru",),
}
# Distributions with a long description.
README_PACKAGES = (
    "pydantic",
    "rich",
    "typer",
    "charset-normalizer",
    "wrapt",
    "thinc",
    "spacy",
    "srsly",
    "tqdm",
    "phonenumbers",
)
OTHER_LANGUAGES = "xx"  # spaCy's code for languages that it has no folder for
DOCUMENTED_NODES = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
ARTICLE_WORDS = (
    80,
    100,
    120,
    160,
    220,
)  # an article ends at the first docstring that brings it to one of these, in turn


@dataclass(frozen=True)
class Block:
    """A piece of an article: `tag` is p or h2."""

    tag: str
    text: str


@dataclass(frozen=True)
class Article:
    """A headline and what stands below it, in the order of reading."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The paragraphs as one text."""
        return "\n".join(block.text for block in self.blocks)


def text_versions() -> dict[str, str]:
    """The distributions that are read, and their versions: other versions may say something else.

    Raises UsageError when one is not installed.
    """
    try:
        return {name: version(name) for name in sorted({*DOCSTRING_PACKAGES, *README_PACKAGES, "spacy"})}
    except PackageNotFoundError as missing:
        raise UsageError(
            f"sample: the package {missing.name} is not installed; install the versions of constraints.txt"
        ) from None


def package_folder(folder: str) -> Path:
    """Where a package, or a folder in it, is installed. Nothing is imported."""
    top, *rest = folder.split("/")
    found = find_spec(top)
    assert found and found.submodule_search_locations, f"{top} is installed: text_versions() has seen it"
    return Path(found.submodule_search_locations[0], *rest)


def docstrings(path: Path) -> Iterator[str]:
    """The docstrings of a source file in its order; none of a file with hardly a sentence in it, to save time."""
    source = path.read_bytes()
    nodes: list[ast.AST] = [ast.parse(source)] if source.count(b". ") * 1500 > len(source) else []
    while nodes:
        node = nodes.pop()
        if isinstance(node, DOCUMENTED_NODES):
            yield ast.get_docstring(node, clean=False) or ""
            nodes += reversed(node.body)


@cache
def articles() -> tuple[Article, ...]:
    """English articles of 110 to some 500 words, no two of which have eight words in a row in common."""
    said: set[tuple[str, ...]] = set()
    found: list[Article] = []
    for folder in chain.from_iterable(DOCSTRING_PACKAGES.values()):
        files = (path for path in sorted(package_folder(folder).rglob("*.py")) if "tests" not in path.parts)
        found += bind_articles((text for path in files for text in docstrings(path)), said)
    for name in README_PACKAGES:
        found += bind_articles(iter([f"All about the {name} package\n\n{long_description(name)}"]), said)
    return tuple(found)


def long_description(package: str) -> str:
    """The long description of a package."""
    return (distribution(package).read_text("METADATA") or "").partition("\n\n")[2]


def bind_articles(texts: Iterator[str], said: set[tuple[str, ...]]) -> list[Article]:
    """Texts that stand together, bound into articles; what is left over at the end is dropped."""
    made: list[Article] = []
    headline, blocks, words = None, [], 0
    for text in texts:
        heading = headline_of(text)
        below = (paragraph for paragraph in prose_paragraphs(text) if paragraph.rstrip(".") != heading)
        fresh = [Block("p", paragraph) for paragraph in below if is_new(paragraph, said)]
        if not fresh:
            continue
        if headline is None:
            headline = heading
        elif heading:
            blocks.append(Block("h2", heading))
        blocks += fresh
        words += sum(len(block.text.split()) for block in fresh)
        if headline and words >= ARTICLE_WORDS[len(made) % len(ARTICLE_WORDS)]:
            article = Article(headline, tuple(blocks))
            made += [article] if is_smooth(article.text) else []
            headline, blocks, words = None, [], 0
    return made


def is_new(paragraph: str, said: set[tuple[str, ...]]) -> bool:
    """Whether a paragraph has no eight words in a row that `said` has; if so, its own are added."""
    words = re.findall(r"\w+", paragraph.lower())
    grams = {tuple(words[at : at + 8]) for at in range(len(words) - 7)}
    if not said.isdisjoint(grams):
        return False
    said |= grams
    return True


@cache
def foreign_sentences() -> dict[str, tuple[str, ...]]:
    """Sentences by language (spaCy's codes, mostly ISO 639-1): its examples and the passages of its tests."""
    found = {}
    for path in sorted(package_folder("spacy/lang").glob("*/examples.py")):
        language = path.parent.name
        passages = package_folder("spacy/tests/lang") / language / "test_text.py"
        texts = string_literals(path) + [
            text for text in string_literals(passages) if len(text) > 150 and not text.isascii()
        ]
        found[language] = tuple(part for text in texts for part in SENTENCE_END.split(text))
    return {language: texts for language, texts in found.items() if language not in ("en", OTHER_LANGUAGES)}


def string_literals(path: Path) -> list[str]:
    """The strings of a source file that are no docstrings, in its order, blanks made single."""
    if not path.exists():
        return []
    values = [node.value for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Constant)]
    prose = [" ".join(value.split()) for value in values if isinstance(value, str)]
    return [text for text in dict.fromkeys(prose) if not text.startswith(("Example sentences", "Test that"))]
