"""docs/cluster.md: its figures follow from docs/scale.md, and what it says of messages is what the code says."""

import re

import pytest

from tests.helpers.markdown import REPO_ROOT

PAGE = (REPO_ROOT / "docs/cluster.md").read_text()
SCALE = (REPO_ROOT / "docs/scale.md").read_text()
UNITS = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found, pattern
    return float(found[1].replace(",", "")) * UNITS.get(found[2] if found.re.groups > 1 else "", 1)


def plain(text: str) -> float:
    return float(text.replace(",", ""))


HOURS = number(r"([\d,]+) core-hours: [\d.]+ days", SCALE)


@pytest.mark.parametrize("machines", [8, 16, 32, 64])
def test_hours_are_those_of_the_machines(machines: int):
    told = dict(re.findall(r"^\| (\d+) \| ([\d.]+) \|$", PAGE, re.M))
    assert float(told[str(machines)]) == pytest.approx(HOURS / (machines * 32), abs=0.06)


def test_dollars_are_amounts_times_prices():
    rows = re.findall(r"^\| ([^|]+) \| ([\d,.]+) (hours|M|GB) \| ([\d.]+) an? [^|]+\| (\d[\d,]*) \|$", PAGE, re.M)
    assert len(rows) == 5
    for what, amount, _, price, dollars in rows:
        assert plain(dollars) == pytest.approx(plain(amount) * float(price), rel=0.01, abs=0.6), what


def test_amounts_are_those_of_scale():
    rows = re.findall(r"^\| ([^|]+) \| ([\d,.]+) (?:hours|M|GB)", PAGE, re.M)
    amounts = {what.partition(" ")[0]: plain(amount) for what, amount in rows}
    assert amounts["r7i.8xlarge,"] == pytest.approx(HOURS / 32, abs=1)
    reads = number(r"out of a file ([\d.]+) ([MG]) times", SCALE)
    assert amounts["GET:"] == pytest.approx(3 * reads / 1e6, rel=0.01)
    shards = number(r"Together ([\d,]+) shards", SCALE)
    assert amounts["PUT:"] == pytest.approx(3 * shards / 1e6, rel=0.01)
    stored = number(r"On disk ([\d.]+) (T)B stay", SCALE)
    assert amounts["storage"] == pytest.approx(stored / 1e9, rel=0.01)


def test_messages_are_those_of_the_code():
    code = "\n".join(path.read_text() for room in ("mews", "pipeline") for path in (REPO_ROOT / room).glob("*.py"))
    section = PAGE.partition("## What to do when")[2]
    told = [text for text in re.findall(r"^\| `([^`]+)`", section, re.M) if text != "No available agent to submit job"]
    assert len(told) >= 9
    assert [text for text in told if text.removeprefix("1 ") not in code] == []
