"""A history of faults on a cluster of machines, each in a network namespace of its own where that can be had."""

import subprocess
import sys
from pathlib import Path

import pytest

REPO_ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 14])
def test_a_history_in_which_a_worker_is_killed_and_one_in_which_clocks_jump_end_well(seed: int):
    command = [sys.executable, "-m", "benchmarks.chaos", "1", str(seed)]
    done = subprocess.run(command, cwd=REPO_ROOT, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    first, last = done.stdout.splitlines()
    assert first.startswith(f"seed {seed}: ") and "; well (" in first
    assert last.startswith("1 histories, 0 broke a law; faults that struck: ")
    assert ("'worker'" if seed == 0 else "'clock'") in last
