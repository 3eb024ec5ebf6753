"""One language in one week of the news crawl: German news of the second week of January 2025, for instance.

    mews run examples/news_week.py --root out/news snapshot=CC-NEWS-2025-01 first=2025-01-06 language=de

The news crawl comes in months, as files that are named by the second in which they were begun. Only those of the week
are read. News are published again and again, so near duplicates go, the oldest page of each family stays.
"""

import re
from dataclasses import replace
from datetime import date, timedelta

from dedup import minhash, urls
from filters.language_presets import rules_for
from pipeline.errors import UsageError
from pipeline.stage import Map, Stage
from pipeline.transform import screen
from stages import commoncrawl, extract, pii
from stages.language import identify, only
from stages.publish import publish

BEGUN = re.compile(r"CC-[A-Z]+-(\d{8})\d{6}")  # in the name of a file: CC-NEWS-20250106011523-00012.warc.gz


def recipe(snapshot: str = "CC-NEWS-2025-01", first: str = "2025-01-06", days: int = 7, language: str = "de") -> Stage:
    """News in a language, from the files that were begun on `days` days from `first` on (both in the month)."""
    month = commoncrawl.pages(snapshot)
    week = {(date.fromisoformat(first) + timedelta(day)).strftime("%Y%m%d") for day in range(days)}
    names = tuple(name for name in month.list if (begun := BEGUN.search(name)) and begun[1] in week)
    if not names:
        raise UsageError(f"no file of {snapshot} was begun on the {days} days from {first} on")
    rules = rules_for(language)
    steps = (extract.text(), identify(), screen(only(language, 0.65)))
    raw = Map("raw", replace(month, list=names), steps)
    filtered = Map("filtered", raw, (screen(rules.repetition, rules.quality),))
    unique = Map("unique", filtered, verdicts=urls.repeated("urls", filtered))
    fuzzy = Map("fuzzy", unique, verdicts=minhash.near("near", unique, bands=14, rows=8))
    clean = Map("clean", fuzzy, (pii.scrub(),))
    return publish("news", clean, columns=("id", "language", "token_count"), title=f"News ({language}, from {first})")
