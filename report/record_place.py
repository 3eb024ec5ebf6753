"""Where the record of a page lies: in words, as an address to open, and as a command line that prints it."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.stage import Map, Source, Stage
from stages.download.origin import Origin

UNPACKED = "gzip -cdf"  # -f lets a record through that is not compressed


class RecordPlace(NamedTuple):
    """The place of a record: file, offset and length in words; the address of its file, and a command line that prints
    just this record. These are "" where the origin of the file is not known.
    """

    told: str = ""
    address: str = ""
    command: str = ""


def way(stage: Stage | None) -> Iterator[Map]:
    """A stage and those that its documents come from, the last of which reads a source."""
    while isinstance(stage, Map):
        yield stage
        stage = None if isinstance(stage.source, Source) else stage.source


def origins_of(stages: Sequence[Stage]) -> dict[str, Origin]:
    """Where the WARC files lie that the pages of each stage come from, by the name of the stage."""
    found = {}
    for stage in stages:
        for first in way(stage):
            if isinstance(first.source, Source) and isinstance(
                origin := getattr(first.source.read, "origin", None), Origin
            ):
                found[stage.name] = origin
    return found


def record_place(row: Mapping[str, Any], origin: Origin | None) -> RecordPlace:
    """The place of the record that a row was read from. Nothing that may be secret in an address is shown."""
    name, offset, length = (row.get(column) for column in ("warc", "offset", "length"))
    if not name or offset is None or length is None:
        return RecordPlace()
    told = f"{name} at {offset:,}, {length:,} bytes"
    if origin is None:
        return RecordPlace(told)
    url = origin.shown(name)
    if not origin.is_remote(name):
        file = Path(url).absolute()
        command = f"tail -c +{offset + 1} {shlex.quote(str(file))} | head -c {length} | {UNPACKED}"
        return RecordPlace(told, file.as_uri(), command)
    bounds = f"{offset}-{offset + length - 1}"
    if url.startswith("s3://"):
        bucket, _, key = url.removeprefix("s3://").partition("/")
        words = [
            "aws",
            "s3api",
            "get-object",
            "--bucket",
            bucket,
            "--key",
            key,
            "--range",
            f"bytes={bounds}",
            "record.gz",
        ]
        return RecordPlace(told, url, shlex.join(words))
    return RecordPlace(told, url, f"curl -sfr {bounds} {shlex.quote(url)} | {UNPACKED}")
