"""What files import by their texts, in many languages, and an order in which what is imported comes first."""

import random

import pytest

from curriculum.code.imports import CodeFile, import_names, imports_of, order_by_imports, strong_components


def files(**texts: str) -> list[CodeFile]:
    """Python files by name."""
    return [CodeFile(f"{name}.py", "python", text) for name, text in texts.items()]


def ordered(*found: CodeFile) -> list[str]:
    return [found[n].path for n in order_by_imports(found)]


@pytest.mark.parametrize(
    ("language", "importer", "text", "imported"),
    [
        ("python", "app/main.py", "from app.util import x\n", "app/util.py"),
        ("python", "app/main.py", "import os, app.util as u\n", "src/app/util.py"),
        ("python", "app/main.py", "from . import (\n    util,\n    other,\n)\n", "app/util.py"),
        ("python", "app/deep/main.py", "from ..util import x  # y\n", "app/util.py"),
        ("python", "main.py", "from app import thing\n", "app/__init__.py"),
        ("python", "main.py", "    import util\n", "util.py"),
        ("javascript", "web/a.js", "import { x } from './b';\n", "web/b.js"),
        ("javascript", "web/a.js", "const b = require(\"../lib/b.js\");", "lib/b.js"),
        ("typescript", "web/a.ts", "export * from './parts';\n", "web/parts/index.ts"),
        ("typescript", "web/a.ts", "import './side';\n", "web/side.ts"),
        ("c", "src/a.c", '#include "b.h"\n', "src/b.h"),
        ("c", "src/a.c", "#  include <proj/b.h>\n", "include/proj/b.h"),
        ("c++", "a.cpp", '#include "../inc/b.hpp"\n', None),
        ("java", "src/main/java/org/x/A.java", "import org.x.y.B;\n", "src/main/java/org/x/y/B.java"),
        ("java", "src/org/x/A.java", "import static org.x.y.B.method;\n", "src/org/x/y/B.java"),
        ("kotlin", "A.kt", "import org.x.B\n", "src/org/x/B.kt"),
        ("go", "cmd/main.go", 'import (\n\t"fmt"\n\tp "example.com/u/r/pkg/x"\n)\n', "pkg/x/x.go"),
        ("go", "cmd/main.go", 'import "example.com/u/r/pkg/x"\n', "pkg/x/any.go"),
        ("rust", "src/main.rs", "mod parse;\n", "src/parse.rs"),
        ("rust", "src/main.rs", "pub mod parse;\n", "src/parse/mod.rs"),
        ("rust", "src/a/b.rs", "use crate::parse::tree::Node;\n", "src/parse/tree.rs"),
        ("rust", "src/a/b.rs", "use super::c::D;\n", "src/a/c.rs"),
        ("ruby", "lib/a.rb", "require_relative 'x/b'\n", "lib/x/b.rb"),
        ("php", "src/A.php", "use App\\Model\\B;\n", "src/App/Model/B.php"),
        ("php", "a.php", "require_once __DIR__ . '/inc/b.php';\n", None),
        ("perl", "a.pl", "use My::Part;\n", "lib/My/Part.pm"),
        ("lua", "a.lua", 'local b = require("x.b")\n', "x/b.lua"),
        ("haskell", "app/Main.hs", "import qualified Data.Own as O\n", "src/Data/Own.hs"),
        ("shell", "run.sh", "source lib/all.sh\n", "lib/all.sh"),
        ("tex", "main.tex", "\\input{parts/one}\n", "parts/one.tex"),
        ("css", "a.css", '@import url("b.css");\n', "b.css"),
        ("coq", "B.v", "Require Import Own.A.\n", "theories/Own/A.v"),
        ("protobuf", "a.proto", 'import "x/b.proto";\n', "x/b.proto"),
        ("scala", "A.scala", "import org.x.B\n", "org/x/B.scala"),
        ("cobol", "a.cbl", "COPY b.\n", None),
    ],
)  # fmt: skip
def test_what_a_line_imports_is_found(language, importer, text, imported):
    there = imported or "inc/b.php"
    known = [CodeFile("zz/unlike.py", language, ""), CodeFile(importer, language, text), CodeFile(there, language, "")]
    assert imports_of(known) == [set(), {2} if imported else set(), set()]


def test_a_line_of_prose_imports_nothing():
    text = '"""We import a from b; see main.\n"""\nx = "from util"\n# import util\n'
    assert list(import_names(CodeFile("a.py", "python", text))) == []
    assert list(import_names(CodeFile("a.go", "go", 'var x = "util"\n'))) == []


def test_of_several_files_the_nearest_of_the_same_language_is_meant():
    found = [
        CodeFile("b/main.py", "python", "import pkg.util\nimport json\n"),
        CodeFile("a/pkg/util.py", "python", ""),
        CodeFile("b/x/pkg/util.py", "python", ""),
        CodeFile("b/x/pkg/util.md", "markdown", ""),
        CodeFile("tests/json.py", "python", ""),
    ]
    assert imports_of(found)[0] == {2}, "and json is no file of some other folder"


def test_what_is_imported_comes_first_and_the_rest_by_path():
    assert ordered(*files(a="import c\n", b="", c="import d\n", d="")) == ["b.py", "d.py", "c.py", "a.py"]
    assert ordered(*files(z="", b="", a="import z\n")) == ["b.py", "z.py", "a.py"]


def test_a_cycle_is_entered_at_the_file_that_lacks_least_and_its_files_stay_together():
    cycle = files(a="import b, c\n", b="import c\n", c="import a, z\n", z="", own="import own\n", aa="import c\n")
    assert ordered(*cycle) == ["own.py", "z.py", "b.py", "a.py", "c.py", "aa.py"]
    one, two = files(x="import y\n", y="import x\n"), files(p="import q, x\n", q="import p\n", a="import p\n")
    assert ordered(*two, *one) == ["x.py", "y.py", "p.py", "q.py", "a.py"]


def test_components_are_those_of_a_plain_search():
    for seed in range(40):
        chosen = random.Random(seed)
        number = chosen.randint(1, 14)
        imports = [{chosen.randrange(number) for _ in range(chosen.randint(0, 2))} - {n} for n in range(number)]
        reach = [{n} for n in range(number)]
        for _ in range(number):
            reach = [seen | {i for r in seen for i in imports[r]} for seen in reach]
        wanted = {frozenset(m for m in reach[n] if n in reach[m]) for n in range(number)}
        found = strong_components(imports)
        assert {frozenset(circle) for circle in found} == wanted and sum(map(len, found)) == number


def test_a_long_chain_of_imports_is_no_recursion():
    chain = [CodeFile(f"m{n:05d}.py", "python", f"import m{n + 1:05d}\n") for n in range(3_000)]
    assert ordered(*chain) == [file.path for file in reversed(chain)]


def test_random_repositories_come_in_an_order_that_their_imports_allow():
    for seed in range(30):
        chosen = random.Random(seed)
        names = [f"m{chosen.randrange(10**6)}" for _ in range(40)]
        texts = {n: "".join(f"import {m}\n" for m in chosen.sample(names[:i], min(i, 3))) for i, n in enumerate(names)}
        shuffled = list(texts.items())
        chosen.shuffle(shuffled)
        order = ordered(*files(**dict(shuffled)))
        assert order == ordered(*files(**texts)), "the order in which they were found counts for nothing"
        place = {path: n for n, path in enumerate(order)}
        assert len(place) == len(texts)
        for name, text in texts.items():
            assert all(place[f"{line[7:]}.py"] < place[f"{name}.py"] for line in text.splitlines())
