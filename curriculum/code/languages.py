"""The language of a file: by the ending of its name, or by its content where several languages share an ending.

Falcon-H1 (arXiv 2507.22448) trained on 67 languages and does not list them; these 69 are chosen here. The package
`identify`, for one, knows endings only: to it every .m is Objective-C and every .v Verilog.
"""

import re2

LANGUAGES = {
    "ada": "adb ads",
    "agda": "agda",
    "applescript": "applescript",
    "assembly": "asm s",
    "awk": "awk",
    "batch": "bat cmd",
    "c": "c h",
    "c#": "cs",
    "c++": "cpp cc cxx hpp hh hxx",
    "clojure": "clj cljs cljc",
    "cmake": "cmake",
    "cobol": "cob cbl",
    "coffeescript": "coffee",
    "common-lisp": "lisp lsp cl",
    "coq": "v",
    "crystal": "cr",
    "css": "css",
    "cuda": "cu cuh",
    "d": "d",
    "dart": "dart",
    "dockerfile": "dockerfile",
    "elixir": "ex exs",
    "elm": "elm",
    "emacs-lisp": "el",
    "erlang": "erl hrl",
    "f#": "fs fsx fsi",
    "fortran": "f f90 f95 for",
    "glsl": "glsl vert frag",
    "go": "go",
    "groovy": "groovy gradle",
    "haskell": "hs lhs",
    "html": "html htm",
    "idris": "idr",
    "isabelle": "thy",
    "java": "java",
    "javascript": "js mjs cjs jsx",
    "json": "json",
    "julia": "jl",
    "kotlin": "kt kts",
    "lean": "lean",
    "lua": "lua",
    "makefile": "mk makefile",
    "markdown": "md markdown",
    "matlab": "m",
    "nim": "nim",
    "nix": "nix",
    "objective-c": "m mm",
    "ocaml": "ml mli",
    "pascal": "pas pp",
    "perl": "pl pm t",
    "php": "php",
    "powershell": "ps1 psm1",
    "prolog": "pro pl",
    "protobuf": "proto",
    "python": "py pyi",
    "r": "r",
    "ruby": "rb",
    "rust": "rs",
    "scala": "scala sc",
    "scheme": "scm ss rkt",
    "shell": "sh bash zsh",
    "solidity": "sol",
    "sql": "sql",
    "swift": "swift",
    "tex": "tex sty",
    "typescript": "ts tsx",
    "verilog": "v sv",
    "vhdl": "vhd vhdl",
    "yaml": "yaml yml",
}
BY_NAME = {"cmakelists.txt": "cmake", "gnumakefile": "makefile", "rakefile": "ruby", "gemfile": "ruby"}
BY_ENDING: dict[str, str] = {e: language for language, endings in LANGUAGES.items() for e in endings.split()}
HEAD = 20_000  # characters of a file that tell its language

OTHER = ""  # a language that is not one of ours

