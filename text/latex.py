r"""One way of writing the LaTeX of a formula, by changes that leave what is read the same.

MegaMath unwraps the styles of Wikipedia and writes Unicode as commands. Neither it nor we write \dfrac as \frac, or
take \left, \right and the spaces inside of a formula away.
"""

import re

# Characters of mathematics, and their commands without the backslash.
SYMBOLS = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega", "∑": "sum", "∏": "prod", "∫": "int", "∮": "oint", "∂": "partial", "∇": "nabla",
    "∞": "infty", "≤": "leq", "≥": "geq", "≠": "neq", "≈": "approx", "≡": "equiv", "∼": "sim", "≃": "simeq",
    "≅": "cong", "∝": "propto", "±": "pm", "∓": "mp", "×": "times", "÷": "div", "⋅": "cdot", "·": "cdot", "∗": "ast",
    "∘": "circ", "⊕": "oplus", "⊗": "otimes", "∈": "in", "∉": "notin", "∋": "ni", "⊂": "subset", "⊃": "supset",
    "⊆": "subseteq", "⊇": "supseteq", "∪": "cup", "∩": "cap", "∅": "emptyset", "∖": "setminus", "∧": "wedge",
    "∨": "vee", "¬": "neg", "∀": "forall", "∃": "exists", "→": "to", "←": "leftarrow", "↔": "leftrightarrow",
    "⇒": "Rightarrow", "⇐": "Leftarrow", "⇔": "Leftrightarrow", "↦": "mapsto", "…": "ldots", "⋯": "cdots",
    "⋮": "vdots", "⋱": "ddots", "ℓ": "ell", "ℏ": "hbar", "ℝ": "mathbb{R}", "ℤ": "mathbb{Z}", "ℕ": "mathbb{N}",
    "ℚ": "mathbb{Q}", "ℂ": "mathbb{C}", "⟨": "langle", "⟩": "rangle", "⌊": "lfloor", "⌋": "rfloor", "⌈": "lceil",
    "⌉": "rceil", "∥": "|", "‖": "|", "′": "prime", "∣": "mid", "⊥": "perp", "∠": "angle", "≪": "ll", "≫": "gg",
}  # fmt: skip
WRITTEN = {
    "−": "-",
    "′": "'",
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
}  # in a formula: no MathML, where ′ is an operator
SYMBOL = re.compile("|".join([*WRITTEN, *SYMBOLS]))
IN_WORDS = re.compile(r"\\(?:text(?:rm|bf|it|sf|tt)?|[mh]box|operatorname\*?|tag\*?|url)\s*\{(?:[^{}]|\{[^{}]*\})*\}")
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"))
COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*\n")
BOOKKEEPING = re.compile(
    r"\\(?:label|PageIndex)\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])"
    r"|^\s*\\(?:begin|end)group(?![A-Za-z])\s*$"  # Stack Exchange puts them around posts
)
SPACE = r"\s|~|\\[,;:>! ]|\\(?:quad|qquad|enspace|enskip|thinspace)(?![A-Za-z])"
AT_BEGINNING = re.compile(rf"(?:{SPACE})+")
AT_END = re.compile(rf"(?<!\\)((?:\\\\)*)(?:{SPACE})+$")
STYLE = re.compile(r"\\(?:display|text|script)style(?![A-Za-z])\s*")
ENVIRONMENT = re.compile(r"\\begin\{(equation|displaymath|math)(\*?)\}((?:(?!\\begin\{\1).)*)\\end\{\1\2\}", re.DOTALL)
ALIGNED = re.compile(r"\\(begin|end)\{(align|gather)\*?\}")


def normalise_latex(tex: str) -> str:
    r"""A formula without delimiters, written in one way; empty where it shows nothing.

    Comments, invisible characters, labels and the numbers of LibreTexts go; white space becomes a single blank; spaces
    at both ends go, and a style that holds for the whole formula; equation environments are unwrapped, and align and
    gather become aligned and gathered, as they are called inside of a formula; Unicode becomes commands outside of
    \text. Whatever went in, what comes out stays as it is.
    """
    before = None
    while before != tex:  # what is unwrapped may be wrapped again
        before, tex = tex, _once(tex)
    return tex


def _once(tex: str) -> str:
    tex = BOOKKEEPING.sub("", re.sub(r"\s+", " ", COMMENT.sub(r"\1", tex.translate(INVISIBLE))))
    if match := AT_BEGINNING.match(tex):
        tex = tex[match.end() :]
    tex = unstyled(AT_END.sub(r"\1", tex))
    if match := ENVIRONMENT.fullmatch(tex):
        tex = match[3]
    return as_commands(ALIGNED.sub(r"\\\1{\2ed}", tex))


def unstyled(tex: str) -> str:
    r"""A formula without the \displaystyle and the like that holds for all of it, as in Wikipedia's."""
    if match := STYLE.match(tex):
        return tex[match.end() :]
    if tex.startswith("{") and tex.endswith("}") and (match := STYLE.match(tex[1:].lstrip())):
        inside = tex[1:].lstrip()[match.end() : -1]
        return inside.strip() if is_closed(inside) and is_closed(tex) else tex
    return tex


def is_closed(tex: str) -> bool:
    """Whether every brace is closed by one behind it."""
    depth = 0
    for mark in re.findall(r"\\.|[{}]", tex, re.DOTALL):
        depth += (mark == "{") - (mark == "}")
        if depth < 0:
            return False
    return not depth


def as_commands(tex: str) -> str:
    r"""The characters of mathematics as commands, and keyboard's signs for others, but not in \text and the like."""
    parts, last = list[str](), 0
    for match in [*IN_WORDS.finditer(tex), None]:
        end = len(tex) if match is None else match.start()
        parts.append(SYMBOL.sub(_command, tex[last:end]))
        if match is not None:
            parts.append(match[0])
            last = match.end()
    return "".join(parts)


def _command(match: re.Match[str]) -> str:
    if match[0] in WRITTEN:
        return WRITTEN[match[0]]
    after = match.string[match.end() : match.end() + 1]
    command = f"\\{SYMBOLS[match[0]]}"
    return f"{command} " if after.isalpha() and after.isascii() and command[-1].isalpha() else command
