"""Which token ends a text: what the files beside a tokenizer say, known names, or what a person says."""

import json

import pytest
from tokenizers import AddedToken, Tokenizer
from tokenizers.models import BPE

from pipeline.errors import UsageError
from tokenizer.special_tokens import END_OF_TEXT, FIM_MARKERS, end_of_text, fim_markers, padding


def with_special(*names: str, plain: tuple[str, ...] = ()) -> Tokenizer:
    tokenizer = Tokenizer(BPE({"a": 0, "b": 1}, []))
    tokenizer.add_tokens([AddedToken(name) for name in plain])
    tokenizer.add_special_tokens(list(names))
    return tokenizer


def end(tokenizer: Tokenizer, config: object = None, special: object = None, asked: str = "") -> str | None:
    files = {"tokenizer_config.json": config, "special_tokens_map.json": special}
    settings = {name: json.dumps(said).encode() for name, said in files.items() if said is not None}
    return tokenizer.id_to_token(end_of_text(tokenizer, settings, "t/tokenizer.json", asked))


@pytest.mark.parametrize("name", END_OF_TEXT)
def test_known_names_are_found(name):
    assert end(with_special("<unk>", "<pad>", name, "<bos>")) == name


@pytest.mark.parametrize(
    ("special", "wanted"),
    [
        (["<pad>", "<eos>", "<bos>", "<unk>"], "<eos>"),  # Gemma
        (["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"], "<|end_of_text|>"),  # Llama 3
        (["<|endoftext|>", "<|im_start|>", "<|im_end|>"], "<|endoftext|>"),  # Qwen
        (["<s>", "</s>", "<unk>"], "</s>"),  # Llama 2, Mistral
        (["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"], "<｜end▁of▁sentence｜>"),  # DeepSeek
    ],
)
def test_the_end_of_a_text_comes_before_that_of_a_turn(special, wanted):
    assert end(with_special(*special)) == wanted


def test_the_files_beside_it_say_more_than_a_name():
    tokenizer = with_special("<|endoftext|>", "<stop>", "<halt>")
    assert end(tokenizer, {"eos_token": "<stop>"}) == "<stop>"
    assert end(tokenizer, {"eos_token": {"content": "<stop>", "lstrip": False}}) == "<stop>"
    assert end(tokenizer, {}, {"eos_token": {"content": "<halt>"}}) == "<halt>"
    assert end(tokenizer, {"eos_token": "<stop>"}, {"eos_token": "<halt>"}) == "<stop>"
    assert end(tokenizer, {"eos_token": "<stop>"}, asked="<halt>") == "<halt>"


@pytest.mark.parametrize("config", [{}, {"eos_token": None}, {"eos_token": 5}, {"eos_token": {}}, [], "text"])
def test_files_that_say_nothing_are_passed_over(config):
    assert end(with_special("<eos>"), config) == "<eos>"
    assert end_of_text(with_special("<eos>"), {"tokenizer_config.json": b"no json"}, "t") == 2


def test_a_token_that_a_text_could_write_ends_none():
    tokenizer = with_special("<unk>", plain=("</s>",))
    with pytest.raises(UsageError, match=r"json has no token that ends a text: .*its special tokens are <unk>"):
        end(tokenizer)
    with pytest.raises(UsageError, match=r"has no special token </s>, which eos_token= says"):
        end(tokenizer, asked="</s>")
    with pytest.raises(UsageError, match=r"has no special token <stop>, which its tokenizer_config.json says"):
        end(with_special("<eos>"), {"eos_token": "<stop>"})
    with pytest.raises(UsageError, match="it has no special tokens"):
        end(with_special())


def markers(tokenizer: Tokenizer, config: object = None, asked: str = "") -> str:
    settings = {} if config is None else {"tokenizer_config.json": json.dumps(config).encode()}
    found = fim_markers(tokenizer, settings, "t/tokenizer.json", asked.split())
    assert [number for _, number in found] == [tokenizer.token_to_id(marker) for marker, _ in found]
    return " ".join(marker for marker, _ in found)


@pytest.mark.parametrize("family", FIM_MARKERS)
def test_markers_of_known_models_are_found(family):
    assert markers(with_special("<eos>", *reversed(family))) == " ".join(family)
    assert markers(with_special(*family[:2])) == ""
    assert markers(with_special(*family[:2], plain=family[2:])) == ""


def test_markers_are_those_of_the_files_or_those_that_a_person_names():
    tokenizer = with_special("<eos>", "<A>", "<B>", "<C>", *FIM_MARKERS[0], plain=("<word>",))
    said = {"suffix_token": "<B>", "prefix_token": "<A>", "middle_token": {"content": "<C>"}}
    assert markers(tokenizer, said) == "<A> <B> <C>"
    assert markers(tokenizer, said | {"middle_token": "<none>"}) == " ".join(FIM_MARKERS[0])
    assert markers(tokenizer, said, "<C> <A> <eos>") == "<C> <A> <eos>"
    for asked in ("<A> <B>", "<A> <B> <B>", "<A> <B> <C> <eos>"):
        with pytest.raises(UsageError, match=f"fim_markers={asked}: give three, of prefix, suffix and middle"):
            markers(tokenizer, said, asked)
    with pytest.raises(UsageError, match="has no special token <word>, which fim_markers= names; a page's text could"):
        markers(tokenizer, said, "<A> <B> <word>")


def test_padding_is_what_a_person_or_the_files_name_else_the_end():
    tokenizer = with_special("<eos>", "<pad>", "<fill>", plain=("<word>",))
    files = {"special_tokens_map.json": json.dumps({"pad_token": {"content": "<pad>"}}).encode()}
    number = tokenizer.token_to_id
    assert padding(tokenizer, {}, "t", 7) == 7
    assert padding(tokenizer, files, "t", 7) == number("<pad>")
    assert padding(tokenizer, files, "t", 7, "<fill>") == number("<fill>")
    assert padding(tokenizer, {"tokenizer_config.json": b'{"pad_token": "<word>"}'}, "t", 7) == 7
    with pytest.raises(UsageError, match="t has no special token <word>, which pad_token= says fills a sequence; its"):
        padding(tokenizer, files, "t", 7, "<word>")
