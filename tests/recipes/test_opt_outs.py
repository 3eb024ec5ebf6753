"""The argument `opt_outs` of the recipes: what becomes of pages that say noai and the like."""

import pytest

from pipeline.funnel import funnel
from pipeline.run import plan, run
from pipeline.runner import Local
from recipes import fineweb, refinedweb
from tests.helpers.warc_maker import members, record, response

PAGES = {
    "plain": "",
    "tag": '<meta name="robots" content="noai, noimageai">',
    "free": '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">',
}


@pytest.fixture
def snapshot(tmp_path):
    parts = []
    for number, (name, head) in enumerate(PAGES.items()):
        words = f"The people of the town met at the bridge in the morning and talked about the {name} road. " * 9
        page = f"<html><head>{head}<title>x</title></head><body><article><p>{words}</p></article></body></html>"
        parts.append(record(response(page.encode()), number=number))
    header = "Content-Type: text/html\r\ntdm-reservation: 1"
    parts.append(record(response(page.encode(), header), number=9))
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"".join(members(parts)))
    return str(path)


def reasons(snapshot, root, recipe, **arguments) -> tuple[int, dict[str, int]]:
    """Pages that the first stage keeps, and those that left it by their reason."""
    made = recipe(snapshot, **arguments)
    raw = next(stage for stage in plan(*(made if isinstance(made, tuple) else (made,))) if stage.name == "raw")
    run(raw, root=str(root), runner=Local(), about={"recipe": "recipes", "arguments": []})
    lines = [line for line in funnel(str(root)) if line.stage == "raw"]
    dropped = {reason: size.rows for line in lines for reason, size in line.dropped.items()}
    return lines[-1].kept.rows, dropped


@pytest.mark.parametrize("recipe", [refinedweb.recipe, fineweb.recipe])
def test_pages_that_opt_out_are_kept_dropped_or_chosen(snapshot, tmp_path, recipe):
    assert reasons(snapshot, tmp_path / "default", recipe) == (4, {})
    assert reasons(snapshot, tmp_path / "keep", recipe, opt_outs="keep") == (4, {})
    dropped = {"opt_outs:noai": 1, "opt_outs:tdm_reservation": 1}
    assert reasons(snapshot, tmp_path / "drop", recipe, opt_outs="drop") == (2, dropped)
    assert reasons(snapshot, tmp_path / "only", recipe, opt_outs="only") == (2, {"opt_outs:none": 2})
