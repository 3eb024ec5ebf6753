"""Figures of tokenizers: checked by hand on texts small enough, and pages that must find what is wrong."""

from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import ByteLevel

from report.tokenizers import bars, comparison_page, quoted_token
from tokenizer.evaluate import Size, evaluate, junk, longest, undertrained
from tokenizer.sample import Row


def by_bytes(*merges: tuple[str, str]) -> Tokenizer:
    """A token a byte, and these merges."""
    tokens = [*sorted(ByteLevel.alphabet()), *(a + b for a, b in merges)]
    tokenizer = Tokenizer(BPE({t: i for i, t in enumerate(tokens)}, list(merges)))
    tokenizer.pre_tokenizer, tokenizer.decoder = ByteLevel(add_prefix_space=False), ByteLevelDecoder()
    return tokenizer


ROWS = [Row("1", "web", "en", "the cat"), Row("2", "web", "fr", "été 😀"), Row("3", "code", "", "the = \ufffd")]


def test_sums_are_those_counted_by_hand():
    found = evaluate({"bytes": by_bytes(), "the": by_bytes(("t", "h"), ("th", "e"))}, ROWS)
    assert found["bytes"].by["web", "en"] == Size(7, 2, 7)
    assert found["the"].by["web", "en"] == Size(7, 2, 5)
    assert found["bytes"].by["web", "fr"] == Size(10, 2, 10)
    assert found["the"].total(domain="web") == Size(17, 4, 15)
    assert found["the"].total().tokens == 15 + 7
    assert (
        found["bytes"].total(language="en").bytes_per_token == 1 and found["the"].total(language="en").fertility == 2.5
    )
    assert found["the"].broken == []


def test_use_of_the_vocabulary():
    found = evaluate({"the": by_bytes(("t", "h"), ("th", "e"), ("q", "q"))}, ROWS[:1])["the"]
    assert found.uses.sum() == 5 and found.used == 5 / 259


def test_a_text_that_does_not_come_back_is_named():
    lossy = by_bytes()
    lossy.normalizer = Lowercase()
    assert evaluate({"lossy": lossy}, [Row("low", "web", "en", "abc"), Row("high", "web", "en", "ABC")])[
        "lossy"
    ].broken == ["high"]


def test_odd_tokens_are_found():
    steps = [("=", "="), ("==", "=="), ("====", "====")]
    tokenizer = by_bytes(("t", "h"), *steps, ("©", "a"))
    assert longest(tokenizer, 1) == ["========"]
    assert junk(tokenizer) == ["========", "\ufffda"]
    uses = evaluate({"t": tokenizer}, [Row("1", "web", "en", "the ========")])["t"].uses
    assert undertrained(tokenizer, uses) == ["==", "====", "\ufffda"]


def test_the_page_holds_every_tokenizer_and_group_and_escapes_tokens():
    tokenizers = {"one": by_bytes(("<", "b")), "two": by_bytes()}
    html = comparison_page(tokenizers, evaluate(tokenizers, [*ROWS, Row("4", "<x>", "en", "<b>")]))
    assert all(name in html for name in ("one", "two", "web", "code", "fr", "&lt;x&gt;", "<svg"))
    assert "<x>" not in html and "<b" not in html.replace("<body", "").replace("<b>", "").replace("<br", "")


def test_a_very_long_token_is_shown_by_its_beginning():
    assert quoted_token("-" * 300) == "'" + "-" * 40 + "'… 300 characters" and quoted_token("a\n") == "'a\\n'"


def test_bars_are_in_proportion():
    svg = bars({"web": [2.0, 4.0]}, ["a", "b"])
    assert 'width="250.0"' in svg and 'width="500.0"' in svg
