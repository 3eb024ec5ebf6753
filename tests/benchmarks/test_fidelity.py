"""The measured part of docs/fidelity.md: parts that are not asked for stay as they were."""

import re
from pathlib import Path

from benchmarks import fidelity


def test_only_the_parts_asked_for_are_made_anew(monkeypatch, tmp_path: Path):
    made = list[Path]()

    def make(folder: Path) -> str:
        made.append(folder)
        return "| new |\n|---|\n\ntext\n"

    monkeypatch.setattr(fidelity, "PARTS", {"a": ("First", make), "b": ("Second: it", make), "c": ("Third", make)})
    before = fidelity.measured(fidelity.measure(tmp_path, ["a", "b", "c"]), "")
    assert before == "".join(f"\n## {name}\n\n| new |\n|---|\n\ntext\n" for name in ("First", "Second: it", "Third"))
    old = before.replace("new", "old")
    after = fidelity.measured(fidelity.measure(tmp_path, ["b"]), old)
    assert after == old.replace("Second: it\n\n| old |", "Second: it\n\n| new |") and made == [tmp_path] * 4


def test_the_document_has_a_place_for_every_part():
    measured = fidelity.DOCUMENT.read_text().partition(fidelity.MARK)[2]
    assert re.findall(r"(?m)^## (.*)$", measured) == [title for title, _ in fidelity.PARTS.values()]
