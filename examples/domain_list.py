"""All pages of a list of domains: of museums, of a country's authorities, of sites that gave their consent.

    mews run examples/domain_list.py --root out/museums domains=museums.txt snapshot=CC-MAIN-2024-10 index=true

The file has a domain a line; pages of its subdomains are taken too. With `index=true` the index of the crawl tells
where the pages lie, and each is fetched by itself, which suits some thousands of them. Without, whole files are read,
and pages of other hosts go before their text is extracted, which suits long lists.
"""

from dataclasses import dataclass
from pathlib import Path

from dedup import urls
from filters import gopher, lines
from filters.url import host_of
from pipeline.doc import Doc
from pipeline.errors import UsageError
from pipeline.stage import Map, Stage
from pipeline.transform import edit, screen
from stages import commoncrawl, extract, pii
from stages.language import identify
from stages.publish import publish


@dataclass(frozen=True)
class Among:
    """A filter that keeps the pages of some domains and of their subdomains."""

    domains: frozenset[str]

    def __call__(self, doc: Doc) -> str | None:
        """The reason "other_domain", or None."""
        labels = host_of(doc.url).split(".")
        return None if any(".".join(labels[n:]) in self.domains for n in range(len(labels))) else "other_domain"


def recipe(domains: str, snapshot: str = "sample", files: int | None = None, index: bool = False) -> Stage:
    """The pages of the domains in a file, each once, without those that are no prose, in all languages."""
    if not Path(domains).is_file():
        raise UsageError(f"domains={domains} is no file; give one with a domain a line")
    named = [line.strip().lower() for line in Path(domains).read_text().splitlines()]
    wanted = tuple(name for name in named if name and not name.startswith("#"))
    pages = commoncrawl.pages(snapshot, files, wanted if index else ())
    raw = Map("raw", pages, (screen(Among(frozenset(wanted))), extract.text(), identify()))
    filtered = Map("filtered", raw, (screen(gopher.repetition), edit(lines.corrections)))
    unique = Map("unique", filtered, verdicts=urls.repeated("urls", filtered))
    clean = Map("clean", unique, (pii.scrub(),))
    return publish("domains", clean, columns=("id", "language", "language_score", "token_count"))
