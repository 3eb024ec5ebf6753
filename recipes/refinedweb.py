"""RefinedWeb (Penedo et al. 2023): strict deduplication, neutral filters, no model but the one for language."""

from dedup import minhash, substring, urls
from dedup import template_hosts as guard
from dedup.substring_cut import Mode
from filters import lines, url
from filters.language_presets import rules
from pipeline.stage import Map, Stage
from pipeline.transform import edit, screen
from stages import commoncrawl, extract
from stages import pii as private
from stages import publish as shards
from stages.language import identify, only


def recipe(
    snapshot: str = "sample",
    files: int | None = None,
    language: tuple[str, ...] = ("en",),
    extractor: str = "trafilatura",
    bands: int = 450,
    rows: int = 20,
    verify: str = "none",
    cut: Mode = "cut",
    seen: tuple[str, ...] = (),
    parts: int = 1,
    signals: bool = False,
    rejects: float = 1.0,
    megabytes: int = 256,
    domains: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
    pii: str = "mask",
    pii_types: tuple[str, ...] = (),
    pii_drop_above: int | None = None,
) -> tuple[Stage, ...]:
    """RefinedWeb of a snapshot, with the paper's thresholds; private data is scrubbed, which the paper does not do.

    Several languages come out of one pass over the files, each deduplicated by itself. `seen` are roots of earlier
    runs, whose pages count as kept; `parts` is RefinedWeb's scheme of 100 parts. `signals` keeps what every
    rule measured, and `rejects` is the share of dropped pages to keep. `domains` and `languages` choose single pages by
    a crawl's own index, in place of whole files. `pii` is mask, fake, fineweb, dolma or none (docs/pii.md); `pii_types`
    are the types to look for, and pages with more findings than `pii_drop_above` go.
    """
    scrub = private.chosen(pii, pii_types, pii_drop_above)
    steps = (screen(url.blocked, url.curated_source), extract.text(extractor), identify())
    pages = commoncrawl.pages(snapshot, files, domains, languages)
    raw = Map("raw", pages, (*steps, screen(only(language, 0.65))), rejects=rejects)

    def refined(code: str, name: str) -> Stage:
        judged = (
            screen(rules(code).repetition, rules(code).quality, signals=signals),
            edit(lines.corrections, signals),
        )
        filtered = Map(f"filtered{name}", raw, judged, where={"language": code}, rejects=rejects)
        known = f"urls{name}.kept"
        same = urls.repeated(f"urls{name}", filtered, seen=seen, kept_stage=known, parts=parts)
        unique = Map(f"unique{name}", filtered, verdicts=same, rejects=rejects)
        near = minhash.near(f"near{name}", unique, bands, rows, verify=verify, seen=seen, parts=parts)
        fuzzy = Map(f"fuzzy{name}", unique, verdicts=near, rejects=rejects)
        repeats = substring.repeated(f"repeats{name}", fuzzy, tokens=50)
        cleaned = (substring.cut(cut), *scrub)
        clean = Map(f"clean{name}", fuzzy, cleaned, verdicts=repeats, rejects=rejects)
        beside = (urls.kept(known, clean), guard.hosts(f"near{name}.hosts", near))
        return shards.publish(f"refinedweb{name}", clean, megabytes=megabytes, beside=beside)

    return tuple(refined(code, f".{code}" if len(language) > 1 else "") for code in language)
