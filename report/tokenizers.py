"""Several tokenizers side by side: a page of tables, and bars drawn as SVG."""

from collections.abc import Mapping
from html import escape

from tokenizers import Tokenizer

from tokenizer.evaluate import Findings, Size, junk, longest, undertrained

SHOWN = 40  # characters of a token
COLOURS = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#9498a0")
STYLE = (
    "body{font:14px system-ui;margin:2em auto;max-width:60em}"
    "code{overflow-wrap:anywhere}td,th{padding:.2em .8em;text-align:right}td:first-child{text-align:left}"
)


def comparison_page(tokenizers: Mapping[str, Tokenizer], found: Mapping[str, Findings]) -> str:
    """The report as one HTML page without scripts: totals, tables and bars by domain and language, odd tokens."""
    parts = [f"<!doctype html><meta charset=utf-8><title>Tokenizers</title><style>{STYLE}</style><h1>Tokenizers</h1>"]
    parts += [
        _table(["", "vocabulary", "used", "bytes per token", "tokens per word", "round trips broken"], _totals(found))
    ]
    for title, key in (("By domain", 0), ("By language", 1)):
        groups = sorted({name[key] for f in found.values() for name in f.by})
        sizes = {g: {t: f.total(**{("domain", "language")[key]: g}) for t, f in found.items()} for g in groups}
        parts += [
            f"<h2>{title}</h2>",
            bars({g: [s.bytes_per_token for s in by.values()] for g, by in sizes.items()}, list(found)),
        ]
        parts += [_table(["", *(f"{t} bytes/token, tokens/word" for t in found)], _rows(sizes))]
    for name, tokenizer in tokenizers.items():
        parts += [f"<h2>{escape(name)}</h2>", *_odd(tokenizer, found[name])]
    return "\n".join(parts)


def _totals(found: Mapping[str, Findings]) -> list[list[str]]:
    totals = ((name, f, f.total()) for name, f in found.items())
    return [
        [name, f"{f.size:,}", f"{f.used:.1%}", f"{s.bytes_per_token:.3f}", f"{s.fertility:.3f}", str(len(f.broken))]
        for name, f, s in totals
    ]


def _rows(sizes: Mapping[str, Mapping[str, Size]]) -> list[list[str]]:
    return [
        [g or "none", *(f"{s.bytes_per_token:.3f}, {s.fertility:.3f}" for s in by.values())] for g, by in sizes.items()
    ]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"<tr>{''.join(f'<th>{escape(h)}</th>' for h in head)}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in rows]
    return f"<table>{''.join(lines)}</table>"


def _odd(tokenizer: Tokenizer, findings: Findings) -> list[str]:
    idle, odd = undertrained(tokenizer, findings.uses), junk(tokenizer)
    lists = (
        ("longest", longest(tokenizer)),
        (f"unused here: {len(idle):,}", idle[:40]),
        (f"junk: {len(odd):,}", odd[:40]),
    )
    return [
        f"<p><b>{title}</b> {' '.join(f'<code>{escape(quoted_token(t))}</code>' for t in listed)}</p>"
        for title, listed in lists
    ]


def quoted_token(token: str) -> str:
    """A token in quotes; of a very long one its beginning and its length."""
    return repr(token) if len(token) <= SHOWN else f"{token[:SHOWN]!r}… {len(token):,} characters"


def bars(groups: Mapping[str, list[float]], names: list[str]) -> str:
    """Grouped horizontal bars, one a name, with their values; an SVG element."""
    top = max((v for values in groups.values() for v in values), default=1) or 1
    step, gap, parts, y = 14, 8, [], 14 * len(names) + 8
    for i, name in enumerate(names):
        parts += [f'<text x="150" y="{11 + step * i}" fill="{COLOURS[i % 6]}">{escape(name)}</text>']
    for group, values in groups.items():
        parts += [f'<text x="140" y="{y + 11}" text-anchor="end">{escape(group or "none")}</text>']
        for i, value in enumerate(values):
            width = 500 * value / top
            parts += [f'<rect x="150" y="{y}" width="{width:.1f}" height="{step - 2}" fill="{COLOURS[i % 6]}"/>']
            parts += [f'<text x="{156 + width:.1f}" y="{y + 10}">{value:.2f}</text>']
            y += step
        y += gap
    return f'<svg width="760" height="{y}" font-size="11" font-family="system-ui">{"".join(parts)}</svg>'
