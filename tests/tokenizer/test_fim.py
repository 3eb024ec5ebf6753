"""Fill in the middle: pieces that can be put together again, and never a marker without the other two."""

import random

import numpy as np
import pytest

from pipeline.errors import UsageError
from tests.tokenizer.test_train import ODD
from tokenizer.encode import Encoder, encoder, shared_tokenizer
from tokenizer.fim import FillInMiddle, FimPage
from tokenizer.pack import PlainPage, concatenate, cut_pages
from tokenizer.train import END, FALCON_SPECIAL, FIM_SPECIAL, TokenizerConfig, train


def program(seed: int, lines: int) -> str:
    chosen = random.Random(seed)
    words = ["".join(chosen.choice("abcdeé日😀_ ") for _ in range(chosen.randint(1, 9))) for _ in range(3 * lines)]
    triples = zip(words[::3], words[1::3], words[2::3], strict=True)
    return "".join(f"def {a}({b}):\n    return {c} + {chosen.randrange(99)} + 1_000\n" for a, b, c in triples)


def made(folder, special: tuple[str, ...]) -> Encoder:
    texts = [program(n, 30) for n in range(20)]
    tokenizer = train(texts, TokenizerConfig(700, special=special, min_frequency=1))
    (folder / "tokenizer.json").write_text(tokenizer.to_str())
    return encoder(str(folder))


@pytest.fixture(scope="module", params=[(END, *FIM_SPECIAL), FALCON_SPECIAL], ids=["common", "falcon"])
def encode(tmp_path_factory, request) -> Encoder:
    return made(tmp_path_factory.mktemp("tokenizer"), request.param)


def decoded(encode: Encoder, numbers: list[int]) -> str:
    return shared_tokenizer(encode.folder, encode.name, encode.digest).decode(numbers, skip_special_tokens=False)


def put_back(encode: Encoder, piece: np.ndarray) -> tuple[str, bool]:
    """The text that a piece was before its middle was put last, and whether the suffix comes first."""
    prefix, suffix, middle = (number for _, number in encode.markers)
    numbers = piece.tolist()
    assert [numbers.count(n) for n in (prefix, suffix, middle, encode.end)] == [1, 1, 1, 1] and numbers[
        -1
    ] == encode.end
    assert numbers[0] == prefix and numbers.index(suffix) < numbers.index(middle)
    head, rest = numbers[1 : numbers.index(suffix)], numbers[numbers.index(suffix) + 1 : -1]
    tail, last = rest[: rest.index(middle)], rest[rest.index(middle) + 1 :]
    return decoded(encode, head) + decoded(encode, last) + decoded(encode, tail), not head


def test_a_text_can_be_put_back(encode):
    fim = FillInMiddle(encode, 1.0)
    texts = [program(n, 1 + n % 5) for n in range(300)]
    back = [put_back(encode, fim.tokens(f"p{n}", text)) for n, text in enumerate(texts)]
    assert [text for text, _ in back] == texts
    assert 110 < sum(suffix_first for _, suffix_first in back) < 190


def test_the_rate_is_kept_and_another_seed_chooses_others(encode):
    chosen = [
        [FillInMiddle(encode, 0.3, seed=s).parts(f"p{n}", "x" * 40) is not None for n in range(4_000)] for s in (0, 1)
    ]
    assert all(sum(each) / 4_000 == pytest.approx(0.3, abs=0.025) for each in chosen) and chosen[0] != chosen[1]


def test_too_short_a_text_has_no_middle(encode):
    fim = FillInMiddle(encode, 1.0)
    assert fim.parts("a", "x" * 31) is None is fim.tokens("a", "x" * 31)
    parts, _ = fim.parts("a", "x" * 32)  # type: ignore[misc]
    assert "".join(parts) == "x" * 32


def test_markers_in_a_text_are_text(encode):
    text = "".join(marker for marker, _ in encode.markers) * 3 + "<|endoftext|>" * 3
    piece = FillInMiddle(encode, 1.0).tokens("a", text)
    assert put_back(encode, piece)[0] == text


def whole(encode: Encoder, pieces: list[np.ndarray]) -> str:
    """The text that pieces of a page make up."""
    marks, text, plain = {number for _, number in encode.markers}, "", []
    for piece in pieces:
        if marks & set(piece.tolist()):
            text, plain = text + decoded(encode, plain) + put_back(encode, piece)[0], []
        else:
            plain += piece.tolist()  # they may be cut within a character
    return text + decoded(encode, plain[:-1] if plain[-1:] == [encode.end] else plain)


@pytest.mark.parametrize("room", [40, 64, 257])
@pytest.mark.parametrize("method", ["cut", "concatenate"])
def test_pieces_fit_and_nothing_of_a_page_is_lost(encode, room, method):
    fim, texts = FillInMiddle(encode, 0.7), [*(program(n, 12) for n in range(12)), *ODD[3:], "x"]
    pages = [FimPage(fim, f"p{n}", text, 0, len(encode([text])[0])) for n, text in enumerate(texts)]
    if method == "cut":
        pieces, owners = cut_pages(pages, room)
    else:
        pieces, owners, sequences = concatenate(pages, room)
        assert all(sum(len(pieces[p]) for p in s) == room for s in sequences[:-1])
    assert max(map(len, pieces)) <= room
    marks = [number for _, number in encode.markers]
    held = [sum(np.isin(piece, marks)) for piece in pieces]
    assert set(held) == {0, 3} and held.count(3) > 8
    for n, text in enumerate(texts):
        mine = [piece for piece, owner in zip(pieces, owners, strict=True) if owner == n]
        assert whole(encode, mine) == text


def test_what_is_taken_is_what_was_asked_for(encode):
    """A phase may begin and end within a page, and between the bytes of a character."""
    fim, text = FillInMiddle(encode, 1.0), program(3, 20)
    numbers = encode([text])[0]
    for start, stop in ((0, 50), (7, 300), (300, len(numbers)), (len(numbers) - 1, len(numbers))):
        page, at, used = FimPage(fim, "p", text, start, stop), 0, []
        assert len(page) == stop - start
        while at < len(page):
            piece, taken = page.take(at, 64)
            assert 1 <= taken <= 64 and 1 <= len(piece) <= 64
            used.append(taken)
            at += taken
        assert sum(used) == stop - start
    plain = FimPage(FillInMiddle(encode, 0.0), "p", text, 5, 60)
    assert (plain.take(3, 10)[0] == PlainPage(numbers[5:60]).take(3, 10)[0]).all()


def test_a_tokenizer_without_markers_is_refused(tmp_path):
    with pytest.raises(UsageError, match="has no special tokens for fill-in-the-middle") as refused:
        FillInMiddle(made(tmp_path, (END,)), 0.5)
    assert str(tmp_path) in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("rate", [-0.1, 1.1])
def test_a_rate_is_a_share(encode, rate):
    with pytest.raises(UsageError, match=f"fim={rate}"):
        FillInMiddle(encode, rate)
