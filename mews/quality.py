"""The command `mews quality`: train a classifier of text quality."""

from pathlib import Path
from typing import Annotated

import typer

from filters.fasttext_train import train_classifier, train_on_column
from pipeline.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Train a classifier of text quality.")
WHAT = "a folder of .txt, JSON Lines or Parquet, or ROOT/stage; local or s3://."


@app.callback()
def _group() -> None:
    """Train a classifier of text quality."""


@app.command("train")
def train_quality_command(
    texts: Annotated[str, typer.Argument(help=f"Good texts, or with --label texts of every kind: {WHAT}")],
    out: Annotated[Path, typer.Option(help="Folder for model.bin, quality.json and the card README.md.")],
    negatives: Annotated[str | None, typer.Argument(help=f"Texts of a crawl, without --label: {WHAT}")] = None,
    label: Annotated[str | None, typer.Option(help="The column that says what a text is: a label, or a score.")] = None,
    at_least: Annotated[float | None, typer.Option(help="Texts with this score or more are good.")] = None,
    keep: Annotated[float, typer.Option(min=0, max=1, help="The share of the negatives to keep.")] = 0.1,
) -> None:
    """Train a fastText classifier that tells good texts from those of a crawl, or that knows the labels of a column."""
    if (negatives is None) == (label is None):
        raise UsageError("give good texts and texts of a crawl, or one address and --label COLUMN")
    if label is not None:
        train_on_column(texts, label, out, at_least, keep)
    else:
        train_classifier(texts, str(negatives), out, keep)
    print((out / "README.md").read_text(), end="")
