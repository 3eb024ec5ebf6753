"""Several shards in one: what a Scatter of many shards puts into a file, by the place of the shards in their order."""

from collections.abc import Sequence

FILES = 5_000  # files that a Scatter has at least, once it has twice as many shards
FILES_HOME = 128  # the same of rows that go home: each of all shards reads them all
MARK = "part."  # begins the names; other shards have no dot in theirs


def is_part(name: str) -> bool:
    """Whether a shard is made of several shards of what it is read from."""
    return name.startswith(MARK)


def part_size(shards: int, home: bool) -> int:
    """How many of so many shards go into one part, a power of two; `home` says that each reads all parts."""
    return 1 << max(0, (shards // (FILES_HOME if home else FILES)).bit_length() - 1)


def parts_of(shards: Sequence[str], size: int) -> Sequence[str]:
    """Names of the parts of so many shards each, in order; with a size of 1 the shards themselves."""
    if size == 1:
        return shards
    return [f"{MARK}{start:08d}-{min(start + size, len(shards)):08d}" for start in range(0, len(shards), size)]


def members_of(name: str, shards: Sequence[str]) -> Sequence[str]:
    """The shards that one is made of, out of all that there are: those of a part, or the shard itself."""
    if not is_part(name):
        return [name]
    start, end = map(int, name.removeprefix(MARK).split("-"))
    return shards[start:end]
