"""The commands `mews tokenizer`: train a tokenizer, report on several, pack or export a mixture."""

import dataclasses
from pathlib import Path
from typing import Annotated, get_args

import typer

from pipeline.errors import UsageError
from report import tokenizers as report
from tokenizer import evaluate, export, sample
from tokenizer.card import card
from tokenizer.encode import opened
from tokenizer.patterns import Digits, Pattern
from tokenizer.presets import PRESETS
from tokenizer.train import Choices, save, train

app = typer.Typer(no_args_is_help=True, help="Train tokenizers, compare them, export packed sequences.")
Sources = Annotated[list[str], typer.Argument(help="NAME=FOLDER of Parquet shards, or a folder")]


def folders(sources: list[str]) -> dict[str, str]:
    """{"web": "data/web"} of ["web=data/web"]; a folder alone is named after itself."""
    pairs = [s.partition("=") if "=" in s else (Path(s).name, "=", s) for s in sources]
    named = {name: folder for name, _, folder in pairs}
    if len(named) < len(pairs) or not all(named):
        raise UsageError(f"sources {', '.join(sources)}: give each a name of its own, as NAME=FOLDER")
    return named


def options(preset: str, given: dict[str, object]) -> Choices:
    if preset not in PRESETS:
        raise UsageError(f"no preset {preset!r}; there are {', '.join(PRESETS)}")
    for name, allowed in (("pattern", get_args(Pattern)), ("digits", get_args(Digits))):
        if given[name] is not None and given[name] not in allowed:
            raise UsageError(f"{name} {given[name]!r}: choose from {', '.join(allowed)}")
    return dataclasses.replace(PRESETS[preset], **{name: value for name, value in given.items() if value is not None})


@app.command("train")
def train_tokenizer_command(
    sources: Sources,
    out: Annotated[Path, typer.Option(help="folder for tokenizer.json and its card")],
    preset: str = "falcon",
    vocabulary: int | None = None,
    pattern: str | None = None,
    digits: str | None = None,
    punctuation: bool | None = None,
    latex: Annotated[int | None, typer.Option(help="so many of the kept list of LaTeX commands")] = None,
    reserved: int | None = None,
    sample_bytes: Annotated[int, typer.Option(min=1, help="how much text, chosen by hash")] = 1 << 30,
    alpha: Annotated[
        float, typer.Option(min=0, max=1, help="1 keeps the proportions of sources and languages, 0 evens them out")
    ] = 1.0,
    seed: int = 0,
) -> None:
    """Train a byte-level BPE on a sample of Parquet shards."""
    from tokenizer.latex import commands

    injected = None if latex is None else commands(latex)
    given = {"vocabulary": vocabulary, "pattern": pattern, "digits": digits, "punctuation": punctuation}
    choices = options(preset, {**given, "latex": injected, "reserved": reserved})
    below, taken = choose(folders(sources), sample_bytes, alpha, seed)
    texts = (row.text for row in sample.rows(folders(sources), below, seed))
    save(train(texts, choices), choices, out, card(out.name, choices, taken, sample_bytes, seed))
    typer.echo(f"{out}/tokenizer.json: {choices.vocabulary:,} tokens from {sum(taken.values()):,} bytes")


def choose(
    at: dict[str, str], size: int, alpha: float, seed: int
) -> tuple[dict[sample.Stratum, float], dict[sample.Stratum, int]]:
    """The hash bound of each stratum, and the bytes that it is given."""
    sizes = sample.measure(at, seed)
    return sample.bounds(sizes, size, alpha), sample.allot({k: int(s.sum()) for k, s in sizes.items()}, size, alpha)


@app.command("report")
def report_command(
    tokenizers: Annotated[list[Path], typer.Argument(help="tokenizer.json files, or folders that hold one")],
    source: Annotated[list[str], typer.Option(help="NAME=FOLDER of Parquet shards")],
    out: Path = Path("tokenizers.html"),
    sample_bytes: Annotated[int, typer.Option(min=1)] = 20_000_000,
    seed: int = 1,
) -> None:
    """Compare tokenizers on a sample of shards: compression, fertility, vocabulary used, round trip, odd tokens."""
    files = [path / "tokenizer.json" if path.is_dir() else path for path in tokenizers]
    if missing := [str(file) for file in files if not file.is_file()]:
        raise UsageError(f"there is no tokenizer at {', '.join(missing)}; train one first (make tokenizer)")
    loaded = {name: opened(file) for name, file in named(files).items()}
    below, taken = choose(folders(source), sample_bytes, 0.0, seed)
    if not sum(taken.values()):
        raise UsageError(f"no text to try them on in {', '.join(source)} within {sample_bytes:,} bytes")
    out.parent.mkdir(parents=True, exist_ok=True)
    found = evaluate.evaluate(loaded, sample.rows(folders(source), below, seed))
    out.write_text(report.page(loaded, found))
    for name, findings in found.items():
        size = findings.total()
        compression = f"{size.bytes_per_token:.3f} bytes a token, {size.fertility:.3f} tokens a word"
        typer.echo(f"{name}: {compression}, {len(findings.broken)} round trips broken")
    if any(f.broken for f in found.values()):
        raise typer.Exit(1)


def named(files: list[Path]) -> dict[str, Path]:
    """Tokenizers by the name of their folder or file; by their whole path where two would have the same."""
    short = [f.resolve().parent.name if f.name == "tokenizer.json" else f.stem for f in files]
    return {name if short.count(name) == 1 else str(f): f for name, f in zip(short, files, strict=True)}


@app.command("pack")
def pack_command(
    store: Annotated[Path, typer.Argument(help="folder of packed Parquet shards, as a recipe makes them")],
    out: Annotated[Path, typer.Option(help="prefix of the files to write")],
    format: Annotated[str, typer.Option(help="megatron or numpy")] = "megatron",
) -> None:
    """Write packed sequences as Megatron's .bin/.idx or as a NumPy memory map."""
    typer.echo(export.export(store, out, format))
