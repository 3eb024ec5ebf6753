"""The recipe of mathematics: pages with formulas of every kind come out as Markdown, prices and code do not."""

from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum.where import Where
from pipeline.funnel import funnel
from pipeline.run import run
from pipeline.runner import Local
from recipes import math, refinedweb
from sample.texts import articles
from tests.helpers.warc_maker import members, record, response

TEX = "<p>Let us look at {0}, where it is easy to see that {1} holds, and that {2} follows from it at once.</p>"
KATEX = "<span class=katex><math><annotation encoding='application/x-tex'>{0}</annotation></math><b>{0}</b></span>"
PICTURE = "<img class='mwe-math-fallback-image-inline' alt='{{\\displaystyle {0}}}' src='/media/math/render/svg/1'>"
WAYS = {
    "mathml": ("<math><msup><mi>x</mi><mn>2</mn></msup></math>", "<math><mi>a</mi><mo>≤</mo><mi>b</mi></math>",
               "<math alttext='\\frac{1}{2}'><mn>0</mn></math>"),
    "katex": (KATEX.format("x^2"), KATEX.format("a\\leq b"), KATEX.format("\\frac{1}{2}")),
    "scripts": tuple(f"<script type='math/tex'>{tex}</script>" for tex in ("x^2", "a\\leq b", "\\frac{1}{2}")),
    "pictures": (PICTURE.format("x^2"), PICTURE.format("a\\leq b"), PICTURE.format("\\frac {1}{2}")),
    "written": ("\\(x^2\\)", "$ a \\leq b $", "\\(\\displaystyle \\frac{1}{2}\\)"),
}  # fmt: skip
OTHERS = {
    "prices": "<p>Each costs $5 or $6, with katex and latex from $7 to $8, or $9 for a \\frac of the price.</p>",
    "code": "<script>katex</script><pre>echo $x^2$ $y_{1}$ $z_{2}$</pre>",
    "one": f"<p>There is one {KATEX.format('n')} here.</p>",
    "prose": "<p>There is nothing of the kind on this page.</p>",
}


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    bodies = {name: TEX.format(*ways) for name, ways in WAYS.items()} | OTHERS
    texts = [
        escape(article.text)
        for article in articles()
        if 200 < len(article.text.split()) < 400 and "$" not in article.text
    ]
    pages = (
        f"<html><body><article><h1>On {name}</h1><p>{text}</p>{body}</article></body></html>"
        for text, (name, body) in zip(texts[::9], bodies.items(), strict=False)
    )
    parts = [record(response(page.encode()), number=n, WARC_Target_URI=f"http://{name}/on-numbers")
             for n, (name, page) in enumerate(zip(bodies, pages, strict=True))]  # fmt: skip
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"".join(members(parts)))
    return str(path)


def published(root: Path, name: str) -> pa.Table:
    return pa.concat_tables(pq.read_table(path) for path in root.glob(f"{name}/data/*.parquet"))


def test_pages_with_formulas_come_out_with_their_latex(snapshot: str, tmp_path: Path):
    run(math.recipe(snapshot), root=str(tmp_path), runner=Local(), about={"recipe": "recipes.math", "arguments": []})
    rows = {urlsplit(row["url"]).hostname: row for row in published(tmp_path, "math").to_pylist()}
    assert rows.keys() == WAYS.keys()
    for name, row in rows.items():
        wanted = "x^{2}" if name == "mathml" else "x^2", "a\\leq b", "\\frac{1}{2}"
        said = row["content"].replace("a \\leq", "a\\leq").replace("frac {", "frac{")
        assert [f"${tex}$" in said for tex in wanted] == [True] * 3, said
        assert row["formula_count"] == 3 and row["language"] == "en"
    dropped = {reason: size.rows for line in funnel(str(tmp_path)) for reason, size in line.dropped.items()}
    assert dropped == {"extract.formula_signs:none": 1, "formulas:few": 3}


def test_mathematics_is_a_part_of_a_refinedweb(snapshot: str, tmp_path: Path):
    stages = refinedweb.recipe(snapshot, markdown=True, labels=True, columns=("formula*", "page_type"))
    run(*stages, root=str(tmp_path), runner=Local(), about={"recipe": "recipes.refinedweb", "arguments": []})
    table = published(tmp_path, "refinedweb")
    assert table.schema.names[-3:] == ["formulas", "formula_count", "page_type"]
    chosen = Where("formulas >= 0.02 and formula_count >= 3").rows(table)["url"].to_pylist()
    assert {urlsplit(url).hostname for url in chosen} == WAYS.keys()
    assert len(table) == len(WAYS) + len(OTHERS)