# Of an ending that several languages share, what each of them writes at the beginning of a line: the first that is
# found counts. A file without any of these signs is left out, unless the last language has none.
SHARED: dict[str, tuple[tuple[str, str], ...]] = {
    "m": (
        ("objective-c", r"@(?:interface|implementation|protocol|property|synthesize|end|class|import)\b"),
        ("objective-c", r"#(?:import|include)\b"),
        (OTHER, r"\(\*|[A-Z]\w*\[.*\] *:?=|BeginPackage\[|:- *module\b"),  # Mathematica, Mercury
        ("matlab", r"(?:function|classdef|end|clear|close|for|if|while|disp|fprintf|figure|plot)\b|%"),
        ("matlab", r"[\w.]+(?:\(.*\))? *=[^=]"),
    ),
    "v": (
        (OTHER, r"(?:pub )?fn \w+ *\("),  # V
        ("verilog", r"\(\*.*\*\) *module\b"),  # an attribute, where Coq has a comment
        (
            "coq",
            r"(?:Require|From|Import|Module|Section|Theorem|Lemma|Definition|Fixpoint|Inductive|Proof|Qed)\b.*[.:]",
        ),
        ("coq", r"\(\*"),
        ("verilog", r"(?:module|endmodule|always|assign|input|output|reg|wire|initial|parameter|package)\b|`\w+"),
    ),
    "h": (
        ("objective-c", r"@(?:interface|protocol|class|import|property|end)\b|#import\b"),
        ("c++", r"(?:class|namespace|template|using|public|private|protected|virtual|constexpr)\b|.*\w::\w"),
        ("c", ""),
    ),
    "pl": (
        ("prolog", r":- |[a-z]\w*\([^()$]*\) *(?::-|-->|\.$)"),
        ("perl", r"#!.*perl|use [\w:]+|my [$@%(]|sub \w+|package [\w:]+;|.*[$@%]\w+|=(?:pod|head1)|require |__END__"),
    ),
    "t": (("perl", r"#!.*perl|use (?:strict|warnings|Test|lib|v?5)\b.*;|my [$@%(]"),),
    "r": ((OTHER, r"(?i)rebol *\["), ("r", "")),
    "d": (
        (OTHER, r"\S+\.(?:o|d|lo|obj)? *: .*\.(?:h|c|cc|cpp|rs|hpp)\b"),  # what make depends on
        (OTHER, r"#!.*dtrace|[\w$*]*:[\w$*]*:[\w$*]*:[\w$*]*"),  # DTrace
        ("d", ""),
    ),
    "f": ((OTHER, r": [^ ]+ .*;$|\\ "), ("fortran", "")),  # Forth
    "for": ((OTHER, r": [^ ]+ .*;$|\\ "), ("fortran", "")),
    "pro": (
        (OTHER, r"(?:TEMPLATE|TARGET|SOURCES|HEADERS|QT|CONFIG|INCLUDEPATH) *[+-]?="),  # Qt
        (OTHER, r"(?i:pro|function) +\w+ *(?:,|$)|-(?:keep|dont)"),  # IDL, ProGuard
        ("prolog", ""),
    ),
    "cl": (
        (OTHER, r"(?:__)?kernel\b|#(?:pragma|define|include)\b|(?i)class \w+ inherits"),  # OpenCL, Cool
        ("common-lisp", r"\(|;|#\|"),
    ),
    "ts": ((OTHER, r"<\?xml|<!DOCTYPE TS|<TS\b"), ("typescript", "")),  # Qt's translations
    "fs": ((OTHER, r"#version\b|precision \w+|void main *\(|uniform |varying |: [^ ]+ .*;$"), ("f#", "")),
    "pp": (("pascal", r"(?i)(?:unit|program|library|uses|interface|begin|procedure|function|const|var)\b[^{=>]*$"),),
    "sc": ((OTHER, r".*SynthDef\b|.*\.ar\(|[A-Z]\w* : [A-Z]\w* \{"), ("scala", "")),  # SuperCollider
    "cs": ((OTHER, r"!\w+(?: \w+)* methodsFor"), ("c#", "")),  # Smalltalk
    "s": ((OTHER, r"\w+ *<- *function"), ("assembly", "")),  # S
    "md": ((OTHER, r"\(define_(?:insn|expand|attr|mode)\w*"), ("markdown", "")),  # GCC's machine descriptions
    "ml": ((OTHER, r"(?:structure|signature|functor) \w+ *[=:]"), ("ocaml", "")),  # Standard ML
    "lsp": ((OTHER, r"<%|<html"), ("common-lisp", r"\(|;|#\|")),
}
_SIGNS = {
    ending: tuple((language, re2.compile(rf"(?m)^[ \t]*(?:{sign})") if sign else None) for language, sign in signs)
    for ending, signs in SHARED.items()
}


def ending(path: str) -> str:
    """The ending of a file's name in lower case, without its dot; the whole name where it has none."""
    return path.rpartition("/")[2].lower().rpartition(".")[2]


def may_be_code(path: str) -> bool:
    """Whether a file's name is that of a language here."""
    return path.rpartition("/")[2].lower() in BY_NAME or ending(path) in BY_ENDING


def language(path: str, text: str) -> str | None:
    """The language of a file by its name and, where that leaves a choice, by its text; None for all others."""
    name = path.rpartition("/")[2].lower()
    if name in BY_NAME:
        return BY_NAME[name]
    signs = _SIGNS.get(ending(path))
    if signs is None:
        return BY_ENDING.get(ending(path))
    head = text[:HEAD]
    return next((language or None for language, sign in signs if sign is None or sign.search(head)), None)
