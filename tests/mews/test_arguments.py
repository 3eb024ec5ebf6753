"""Arguments of recipes: read by their types, refused in one line, listed as they are typed."""

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Optional

import pytest

from mews.arguments import accepted_values, convert_arguments, list_arguments, missing
from pipeline.errors import UsageError


class Colour(Enum):
    red = 1
    blue = 2


def annotated(
    whole: int,
    part: float,
    yes: bool,
    text: str,
    path: Path,
    maybe: int | None,
    old_style: Optional[float],  # noqa: UP045
    names: tuple[str, ...],
    numbers: list[int],
    wide: Sequence[float],
    either: int | str,
    mode: Literal["fast", "slow"],
    level: Literal[1, 2],
    mixed: Literal["all"] | int,
    colour: Colour,
    anything: Any,
) -> None: ...


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("whole=5", 5),
        ("whole=-5", -5),
        ("whole=1_000", 1000),
        ("part=0.5", 0.5),
        ("part=1e-6", 1e-6),
        ("part=3", 3.0),
        ("yes=true", True),
        ("yes=False", False),
        ("text=5", "5"),
        ("text=a=b", "a=b"),
        ("text=", ""),
        ("path=a/b", Path("a/b")),
        ("maybe=5", 5),
        ("maybe=none", None),
        ("maybe=", None),
        ("old_style=None", None),
        ("old_style=0.25", 0.25),
        ("names=en", ("en",)),
        ("names=en,de,", ("en", "de")),
        ("names=", ()),
        ("numbers=1,2", [1, 2]),
        ("wide=1,2.5", (1.0, 2.5)),
        ("either=5", 5),
        ("either=five", "five"),
        ("mode=slow", "slow"),
        ("level=2", 2),
        ("mixed=all", "all"),
        ("mixed=7", 7),
        ("colour=blue", Colour.blue),
        ("anything=5", "5"),
    ],
)
def test_a_value_has_the_annotated_type(argument: str, value: Any):
    (got,) = convert_arguments(annotated, [argument]).values()
    assert got == value and type(got) is type(value)


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("whole=many", "whole=many: give a whole number"),
        ("whole=5.5", "give a whole number"),
        ("whole=", "give a whole number"),
        ("part=half", "give a number"),
        ("yes=maybe", "give true or false"),
        ("yes=1", "give true or false"),
        ("maybe=some", "give a whole number or none"),
        ("numbers=1,two", "give a list with commas between, each a whole number"),
        ("mode=medium", "give one of fast, slow"),
        ("level=3", "give one of 1, 2"),
        ("mixed=some", "give one of all or a whole number"),
        ("colour=green", "give one of red, blue"),
        ("hue=blue", "'hue=blue' is no argument of this recipe; write name=value with one of: whole, part"),
        ("whole", "'whole' is no argument of this recipe"),
    ],
)
def test_another_value_is_refused_with_what_to_give(argument: str, said: str):
    with pytest.raises(UsageError) as refused:
        convert_arguments(annotated, [argument])
    assert said in str(refused.value) and "\n" not in str(refused.value)


def untyped(most=5, share=0.5, yes=False, text="a", codes=("en",), sizes=(1, 2), nothing=None, *, only=3, **others): ...


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("most=7", 7),
        ("share=1", 1.0),
        ("yes=true", True),
        ("text=7", "7"),
        ("codes=de,fr", ("de", "fr")),
        ("sizes=3", (3,)),
        ("nothing=x", "x"),
        ("nothing=none", None),
        ("only=4", 4),
    ],
)
def test_without_annotation_a_value_has_the_type_of_the_default(argument: str, value: Any):
    (got,) = convert_arguments(untyped, [argument]).values()
    assert got == value and type(got) is type(value)


@pytest.mark.parametrize("argument", ["most=x", "share=x", "yes=x", "sizes=x", "others=1"])
def test_a_value_of_another_type_than_the_default_is_refused(argument: str):
    with pytest.raises(UsageError):
        convert_arguments(untyped, [argument])


def test_an_argument_that_no_text_can_give_is_refused():
    def recipe(filters={}, more=object()): ...  # noqa: B006, B008

    for argument in ("filters=a", "more=a"):
        with pytest.raises(UsageError, match="in a recipe file of your own"):
            convert_arguments(recipe, [argument])


def test_what_is_missing_is_what_has_no_default():
    def recipe(snapshot: str, files: int, language: str = "en"): ...

    assert missing(recipe, convert_arguments(recipe, ["files=3"])) == ["snapshot"]


def test_the_list_shows_defaults_as_they_are_typed():
    def recipe(
        snapshot: str,
        files: int | None = None,
        language: tuple[str, ...] = ("en", "de"),
        signals: bool = True,
        mode: Literal["a", "b"] = "a",
        colour: Colour = Colour.red,
        most=5,
    ): ...

    assert list(list_arguments(recipe)) == [
        ("snapshot=", "text (needed)"),
        ("files=none", "a whole number or none"),
        ("language=en,de", "a list with commas between"),
        ("signals=true", "true or false"),
        ("mode=a", "one of a, b"),
        ("colour=red", "one of red, blue"),
        ("most=5", "a whole number"),
    ]
    given = [shown for shown, _ in list_arguments(recipe)][1:]
    defaults = (None, ("en", "de"), True, "a", Colour.red, 5)
    assert tuple(convert_arguments(recipe, given).values()) == defaults, "what is shown can be typed"


def test_every_kind_of_value_has_a_name():
    assert accepted_values(Path) == "a path" and accepted_values(Any) == "text"
