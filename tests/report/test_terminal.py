"""Text from pages does nothing to a terminal."""

import io

import pytest
from rich.console import Console

from report.terminal import for_terminal, print_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("a\x00\x07\x08b", "a␀␇␈b"),
        ("a\x7fb\x9bc", "a�b�c"),
        ("a\u202eb\u2066c\u200fd\u061ce", "a�b�c�d�e"),
        ("a\rb", "a␍b"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("ÄÖÜ 漢字 🐦", "ÄÖÜ 漢字 🐦"),
        ("\u202a\u202f", "�\u202f"),
        ("\u206a", "\u206a"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(text: str, shown: str):
    assert for_terminal(text) == shown


def test_a_line_is_printed_as_it_is():
    file = io.StringIO()
    console = Console(file=file, width=20, force_terminal=True)
    print_line("[red]1,234[/red] a line that is longer than the terminal\x1b[2J", console)
    assert file.getvalue() == "[red]1,234[/red] a line that is longer than the terminal␛[2J\n"
