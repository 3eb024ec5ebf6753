"""Synthetic tasks: what is asked for stands in the text once, and the answer is right."""

import random
import re

import pytest

from curriculum.tasks.kinds import KINDS, NUMBER_WORDS, copying, counting, key_value, ordering, retrieval

PAGES = [
    [f"The {n}th chapter of the chronicle tells of winter {1800 + n} and of the harvest after it." for n in range(40)],
    [f"A second page, whose paragraph {n} is about the mill." for n in range(5)],
]


def made(kind, number: int = 60) -> list:
    return [kind(PAGES, random.Random(n)) for n in range(number)]


@pytest.mark.parametrize("name", KINDS)
def test_a_task_depends_on_its_paragraphs_and_seed_alone(name):
    kind = KINDS[name]
    assert kind(PAGES, random.Random(5)) == kind(PAGES, random.Random(5))
    assert len({task.text for task in made(kind)}) > 55
    assert all(task.text.endswith(f"{task.question}\n{task.answer}") for task in made(kind))


@pytest.mark.parametrize("name", [name for name in KINDS if name != "ordering"])
def test_the_paragraphs_are_all_there_in_their_order(name):
    for task in made(KINDS[name]):
        at = [task.body.find(paragraph) for page in PAGES for paragraph in page]
        assert min(at) >= 0 and at == sorted(at)


def test_a_planted_fact_is_found_again():
    for task in made(retrieval):
        thing = re.search(r"(?:does|is) the (\w+ \w+)", task.question)[1]
        (found,) = re.findall(rf"The {thing} in (\w+) has the number (\d+)\.", task.body)
        assert task.answer in (found[1], f"{found[0]}, {found[1]}")
        assert len(re.findall(r"has the number", task.body)) == 8, "others stand beside it"
    assert {"," in task.answer for task in made(retrieval)} == {True, False}


def test_parts_put_in_the_answers_order_are_the_page():
    sizes = set()
    for task in made(ordering):
        pieces = re.split(r"\[Part ([A-Z])\]\n", task.body)
        others = [paragraph for paragraph in task.body.split("\n\n") if "second page" in paragraph]
        assert others == PAGES[1], "the other page stands between the parts"
        parts = {
            letter: re.split(r"\n\n(?=A second)", text)[0].strip()
            for letter, text in zip(pieces[1::2], pieces[2::2], strict=True)
        }
        assert "\n\n".join(parts[letter] for letter in task.answer.split()) == "\n\n".join(PAGES[0])
        assert list(parts) == sorted(parts) != task.answer.split()
        assert f"parts A to {max(parts)} belong" in task.question
        sizes.add(len(parts))
    assert sizes == {3, 4, 5, 6, 7, 8, 9}
    assert len({task.answer for task in made(ordering) if len(task.answer.split()) == 6}) > 5


def test_two_paragraphs_have_no_order_to_be_asked_for():
    assert ordering([["one", "two"], ["three", "four"]], random.Random(0)) is None
    assert ordering([["one", "two", "three"]], random.Random(0))


def test_what_is_counted_stands_so_often_among_what_is_not():
    counted = set()
    for task in made(counting):
        line = re.search(r"that the (\w+ \w+) is here", task.question)[1]
        times = task.body.count(f"Here is the {line}.")
        asked = str(times) if "digits" in task.question else NUMBER_WORDS[times - 1]
        assert task.answer == asked and 1 <= times <= 10
        counted.add(times)
    assert counted == set(range(1, 11))
    assert any(len(set(re.findall(r"Here is the (\w+)", task.body))) == 2 for task in made(counting))


def test_a_marked_passage_is_the_answer():
    long = [["word " * 1_000, "a short one", "another"]]
    for task in [*made(copying), *(copying(long, random.Random(n)) for n in range(9))]:
        mark = re.search(r"passage of the (\w+ \w+) word", task.question)[1]
        inside = task.body.split(f"[The passage of the {mark} begins.]\n\n")[1].split(
            f"\n\n[The passage of the {mark} ends.]"
        )
        assert inside[0] == task.answer and 0 < len(task.answer) <= 1_500
    assert {task.body.count("word") for task in (copying(long, random.Random(n)) for n in range(9))} == {1_000}


def test_a_key_has_its_value_among_others():
    for task in made(key_value):
        key = re.search(r"of key (\w+)", task.question)[1]
        found = dict(re.findall(r"^key (\w{12}) = (\w{12})$", task.body, re.M))
        assert found[key] == task.answer and len(found) == 47
