"""What the look at a page's language before extraction saves and loses: `python -m benchmarks.screen FOLDER [PAGES]`.

FOLDER holds `realweb/*.warc.gz`. Times are CPU times, so that other work on the machine does not count.
"""

import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.hashing import hash64
from stages import extract, language, warc


def table(folder: str | Path, pages: int | None = 1_000, wanted: str = "en") -> str:
    """A Markdown table over the pages, or the first ones by a hash of their id."""
    rows = realweb(folder, pages)
    screen, transform = language.screen_html(wanted), extract.text()
    screen(rows.slice(0, 1))
    started = time.process_time()
    dropped = [reason is not None for reason in screen(rows)["reason"].to_pylist()]
    looking = time.process_time() - started
    answers = [transform.answer(row["html"], row["charset"], row["url"]) for row in rows.to_pylist()]
    said = [language.most_likely(answer.get("text", "")) for answer in answers]
    kept = [code == wanted and score >= 0.65 for code, score in said]
    all_of_it = sum(answer.get("cpu", 0.0) for answer in answers)
    rest = looking + sum(answer.get("cpu", 0.0) for answer, out in zip(answers, dropped, strict=True) if not out)
    lost = sum(out and keep for out, keep in zip(dropped, kept, strict=True))
    skipped = sum(dropped) - lost
    others = len(kept) - sum(kept)
    return "\n".join(
        [
            f"{len(kept)} pages, {sum(kept)} of them kept as {wanted}.",
            "",
            "| | pages/s of one core | kept pages lost | other pages not extracted |",
            "|---|---|---|---|",
            f"| extraction | {len(kept) / all_of_it:.0f} | 0 | 0 |",
            f"| screen, then extraction | {len(kept) / rest:.0f} | {lost} ({100 * lost / max(sum(kept), 1):.2f} %) "
            f"| {skipped} ({100 * skipped / max(others, 1):.1f} %) |",
            "",
        ]
    )


def realweb(folder: str | Path, pages: int | None) -> pa.Table:
    """id, url, html and charset of the pages."""
    paths = sorted((Path(folder) / "realweb").glob("*.warc.gz"))
    columns = ["id", "url", "html", "charset", "reason", "error"]
    rows = pa.concat_tables(table.select(columns) for path in paths for table in warc.read_pages(path, path.name))
    rows = rows.filter(pc.and_(rows["reason"].is_null(), rows["error"].is_null())).drop_columns(["reason", "error"])
    return rows.take(pa.array(hash64(rows["id"]).argsort(kind="stable")[:pages]))


if __name__ == "__main__":
    print(table(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000))
