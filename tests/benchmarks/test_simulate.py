"""The simulation runs the real plan to its end, and a resume reads just the receipts of the stage in the middle."""

import subprocess
import sys

import pytest

from tests.helpers.markdown import REPO_ROOT

CODE = """
import json
from benchmarks import simulate
if __name__ == "__main__":
    print(json.dumps([simulate.simulate(files) for files in (24,)]))
"""


@pytest.mark.slow
def test_a_small_snapshot_is_simulated():
    import json

    done = subprocess.run([sys.executable, "-c", CODE], cwd=REPO_ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    assert found["files"] == 24 and found["stages"] == 53
    assert found["shards"] > 24 * 20, "stages of a shard a file, and those of buckets"
    assert found["stages"] < found["tasks"] <= found["shards"] + 1, (
        "no more than a task a shard, and the one that ended"
    )
    read = found["resume_requests"]["GET"]
    assert 12 <= read < 12 + 5 * found["stages"], "the receipts of half of a stage, and a few files of every stage"
    assert found["requests"]["LIST"] >= found["resume_requests"]["LIST"] > 0
