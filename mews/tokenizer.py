"""The commands `mews tokenizer`: train a tokenizer, report on several, export a packed phase."""

import dataclasses
from pathlib import Path
from typing import Annotated, get_args

import typer

from curriculum.sources import fetched
from pipeline import store
from pipeline.errors import UsageError
from pipeline.root import redact
from pipeline.stage import Source
from readers.listing import parent
from readers.texts import Unread
from report import tokenizers as report
from tokenizer import encode, evaluate, export, sample
from tokenizer.card import card
from tokenizer.latex import commands
from tokenizer.patterns import Digits, Pattern
from tokenizer.presets import PRESETS
from tokenizer.train import TokenizerConfig, save, train

app = typer.Typer(no_args_is_help=True, help="Train tokenizers, compare them, export packed sequences.")
Sources = Annotated[
    list[str],
    typer.Argument(help="NAME=ADDRESS, or an address: a folder or file of Parquet or JSON Lines, or ROOT/stage"),
]
TEXT_SIZE = "bytes of text, chosen by hash"


def addresses(sources: list[str]) -> dict[str, str]:
    """{"web": "data/web"} of ["web=data/web"]; an address alone is named after its last part."""
    pairs = [(name, address) for name, address in map(_pair, sources)]
    named = dict(pairs)
    if len(named) < len(pairs) or not all(named):
        raise UsageError(f"sources {', '.join(sources)}: give each a name of its own, as NAME=FOLDER")
    return named


def _pair(source: str) -> tuple[str, str]:
    name, equals, address = source.partition("=")
    return (name, address) if equals and "/" not in name else (parent(source)[1], source)


def options(preset: str, given: dict[str, object]) -> TokenizerConfig:
    """A preset with the options that were given. Raises UsageError on what does not exist."""
    if preset not in PRESETS:
        raise UsageError(f"no preset {preset!r}; there are {', '.join(PRESETS)}")
    for name, allowed in (("pattern", get_args(Pattern)), ("digits", get_args(Digits))):
        if given[name] is not None and given[name] not in allowed:
            raise UsageError(f"{name} {given[name]!r}: choose from {', '.join(allowed)}")
    return dataclasses.replace(PRESETS[preset], **{name: value for name, value in given.items() if value is not None})


@app.command("train")
def train_tokenizer_command(
    sources: Sources,
    out: Annotated[str, typer.Option(help="folder for tokenizer.json and its card")],
    preset: str = "falcon",
    vocabulary: int | None = None,
    pattern: str | None = None,
    digits: str | None = None,
    punctuation: bool | None = None,
    latex: Annotated[int | None, typer.Option(help="so many of the kept list of LaTeX commands")] = None,
    reserved: int | None = None,
    sample_bytes: Annotated[int, typer.Option(min=1, help=TEXT_SIZE)] = 1 << 30,
    alpha: Annotated[
        float, typer.Option(min=0, max=1, help="1 keeps the proportions of sources and languages, 0 evens them out")
    ] = 1.0,
    seed: int = 0,
) -> None:
    """Train a byte-level BPE on a sample of texts."""
    given = {"vocabulary": vocabulary, "pattern": pattern, "digits": digits, "punctuation": punctuation}
    config = options(preset, {**given, "latex": None if latex is None else commands(latex), "reserved": reserved})
    found = sample.open_sources(addresses(sources), fetched)
    below, taken = choose(found, sample_bytes, alpha, seed)
    made = train((row.text for row in sample.sample_rows(found, below, seed)), config)
    save(made, config, out, card(parent(out)[1], config, taken, sample_bytes, seed))
    where = f"{redact(out)}/tokenizer.json"
    typer.echo(f"{where}: {config.vocabulary:,} tokens from {sum(taken.values()):,} bytes")


def choose(
    sources: dict[str, Source], size: int, alpha: float, seed: int
) -> tuple[dict[sample.Stratum, float], dict[sample.Stratum, int]]:
    """The hash bound of each stratum, and the bytes that it is given; says on stderr what could not be read."""
    unread = Unread()
    sizes = sample.measure(sources, seed, unread)
    if str(unread):
        typer.echo(f"left out: {unread}", err=True)
    return sample.bounds(sizes, size, alpha), sample.allot({k: int(s.sum()) for k, s in sizes.items()}, size, alpha)


@app.command("report")
def report_command(
    tokenizers: Annotated[list[str], typer.Argument(help="tokenizer.json files, or folders that hold one")],
    source: Annotated[list[str], typer.Option(help="NAME=ADDRESS of texts, as for train")],
    out: Path = Path("tokenizers.html"),
    sample_bytes: Annotated[int, typer.Option(min=1, help=TEXT_SIZE)] = 20_000_000,
    seed: int = 1,
) -> None:
    """Compare tokenizers on a sample of texts: compression, fertility, vocabulary used, round trip, odd tokens."""
    loaded = {name: encode.load(address) for name, address in names(tokenizers).items()}
    found = sample.open_sources(addresses(source), fetched)
    below, taken = choose(found, sample_bytes, 0.0, seed)
    if not sum(taken.values()):
        raise UsageError(f"no text to try them on in {', '.join(source)} within {sample_bytes:,} bytes")
    findings = evaluate.evaluate(loaded, sample.sample_rows(found, below, seed))
    store.write_bytes(*parent(str(out)), report.comparison_page(loaded, findings).encode())
    for name, of in findings.items():
        size = of.total()
        compression = f"{size.bytes_per_token:.3f} bytes a token, {size.fertility:.3f} tokens a word"
        typer.echo(f"{name}: {compression}, {len(of.broken)} round trips broken")
    if any(of.broken for of in findings.values()):
        raise typer.Exit(1)


def names(tokenizers: list[str]) -> dict[str, str]:
    """Tokenizers by the name of their folder or file; by their whole address where two would have the same."""
    short = []
    for address in tokenizers:
        folder, name = encode.find_tokenizer(address)
        short.append(parent(folder.address)[1] if name == "tokenizer.json" else Path(name).stem)
    pairs = zip(short, tokenizers, strict=True)
    return {name if short.count(name) == 1 else redact(address): address for name, address in pairs}


@app.command("pack")
def pack_command(
    store: Annotated[str, typer.Argument(help="ROOT/<phase>.packed, as a recipe makes it")],
    out: Annotated[str, typer.Option(help="prefix of the files to write")],
    format: Annotated[str, typer.Option(help="megatron or numpy")] = "megatron",
) -> None:
    """Write packed sequences as Megatron's .bin/.idx or as a NumPy memory map."""
    typer.echo(export.export(store, out, format))
