"""Texts as the page shows them."""

from report.page.texts import alternating, changes, masked


def test_pieces_are_plain_and_marked_by_turns():
    assert alternating("one two three", [(4, 7)]) == ["one ", "two", " three"]
    assert alternating("one", [(0, 3)]) == ["", "one", ""]
    assert alternating("one", []) == ["one"]
    assert alternating("", []) == [""]


def test_a_long_text_is_shown_from_shortly_before_its_first_mark():
    text = "a" * 5_000 + "MARK" + "b" * 5_000
    before, mark, after = alternating(text, [(5_000, 5_004)], window=1_000)
    assert (before[0], len(before), mark) == ("…", 301, "MARK")
    assert after.endswith("b …") and len(before + mark + after) == 1_003
    assert alternating(text, [], window=1_000) == ["a" * 1_000 + " …"]
    assert alternating(text, [(10, 12)], window=1_000)[0] == "a" * 10, "a mark near the beginning moves nothing"


def test_pieces_joined_are_the_text():
    text = "Ein Satz mit 🐈 und mehr."
    assert "".join(alternating(text, [(13, 14), (20, 24)])) == text


def test_marks_of_private_data():
    text = "Write to <EMAIL_1> or |||PHONE_NUMBER|||, not <b>."
    assert [text[a:b] for a, b in masked(text)] == ["<EMAIL_1>", "|||PHONE_NUMBER|||"]


def test_changes_say_what_went_and_what_came():
    assert changes("one\ntwo\nthree\n", "one\nthree\n") == [(0, "one\n"), (1, "two\n"), (0, "three\n")]
    assert changes("the old cat sat\n", "the new cat sat\n") == [(0, "the "), (1, "old"), (2, "new"), (0, " cat sat\n")]
    assert changes("same", "same") == [(0, "same")]


def test_what_stays_is_cut_to_a_few_words_around():
    same = "x" * 10_000
    (first, gone, last) = changes(f"{same}\ngone\n{same}", f"{same}\n{same}")
    assert gone == (1, "gone\n") and len(first[1]) == len(last[1]) == 323 and " … " in first[1]


def test_changes_are_bounded():
    old = "\n".join(f"line {n}" for n in range(10_000))
    found = changes(old, "", window=500)
    assert sum(len(text) for _, text in found) < 600
