"""Every error that the project raises on purpose.

MewsError
├── UsageError        what the user asked for cannot be done (exit code 2)
├── StageFailed       some shards of a stage could not be made; the others are (exit code 1)
├── StepFailed        a function fails on all or most documents that it is asked about
├── WrongReturn       a function that was given to a transform returned something else than it should
├── RowsLost          a transform changed the number of rows
├── SchemaChanged     a transform or reader gave other columns than it promised
├── BadInput          a file is not what its name or place says
├── DiskFull          the local disk holds no more
├── LeaseLost         another run has taken the root over
└── RunnerLost        the machines that should do the work cannot be reached
"""

from collections.abc import Mapping, Sequence


class MewsError(Exception):
    """The base of the tree; its text is one line that says what, where and what to do."""

    exit_code = 1


class UsageError(MewsError):
    """What the user asked for cannot be done."""

    exit_code = 2


class StepFailed(MewsError):
    """A function fails on all or most documents that it is asked about."""


class WrongReturn(MewsError, TypeError):
    """A function that was given to a transform returned something else than it should."""


class RowsLost(MewsError):
    """Rows that came in neither went out nor have a reason."""


class SchemaChanged(MewsError):
    """A transform or reader gave other columns than it promised."""


class BadInput(MewsError):
    """A file is not what its name or place says."""


class DiskFull(MewsError):
    """The local disk holds no more."""


class LeaseLost(MewsError):
    """Another run has taken the root over."""


class RunnerLost(MewsError):
    """The machines that should do the work cannot be reached."""


class StageFailed(MewsError):
    """Raised after every other shard of the stage has finished; `failures` maps shard to its one-line error.

    The message tells each error once, with the shards that it made fail.
    """

    def __init__(self, stage: str, failures: Mapping[str, str]):
        self.stage = stage
        self.failures = dict(failures)
        shards: dict[str, list[str]] = {}
        for shard, why in self.failures.items():
            shards.setdefault(why, []).append(shard)
        told = [f"{_some(names, ', ')}: {why}" for why, names in shards.items()]
        super().__init__(f"stage {stage}: {len(self.failures)} shard(s) failed: {_some(told, '; ')}")

    def __reduce__(self):
        return StageFailed, (self.stage, self.failures)


def _some(texts: Sequence[str], between: str) -> str:
    """The first five, and how many more there are."""
    more = [f"and {len(texts) - 5} more"] if len(texts) > 5 else []
    return between.join([*texts[:5], *more])
