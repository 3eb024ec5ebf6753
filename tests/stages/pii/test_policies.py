"""What stands in the place of private data is stable, cannot be mistaken, and stays when it is scrubbed again."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mews import recipe_loader as recipes
from pipeline.errors import UsageError
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source
from stages import pii
from stages.pii.resolve import RESOLVERS
from tests.helpers.private import labelled_texts


def rewritten(scrub: pii.Scrub, texts: list[str]) -> list[str]:
    return scrub(pa.table({"text": texts}))["text"].to_pylist()


@pytest.mark.parametrize("policy", ["mask", "fake", "dolma"])
def test_scrubbing_twice_is_scrubbing_once(shared: Path, policy: str) -> None:
    once = rewritten(pii.scrub(policy), labelled_texts(shared))
    assert rewritten(pii.scrub(policy), once) == once


def test_fakes_are_kept_and_not_counted() -> None:
    scrub = pii.scrub("fake")
    faked = rewritten(scrub, ["kim@corp.com, (212) 664-7665, 4929 1167 7150 0893, DE02 1203 0000 0000 2020 51"])
    again = scrub(pa.table({"text": faked}))
    assert again["text"].to_pylist() == faked
    assert [dict(row) for row in again["counts"].to_pylist()] == [{}]


def test_a_placeholder_that_stands_in_a_page_is_no_other_value() -> None:
    page = "We write <EMAIL_1> and <PHONE_7> for kim@corp.com and (212) 664-7665, and kim@corp.com again."
    expected = "We write <EMAIL_1> and <PHONE_7> for <EMAIL_2> and <PHONE_8>, and <EMAIL_2> again."
    assert rewritten(pii.scrub(), [page]) == [expected]


def test_values_in_other_scripts_and_with_unseen_characters_are_the_same_value() -> None:
    page = "Tel. 030 901820, Tel. ０３０−９０１８２０; ki\xadm@corp.com kim@corp.com"
    assert rewritten(pii.scrub(), [page]) == ["Tel. <PHONE_1>, Tel. <PHONE_1>; <EMAIL_1> <EMAIL_1>"]


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ("pii=hide", "mask, fake, fineweb, dolma, or none"),
        ("pii_types=email,name", "email, iban, card"),
        ("pii_drop_above=-1", "0 or more"),
    ],
)
def test_a_recipe_refuses_what_it_does_not_know_in_one_line(argument: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        recipes.load_recipe("recipes.refinedweb", [argument])
    assert "\n" not in str(refused.value)


def test_a_recipe_chooses_policy_types_and_limit() -> None:
    assert pii.scrub_steps("none") == ()
    assert pii.scrub_steps("fake", ("ip", "email"), 5) == (pii.Scrub("fake", ("email", "ip"), drop_above=5),)
    assert pii.scrub_steps("mask") == (pii.scrub(),)


def test_no_file_of_a_run_holds_a_value_that_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = [f"kim{n}@corp.com" for n in range(8)]
    schema = pa.schema([("id", pa.string()), ("text", pa.string())])
    texts = ["Ask kim0@corp.com", " ".join(values), "kim1@corp.com and 2001:4860:4860::8888"]

    def read(_: str) -> Iterator[pa.Table]:
        yield pa.table({"id": ["kept", "dropped", "ill"], "text": texts}, schema)

    def refuse(text: str, start: int, end: int) -> None:
        raise ValueError(f"cannot judge {text}")

    monkeypatch.setitem(RESOLVERS, "IP_ADDRESS", refuse)
    stage = Map("clean", Source(("one",), read, schema), (pii.scrub(drop_above=5),))
    stats = run(stage, root=str(tmp_path), runner=Local())["clean"]
    assert stats.counts == {"email": 9} and stats.rows_out == 1
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    tables = {path: str(pq.read_table(path).to_pylist()) for path in written if path.read_bytes().startswith(b"PAR1")}
    said = "".join(tables.get(path) or path.read_text() for path in written)
    assert "pii:too_many" in said and "pii:ValueError" in said
    assert not [value for value in values if value in said]
