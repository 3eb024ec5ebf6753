"""The command `mews quality`: train a quality classifier."""

from pathlib import Path
from typing import Annotated

import typer

from filters.fasttext_train import train_classifier

app = typer.Typer(no_args_is_help=True, help="Train a classifier of text quality.")
Texts = Annotated[
    str, typer.Argument(help="Texts: a folder of .txt, JSON Lines or Parquet, or ROOT/stage; local or s3://.")
]


@app.callback()
def _group() -> None:
    """Train a classifier of text quality."""


@app.command("train")
def train_quality_command(
    positives: Texts,
    negatives: Texts,
    out: Annotated[Path, typer.Option(help="Folder for model.bin and quality.json.")],
    keep: Annotated[float, typer.Option(min=0, max=1, help="The share of the negatives to keep.")] = 0.1,
) -> None:
    """Train a fastText classifier that tells texts as they should be (POSITIVES) from those of a crawl (NEGATIVES)."""
    train_classifier(positives, negatives, out, keep)
    print((out / "quality.json").read_text(), end="")
