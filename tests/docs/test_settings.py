"""Every environment variable that Mews reads is in docs/settings.md, and no other."""

import re

from tests.helpers.markdown import REPO_ROOT

ROOMS = "curriculum dedup filters mews pipeline recipes report sample stages text tokenizer".split()
BETWEEN_OURSELVES = {"MEWS_RATE_LIMIT_SERVER"}  # the driver tells workers


def test_the_settings_are_those_of_the_code():
    code = "\n".join(path.read_text() for room in ROOMS for path in (REPO_ROOT / room).rglob("*.py"))
    read = set(re.findall(r"\bMEWS_[A-Z_]+", code)) - BETWEEN_OURSELVES
    told = set(re.findall(r"`(MEWS_[A-Z_]+)`", (REPO_ROOT / "docs/settings.md").read_text()))
    assert told == read
