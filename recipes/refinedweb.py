"""RefinedWeb (Penedo et al. 2023): strict deduplication, neutral filters, no model but the one for language.

Several languages come out of one pass over the files, each deduplicated by itself. `prior_runs` are roots of earlier
runs, whose pages count as kept; `parts` is RefinedWeb's scheme of 100 parts. `signals` keeps what every rule measured,
and `rejects` is the share of dropped pages to keep. `columns` are published beside RefinedWeb's six. `domains` and
`languages` choose single pages by a crawl's own index, in place of whole files; `split` reads large files in pieces of
so many MB, each by a task of its own (docs/snapshots.md). `pii` is mask, fake, fineweb, dolma or none (docs/pii.md);
`pii_types` are the types to look for, and pages with more findings than `pii_drop_above` go. `opt_outs` is keep, drop
or only: what becomes of pages that say noai, noindex or the like (docs/opt_outs.md). `tokens` is a tokenizer.json: with
GPT-2's, the 5-grams and the 50-token runs are those of the paper, and the funnel counts its tokens; else of words.
`extractor` reads the pages; `markdown` and `links` say how it writes them (docs/extraction.md). `cascade` drops before
extraction what would go afterwards: faster, and a few pages in a thousand are lost (docs/performance.md). `labels` adds
columns that say what a page is like (docs/curriculum.md): markdown=true labels=true columns=formula_count,page_type.
"""

from collections.abc import Mapping
from typing import Any

from dedup import minhash, substring, template_hosts, urls
from dedup.substring.cutting import Mode
from dedup.subwords import by_file, text_count
from filters import lines, url
from filters.language_presets import rules_for
from filters.opt_outs import OptOutMode, opt_out_filters
from pipeline.shuffle import Gather
from pipeline.stage import Map, Source, Stage
from pipeline.transform import RowTransform, Transform, edit, screen
from stages import extract
from stages import pii as private
from stages.cascade import cascade as cascaded
from stages.commoncrawl import pages
from stages.labels import measures, page_type
from stages.language import identify, only
from stages.publish import REFINEDWEB, publish


def recipe(
    snapshot: str = "sample",
    files: int | None = None,
    language: tuple[str, ...] = ("en",),
    extractor: str = "blocks",
    bands: int = 450,
    rows: int = 20,
    verify: str = "none",
    cut: Mode = "cut",
    prior_runs: tuple[str, ...] = (),
    parts: int = 1,
    signals: bool = False,
    rejects: float = 1.0,
    megabytes: int = 256,
    columns: tuple[str, ...] = (),
    domains: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
    pii: str = "mask",
    pii_types: tuple[str, ...] = (),
    pii_drop_above: int | None = None,
    opt_outs: OptOutMode = "keep",
    tokens: str = "",
    markdown: bool = False,
    links: bool = False,
    cascade: bool = False,
    labels: bool = False,
    split: int = 0,
) -> tuple[Stage, ...]:
    """RefinedWeb of a snapshot, with the paper's thresholds; private data is scrubbed, which the paper does not do."""
    text = extract.text(extractor, markdown=markdown, links=links, kinds=labels)
    kept: dict[str, Any] = {"rejects": rejects, "tokens": text_count(tokenise := by_file(tokens))}
    raw = raw_pages(pages(snapshot, files, domains, languages, split=split), text, language, opt_outs, cascade, kept)
    prior: dict[str, Any] = {"prior_runs": prior_runs, "parts": parts}

    def refined(code: str, name: str) -> Stage:
        filtered = Map(f"filtered{name}", raw, rule_steps(code, signals), where={"language": code}, **kept)
        same = urls.repeated(f"urls{name}", filtered, kept_stage=f"urls{name}.kept", **prior)
        unique = Map(f"unique{name}", filtered, verdicts=same, **kept)
        near = minhash.near(f"near{name}", unique, bands, rows, verify=verify, tokenise=tokenise, **prior)
        fuzzy = Map(f"fuzzy{name}", unique, verdicts=near, **kept)
        repeats = substring.repeated(f"repeats{name}", fuzzy, tokens=50, tokenise=tokenise)
        clean = Map(f"clean{name}", fuzzy, edits(cut, labels, pii, pii_types, pii_drop_above), verdicts=repeats, **kept)
        return publish_beside(name, code, clean, near, megabytes, columns)

    return tuple(refined(code, f".{code}" if len(language) > 1 else "") for code in language)


def raw_pages(
    pages: Source,
    text: extract.Text,
    language: tuple[str, ...],
    opt_outs: OptOutMode,
    cascade: bool,
    kept: Mapping[str, Any],
) -> Map:
    """The first stage: from pages to texts in the languages. Gopher's 50 words are the least in every language.

    `kept` are the arguments that all Maps have: the share of rejects, and how text is counted.
    """
    judged = screen(url.blocked, url.curated_source, *opt_out_filters(opt_outs))
    first: tuple[Transform, ...] = (judged,)
    if cascade:
        pages, first = cascaded(pages, judged, language, None if text.markdown else 50)
    return Map("raw", pages, (*first, text, identify(), screen(only(language, 0.65))), **kept)


def edits(
    cut: Mode, labels: bool, pii: str, pii_types: tuple[str, ...], pii_drop_above: int | None
) -> tuple[Transform, ...]:
    """Repeats cut out, private data scrubbed, and the columns of plain measures where they are asked for."""
    told: tuple[Transform, ...] = (measures(), page_type()) if labels else ()
    return (substring.cut(cut), *private.scrub_steps(pii, pii_types, pii_drop_above), *told)


def title_of(name: str, code: str) -> str:
    """The title of a language's data set, which has a `name` only among several."""
    return f"RefinedWeb ({code})" if name else "RefinedWeb"


def publish_beside(name: str, code: str, clean: Map, near: Gather, megabytes: int, columns: tuple[str, ...]) -> Stage:
    """The last stage, and beside it the URLs that were kept and the hosts that may share a template."""
    beside = (urls.kept(f"urls{name}.kept", clean), template_hosts.flagged_hosts(f"near{name}.hosts", near))
    return publish(f"refinedweb{name}", clean, REFINEDWEB, megabytes, columns, beside, title_of(name, code))


def rule_steps(code: str, signals: bool) -> tuple[RowTransform, RowTransform]:
    """The rules of a language for documents, and those for lines."""
    rules = rules_for(code)
    return screen(rules.repetition, rules.quality, signals=signals), edit(lines.corrections, signals)
