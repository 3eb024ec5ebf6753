"""Text from pages on a terminal: shown, and never obeyed."""

from rich.console import Console

# Control characters, but for tab and newline, and marks that change the direction of writing.
CONTROL = [
    *range(9),
    *range(11, 32),
    *range(127, 160),
    0x061C,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
]
VISIBLE = {code: chr(0x2400 + code) if code < 32 else "\ufffd" for code in CONTROL}


def for_terminal(text: str) -> str:
    """Text, which may come from a page, with visible signs in place of everything that a terminal would obey."""
    return text.translate(VISIBLE)


def print_line(text: str, console: Console) -> None:
    """One line as it is: no markup in it is read, and it is not broken at the width of the terminal."""
    console.print(for_terminal(text), markup=False, highlight=False, soft_wrap=True)
