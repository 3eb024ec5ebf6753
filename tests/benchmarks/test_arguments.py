"""What a benchmark says of its arguments."""

import pytest

from benchmarks.arguments import positional


def test_arguments_are_taken_in_their_order():
    assert positional("about", "FOLDER", "PAGES?", given=["a", "b"]) == ["a", "b"]
    assert positional("about", "FOLDER", "PAGES?", given=["a"]) == ["a"]


def test_what_is_missing_is_named_on_one_line(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        positional("about", "FOLDER", given=[])
    assert ended.value.code == 2 and "required: FOLDER" in capsys.readouterr().err.splitlines()[-1]


def test_help_is_what_the_module_says(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        positional("About\nthis one.", "FOLDER", "PAGES?", given=["--help"])
    assert ended.value.code == 0 and "FOLDER [PAGES]\n\nAbout\nthis one.\n" in capsys.readouterr().out
