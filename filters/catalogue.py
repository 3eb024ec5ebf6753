"""Every measured filter with its limits, as a page of docs/filters.md: `python -m filters.catalogue` writes it."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filters import c4, fineweb, gopher, lines, url
from filters.language import only
from filters.language_presets import STOP_WORDS, rules_for
from pipeline.rules import EditRules, Rules

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "filters.md"
# Each filter as it is used, and where its bounds were published.
PUBLISHED: tuple[tuple[str, Rules | EditRules, str], ...] = (
    ("url.blocked", url.blocked, "RefinedWeb (Penedo et al. 2023), appendix G.1; the lists are datatrove's"),
    ('language.only("en")', only("en"), "RefinedWeb, section 3.1"),
    ("gopher.repetition", gopher.repetition, "Rae et al. 2021, table A1"),
    ("gopher.quality", gopher.quality, "Rae et al. 2021, section A1.1; the words of `alphabetic_words` are DCLM's"),
    ("lines.corrections", lines.corrections, "RefinedWeb, appendix G.2; `max_upper` and the counters are DCLM's"),
    (
        "c4.quality",
        c4.quality,
        "Raffel et al. 2020, section 2.2, as FineWeb runs it; `c4.without_end_marks` is FineWeb's",
    ),
    ("fineweb.quality", fineweb.quality, "FineWeb (Penedo et al. 2024), section 3.6, appendix E.4 and the code"),
)
HEAD = """# Filters and their limits

`python -m filters.catalogue` writes this page from the filters themselves; a test holds it current.

A filter measures a page, and its limits judge what was measured, in this order: the first that is broken drops the
page, for its reason. A value equal to its bound is kept. The names of limits are those of `whatif` and `replace`:

    .venv/bin/mews whatif out/refinedweb gopher.repetition.top_2gram=0.25

```python
from dataclasses import replace
from filters import gopher

longer = gopher.quality.replace(min_words=100, alphabetic=None)  # None takes a limit out
french = replace(gopher.quality, measure=gopher.ProseMeasure(stop_words=("le", "la", "et"), median=True))
```

`signals=true` keeps every measured value as a column `<filter>.<value>`.
"""
ADDRESSES = """
Harmless addresses hold listed words too: the great tit is a bird, and `/groups/explained` holds "groupsex" once
its separators are gone. `filters/url_exceptions.py` lists words and phrases that do not count, as whole words of the
address. An address with a listed word outside of them is judged by all its words. Add your own, or take all out:

```python
from filters import url

mine = url.blocking(exceptions=(*url.EXCEPTIONS, "your-phrase", "your-host.example"))
strict = url.blocking(exceptions=())
own_list = url.blocking("domains.txt")  # domains and addresses, one a line, in place of UT1
```
"""
FASTTEXT = """
## fasttext.quality(model)

A text is kept when the model gives the label at least the threshold, which a model that was trained here brings along;
the reason is `low_quality`. The file of the model counts by its digest: another model makes the stage anew.
"""
PRESET_LIMITS = (
    ("repetition", "dup_lines"),
    ("repetition", "top_2gram"),
    ("repetition", "top_3gram"),
    ("repetition", "top_4gram"),
    ("quality", "min_word_length"),
    ("quality", "max_word_length"),
    ("quality", "alphabetic"),
    ("fineweb_quality", "line_punctuation"),
    ("fineweb_quality", "newlines"),
)
PRESETS_HEAD = """
## By language

`filters.language_presets.rules_for(code)` holds `repetition`, `quality` and `fineweb_quality` of a language with
FineWeb-2's bounds (Penedo et al. 2025) and stop words of its own; English keeps those above. The other languages have
no limit on `dup_paragraphs`, `dup_paragraph_chars` and `short_lines`, and at most 0.1 of `dup_line_chars` in
`fineweb_quality`; what is not listed is as in English.
"""

BESIDES = ("\n## Harmless addresses\n", ADDRESSES, FASTTEXT, PRESETS_HEAD)


def filters_page() -> str:
    """The page, in Markdown."""
    return "".join([HEAD, *(_filter(*published) for published in PUBLISHED), *BESIDES, _presets()])


def _filter(title: str, rules: Rules | EditRules, source: str) -> str:
    rows = [
        f"| `{name}` | {_bound(limit.side, limit.bound)} | `{limit.reason}` |" for name, limit in rules.named.items()
    ]
    limits = "\n".join(["| limit | kept | reason to drop |", "|---|---|---|", *rows])
    return f"\n## {title}\n\n{source}.\n\n{limits}\n{_settings(rules)}"


def _bound(side: str, bound: float | None) -> str:
    return "all: off" if bound is None else f"at {side} {bound:,.10g}"


def _settings(rules: Rules | EditRules) -> str:
    """The fields of what measures, with their defaults."""
    measure: Any = rules.measure if isinstance(rules, Rules) else rules.fn
    if not dataclasses.is_dataclass(measure):
        return ""
    rows = [f"| `{f.name}` | {_value(getattr(measure, f.name))} |" for f in dataclasses.fields(measure)]
    name = type(measure).__name__
    return "\n".join([f"\nSettings of the measure (`{name}`):\n", "| setting | default |", "|---|---|", *rows, ""])


def _value(value: Any) -> str:
    if isinstance(value, tuple | frozenset) and len(value) > 10:
        return f"{len(value)} entries"
    return f"`{value!r}`"


def _presets() -> str:
    names = [name for _, name in PRESET_LIMITS]
    lines = [f"| language | {' | '.join(names)} | stop words |", "|---" * (len(names) + 2) + "|"]
    return "\n" + "\n".join([*lines, *_preset_rows()]) + "\n"


def _preset_rows() -> Iterator[str]:
    for language in sorted(STOP_WORDS):
        bounds = (getattr(rules_for(language), part).named[name].bound for part, name in PRESET_LIMITS)
        count = len(STOP_WORDS[language].split())
        yield f"| {language} | {' | '.join(f'{bound:g}' for bound in bounds)} | {count} |"


if __name__ == "__main__":
    DOCUMENT.write_text(filters_page())
    print(f"{DOCUMENT} is written")
