"""Formulas of a text: found between their delimiters, told from money and code, and written in one way."""

import random

import pytest

from text.formulas import find_formulas, normalise_formulas


def found(text: str) -> list[str]:
    return [("$$" if each.display else "$") + each.tex for each in find_formulas(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("from $n$ to $n-1$, and $2$ more", ["$n", "$n-1", "$2"]),
        ("the $i$th of (a,$b$)", ["$i", "$b"]),
        ("设$x$为$\\frac{1}{2}$。", ["$x", "$\\frac{1}{2}"]),
        ("$ \\frac{a}{b} $", ["$ \\frac{a}{b} "]),
        ("$\\sin x$, $sin x$, $[0,1)$ and $\\text{if $a$}", ["$\\sin x", "$sin x", "$[0,1)", "$a"]),
        ("so $$x^3 $$ and $$\na\n+\nb$$", ["$$x^3 ", "$$\na\n+\nb"]),
        (r"\(x\), \[y_1\]", ["$x", "$$y_1"]),
        ("\\begin{align}a&=b\\end{align}", ["$$\\begin{align}a&=b\\end{align}"]),
        ("\\begin{math}a\\end{math}", ["$\\begin{math}a\\end{math}"]),
        ("[tex]E=mc^2[/tex] [itex]v[/itex] [math]any words here[/math]", ["$E=mc^2", "$v", "$any words here"]),
        ("$latex x^2$", ["$x^2"]),
        ("\\$5 and $x$", ["$x"]),
        ("`$a$ and` $x$", ["$x"]),
        ("``$a$` b`` $x$", ["$x"]),
        ("~~~\n$a$\n~~~\n$x$", ["$x"]),
        ("```\n$a$\n\n$x$", []),
        ("an ` alone and $x$\nanother ` here", ["$x"]),
    ],
)
def test_what_is_a_formula(text, wanted):
    assert found(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $6, or $7-$8.",
        "$20,000/$30,000",
        "US$5/A$6 or NZ$x$, $6 (US$) or",
        "between $5 and 6$ a day",
        "$5 million to $B",
        "costs $5 (\\emph{x}) and $6 ",
        "($$$) cheap ($)",
        "| $$ | 4.9 |\n| $$ | 4.6 |",
        "$document_root$ and {a$b}c$",
        'echo ${DIR}"/$x and $y"',
        "$C:$ and $_-* 0.--;$",
        "$HOME/$USER; a.b$c.d$",
        "$x$2",
        "\\[not a formula but a bracket\\]",
        "\\(see below\\)",
        "$a\n\nb$",
        "\\begin{align}a\n\nb\\end{align}",
        "[tex]never ended",
        "\\begin{equation}never ended",
        "$为什么$",
        "$" * 40,
        "$ $",
    ],
)
def test_what_is_none(text):
    assert found(text) == []
    assert normalise_formulas(text) == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"So \( x ≤ 1 \)  is  it: \[y\,\] ≤ α", r"So $x \leq 1$  is  it: $$y$$ ≤ α"),
        ("$\\begingroup$I ask", "I ask"),
        ("\\begin{equation}\\label{a}x=1\\end{equation}.", "$$x=1$$."),
        ("pays $5 for $\\displaystyle x$", "pays $5 for $x$"),
        ("`\\(x\\)` and \\(x\\)", "`\\(x\\)` and $x$"),
        ("\\(\\text{if $a$}\\)", "\\(\\text{if $a$}\\)"),
        ("\\[\\text{if $a$}\\]", "$$\\text{if $a$}$$"),
        ("$$-\\quad$$ and \\(x\\)", "$$-\\quad$$ and $x$"),
        ("$\\label{a}$$α\\(\\)$", "$\\label{a}$$α\\(\\)$"),
        ("$\\notag$$\\begin{equation}x\\end{equation}$$$", "$\\notag$$\\begin{equation}x\\end{equation}$$$"),
    ],
)
def test_formulas_are_written_in_one_way_and_the_rest_stays(text, wanted):
    assert normalise_formulas(text) == wanted
    assert normalise_formulas(wanted) == wanted


def test_a_second_time_changes_nothing():
    chosen = random.Random(7)
    pieces = [*"x5α≤−{}%`\n $|", "$$", r"\(", r"\)", r"\[", r"\]", "[tex]", "[/tex]", r"\quad", r"\label{a}", r"\notag"]
    pieces += [
        r"\begin{align}",
        r"\end{align}",
        r"\begin{equation}",
        r"\end{equation}",
        r"\text{",
        "&lt;",
        "&amp;",
        "$x$",
    ]
    for _ in range(6_000):
        text = normalise_formulas("".join(chosen.choices(pieces, k=chosen.randint(2, 14))))
        assert normalise_formulas(text) == text


def test_a_text_of_delimiters_takes_no_long_time():
    for part in ("$a ", "$", "$$ a", "\\[ x", "`", "[tex]", "\\begin{align}", "{\\displaystyle ", "$\\displaystyle "):
        normalise_formulas(part * 20_000)


def test_a_formula_without_a_command_is_short_and_no_formula_is_endless():
    assert len(found(f"${'a+' * 49}bc$")) == 1
    assert found(f"${'a+' * 50}b$") == []
    assert len(found(f"$\\alpha{'+a' * 2497}$")) == 1
    assert found(f"$\\alpha{'+a' * 2498}$") == []
    assert len(found(f"[tex]{'+a' * 2490}[/tex]")) == 1
    assert found(f"[tex]{'+a' * 2500}[/tex]") == []
