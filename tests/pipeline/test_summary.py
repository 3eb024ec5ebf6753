"""The statistics of a run as JSON: what receipts count, and nothing that another run of the same would not have."""

import json

from pipeline.stats import Size, Stats, Step
from pipeline.summary import summary


def test_a_summary_has_all_that_is_counted_and_no_time():
    steps = {"language": Step(Size(5, 310), {"language:other": Size(2, 90)}, {"extract:timeout": 1})}
    raw = Stats("map", 8, 5, 400, 310, 4096, 1.5, steps, {"email": 2}, "pretokens")
    said = json.loads(json.dumps(summary({"raw": raw, "all": Stats("gather", 3, 1, seconds=9.0, rows_due=3)})))
    assert list(said) == ["raw", "all"]
    assert said["raw"] == {
        "kind": "map",
        "rows_in": 8,
        "rows_out": 5,
        "tokens_in": 400,
        "tokens_out": 310,
        "bytes": 4096,
        "steps": {
            "language": {
                "kept": [5, 310],
                "dropped": {"language:other": [2, 90]},
                "quarantined": {"extract:timeout": 1},
                "raised": {},
                "sampled": 0,
                "unstable": 0,
            }
        },
        "counts": {"email": 2},
        "unit": "pretokens",
        "rows_due": None,
        "memory": 0,
    }
    assert (said["all"]["kind"], said["all"]["rows_due"]) == ("gather", 3) and "seconds" not in said["all"]
