"""The clock that jumps: dates follow it at once, and monotonic time goes on."""

import json
import os
import subprocess
import sys
from pathlib import Path

CLOCK = Path(__file__).resolve().parents[2] / "benchmarks/chaos_clock"
TOLD = """
import datetime as module, json, pathlib, sys, time
from datetime import UTC, datetime
import pyarrow
class Own(datetime):
    pass
def dates():
    naive = datetime.now().timestamp(), datetime.today().timestamp(), datetime.utcnow().replace(tzinfo=UTC).timestamp()
    aware = datetime.now(UTC), datetime.now(tz=UTC), module.datetime.now(UTC), Own.now(UTC)
    assert type(aware[-1]) is Own and type(aware[0]) is datetime
    return [time.time(), time.time_ns() / 1e9, *naive, *(date.timestamp() for date in aware)]
before, began, after = dates(), time.monotonic(), {}
for hours in ("-5", "3"):
    pathlib.Path(sys.argv[1]).write_text(str(float(hours) * 3600))
    time.sleep(0.01)
    after[hours] = dates()
print(json.dumps({"before": before, "after": after, "monotonic": time.monotonic() - began}))
"""


def told(clock: Path, **variables: str) -> dict:
    """What a program says of its dates, before and after the file changed to five hours back and three ahead."""
    environment = os.environ | {"PYTHONPATH": str(CLOCK), **variables}
    done = subprocess.run([sys.executable, "-c", TOLD, clock], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_dates_jump_forward_and_backward_and_monotonic_time_goes_on(tmp_path: Path):
    said = told(tmp_path / "clock", MEWS_CHAOS_CLOCK=str(tmp_path / "clock"))
    assert len(said["before"]) == 9
    for hours, dates in said["after"].items():
        for before, date in zip(said["before"], dates, strict=True):
            assert abs(date - before - 3600 * int(hours)) < 1800
    assert 0.02 <= said["monotonic"] < 1800


def test_without_a_file_dates_are_right(tmp_path: Path):
    said = told(tmp_path / "clock")
    assert all(abs(date - said["before"][0]) < 1800 for dates in said["after"].values() for date in dates)
