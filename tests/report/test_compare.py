"""Two runs side by side: equal steps on one line, others where they stand, and the overlap of what they kept."""

from pipeline.funnel import Line
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stats import Size
from report.compare import compare, comparison_lines, side_by_side, steps_beside
from tests.helpers.corpus import Corpus
from tests.helpers.judged import made, stages


def told_lines(*asked) -> str:
    """What a person is told."""
    return "\n".join(comparison_lines(compare(*asked)))


def line(stage: str, step: str, rows: int, tokens: int = 0) -> Line:
    return Line(stage, step, Size(rows, tokens), {}, {})


def test_equal_steps_stand_on_one_line():
    first = [line("raw", "read", 1000), line("raw", "url", 900), line("raw", "language", 500, 7000)]
    second = [line("raw", "read", 1000), line("raw", "language", 600, 8000), line("filtered", "gopher", 300, 4000)]
    assert list(steps_beside(list(side_by_side(first, second)))) == [
        ("raw", "", "", "", "", ""),
        ("  read", "1,000", "1,000", "+0", "", ""),
        ("  url", "900", "-", "", "", "-"),
        ("  language", "500", "600", "+100", "7,000", "8,000"),
        ("filtered", "", "", "", "", ""),
        ("  gopher", "-", "300", "", "-", "4,000"),
    ]


def test_steps_of_one_name_in_two_stages_are_two():
    first, second = [line("a", "step", 1)], [line("b", "step", 1)]
    assert [row[1:3] for row in steps_beside(list(side_by_side(first, second))) if row[1]] == [("1", "-"), ("-", "1")]


def test_a_run_is_kept_alike_with_itself(corpus: Corpus):
    root, _ = made(corpus)
    told = told_lines(root, root).splitlines()
    assert told[:2] == [f"{root}: own"] * 2
    assert told[-1] == "kept by both 5, by the first alone 0, by the second alone 0 (Jaccard 1.000)"


def test_what_only_one_run_kept_is_counted(corpus: Corpus):
    root, _ = made(corpus)
    filtered = next(stage for stage in stages(corpus) if stage.name == "filtered")
    other = str(corpus.folder / "other")
    run(filtered, root=other, runner=Local())
    told = told_lines(root, other).splitlines()
    assert told[-1] == "kept by both 5, by the first alone 0, by the second alone 2 (Jaccard 0.714)"
    assert next(row.split() for row in told if row.split()[:1] == ["near"])[:3] == ["near", "5", "-"]


def test_pages_of_all_parts_of_a_run_are_compared(corpus: Corpus):
    """A run may publish several languages: what each of them kept counts."""
    from pipeline.stage import Map

    pages = corpus.source([{"id": f"{code}{n}", "url": code, "text": code} for code in ("en", "de") for n in range(3)])
    english, german = (Map(f"clean.{code}", pages, where={"url": code}) for code in ("en", "de"))
    both, one = str(corpus.folder / "both"), str(corpus.folder / "one")
    run(english, german, root=both, runner=Local())
    run(german, root=one, runner=Local())
    assert told_lines(both, one).endswith("kept by both 3, by the first alone 3, by the second alone 0 (Jaccard 0.500)")
