"""Mutation testing of single files, with compiled kernels run as plain Python.

`python -m benchmarks.kernel_mutants FILE ...` changes one comparison, number, operator or statement of a function at a
time, runs the tests of that file (`stages/extract/markup.py`: tests/stages/extract/test_markup.py), and prints how many
changes they notice. mutmut, which benchmarks/mutants.py uses for whole rooms, leaves out every function that has a
decorator, and so all kernels. Numba would compile a kernel anew for each change, which takes half a minute; a change
here takes a second or two. What survives is written to out/mutants/kernels.txt. `--sample N` tries N changes of each
file that a seed chooses; other options are handed on to pytest. Exits 1 when the share is below `FLOOR`.
"""

import argparse
import ast
import copy
import inspect
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from benchmarks.mutants import FLOOR, REPO_ROOT
from pipeline import kernels

SECONDS = 5  # and as often the time that the tests take: after these a change is one that never ends
PYTEST = ["-qx", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:timeout", "-o", "addopts="]
PYTEST += ["--import-mode=importlib", "-W", "ignore:overflow encountered:RuntimeWarning"]
SWAPS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift, ast.Not: ast.UAdd,
}  # fmt: skip


@dataclass
class Mutant:
    """A changed function of a module: its name there ("Class.method" too), the line, and what the line says now."""

    name: str
    line: int
    said: str
    tree: ast.FunctionDef


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions of a module and the methods of its classes, with their names."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{part.name}", part) for part in node.body if isinstance(part, ast.FunctionDef))


def mutants(source: str) -> Iterator[Mutant]:
    """All changes of a module, in the order of its text; not of what only runs as it is imported."""
    module = ast.parse(source)
    loaded = {node.id for part in module.body if not isinstance(part, ast.FunctionDef | ast.ClassDef)
              for node in ast.walk(part) if isinstance(node, ast.Name)}  # fmt: skip
    for name, function in functions(module):
        if name.startswith("_") and name in loaded:
            continue
        function.decorator_list, function.returns = [], None
        for argument in function.args.args:
            argument.annotation = None
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        nodes: list[Any] = [node for statement in body for node in ast.walk(statement)]
        for number in range(len(nodes)):
            for change in changes(nodes[number]):
                made, place = copy.deepcopy((function, nodes[number]))
                change(place)
                yield Mutant(name, place.lineno, ast.unparse(place), made)


def changes(node: Any) -> Iterator[Callable[[Any], None]]:
    """What can be changed of one node of a syntax tree."""
    if isinstance(node, ast.Compare):
        yield lambda place: place.ops.__setitem__(0, swapped(place.ops[0]))
    elif isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign) or isinstance(getattr(node, "op", None), ast.Not):
        yield lambda place: setattr(place, "op", swapped(place.op))
    elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
        yield lambda place: setattr(place, "value", not place.value if place.value is True else place.value + 1)
    if does_something(node):
        yield dropped


def does_something(node: ast.AST) -> bool:
    """Whether a node is a statement without which the function can run: a call, or a change of what there is."""
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Attribute | ast.Subscript)
    return isinstance(node, ast.AugAssign) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))


def swapped(operator: ast.AST) -> ast.AST:
    """The operator that takes the place of one."""
    return SWAPS.get(type(operator), type(operator))()


def dropped(statement: Any) -> None:
    """Make a statement one that does nothing, in its place."""
    line = statement.lineno
    statement.__dict__.clear()
    statement.__class__ = ast.Pass
    statement.lineno = line


def apply(mutant: Mutant, module: Any) -> None:
    """Put the changed code in the place of the function's own, for all that know the function."""
    found: Any = module
    for part in mutant.name.split("."):
        found = inspect.getattr_static(found, part)
    while not isinstance(found, FunctionType):
        found = getattr(found, "_function", None) or getattr(found, "__func__", None) or inspect.unwrap(found)
    tree = ast.fix_missing_locations(ast.Module([mutant.tree], []))
    made: dict[str, Any] = {}
    exec(compile(tree, module.__file__, "exec"), dict(vars(module)), made)
    found.__code__ = made[mutant.tree.name].__code__


class Row:
    """A record whose fields are attributes, whatever their names; np.record has a `size` and `flags` of its own."""

    def __init__(self, values: np.void) -> None:
        vars(self)["values"] = values

    def __getattr__(self, name: str) -> Any:
        return self.values[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self.values[name] = value


class Records(np.ndarray):
    """An array of such records."""

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return Row(found) if isinstance(found, np.void) else found


def plain(self: Any, *args: Any) -> Any:
    """A kernel as Python: fields of records are attributes, and numbers wrap without a word, as in compiled code."""
    with np.errstate(over="ignore"):
        return self._function(*map(as_records, args))


def as_records(value: Any) -> Any:
    """Arrays of records, and those in a tuple, as Numba sees them."""
    if isinstance(value, np.ndarray) and value.dtype.names:
        return value.view(Records)
    return type(value)(*map(as_records, value)) if isinstance(value, tuple) and type(value) is not tuple else value


def is_noticed(test: Path, before: Callable[[], None], seconds: int) -> bool:
    """Whether the tests fail, or never end, in a process of their own in which something was done before."""
    if child := os.fork():
        return os.waitpid(child, 0)[1] != 0
    signal.alarm(seconds)
    for name in [name for name in sys.modules if name.startswith("tests.")]:
        del sys.modules[name]  # what they made as they were imported was made by what is not changed
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
        try:
            before()
            code = pytest.main([*PYTEST, str(test)])
        except BaseException:
            code = 1
        os._exit(int(code))


def try_file(file: Path, sample: int) -> tuple[int, list[Mutant]]:
    """How many changes of a file were tried, and those that its tests do not notice."""
    test = REPO_ROOT / "tests" / file.parent / f"test_{file.name}"
    with redirect_stdout(StringIO()):
        pytest.main([*PYTEST, "--collect-only", str(test)])  # imports what each process would import
    begun = time.monotonic()
    if is_noticed(test, lambda: None, 600):
        sys.exit(f"error: {test} fails where nothing is changed")
    seconds = SECONDS * round(1 + time.monotonic() - begun)
    module = import_module(".".join(file.with_suffix("").parts))
    found = list(mutants((REPO_ROOT / file).read_text()))
    chosen = random.Random(0).sample(found, min(sample, len(found))) if sample else found
    return len(chosen), [one for one in chosen if not is_noticed(test, lambda one=one: apply(one, module), seconds)]


def main() -> int:
    """Try the files of the command line, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="changes tried of each file; 0: all")
    given, options = parser.parse_known_args()
    PYTEST.extend(options)
    kernels._Kernel.__call__ = plain  # type: ignore[method-assign]
    out = REPO_ROOT / "out" / "mutants" / "kernels.txt"
    out.parent.mkdir(parents=True, exist_ok=True)
    all_tried, survivors = 0, []
    for file in given.files:
        tried, left = try_file(file, given.sample)
        all_tried += tried
        survivors += [f"{file}:{one.line} {one.name}: {one.said}" for one in left]
        print(f"{file!s:<50}{tried:>6}{tried - len(left):>6}{1 - len(left) / max(tried, 1):>8.1%}", flush=True)
        out.write_text("".join(f"{line}\n" for line in survivors))
    share = 1 - len(survivors) / max(all_tried, 1)
    print(f"{'all':<50}{all_tried:>6}{all_tried - len(survivors):>6}{share:>8.1%}")
    return int(share < FLOOR)


if __name__ == "__main__":
    sys.exit(main())
