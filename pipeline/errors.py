"""Every error that the project raises on purpose.

MewsError
├── UsageError        what the user asked for cannot be done (exit code 2)
├── StageFailed       some shards of a stage could not be made; the others are (exit code 1)
├── RowsLost          a transform changed the number of rows
├── SchemaChanged     a transform or reader gave other columns than it promised
├── BadInput          a file is not what its name or place says
├── LeaseLost         another run has taken the root over
└── RunnerLost        the machines that should do the work cannot be reached
"""

from collections.abc import Mapping


class MewsError(Exception):
    """The base of the tree; its text is one line that says what, where and what to do."""

    exit_code = 1


class UsageError(MewsError):
    exit_code = 2


class RowsLost(MewsError):
    pass


class SchemaChanged(MewsError):
    pass


class BadInput(MewsError):
    pass


class LeaseLost(MewsError):
    pass


class RunnerLost(MewsError):
    pass


class StageFailed(MewsError):
    """Raised after every other shard of the stage has finished; `failures` maps shard to its one-line error."""

    def __init__(self, stage: str, failures: Mapping[str, str]):
        self.stage = stage
        self.failures = dict(failures)
        shown = "; ".join(f"{shard}: {why}" for shard, why in list(self.failures.items())[:5])
        more = f"; and {len(self.failures) - 5} more" if len(self.failures) > 5 else ""
        super().__init__(f"stage {stage}: {len(self.failures)} shard(s) failed: {shown}{more}")

    def __reduce__(self):
        return StageFailed, (self.stage, self.failures)
