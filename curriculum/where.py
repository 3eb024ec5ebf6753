"""Which pages of a source: expressions over its columns, "edu >= 3 and language == 'en'", read without running them."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import UsageError
from pipeline.transform import put
from readers.values import Kind

Value = str | float
NUMBER: Kind = "number"
LONGEST = 10_000  # characters
COMPARE: Mapping[type, Callable[[Any, Any], pc.Expression]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}
MAY = "a name, a number, a text in quotes, comparisons, in, is None, and, or, not"


@dataclass(frozen=True)
class Where:
    """The rows for which an expression is true: `edu >= 3 and language in ('en', 'fr')`.

    Numbers, texts in quotes, names of columns, comparisons (also `0 < x <= 1`), `in` with a tuple, `is None`, `and`,
    `or`, `not`. A column without a comparison is true where it is not 0. As in SQL a comparison with a value that is
    not there is never true, nor is its `not`: ask `edu is None`. Raises UsageError on anything else.
    """

    text: str

    def __post_init__(self) -> None:
        _Parser(self.text)  # what cannot be read is refused where it is given

    @cached_property
    def _parsed(self) -> "_Parser":
        return _Parser(self.text)

    def __getstate__(self) -> dict[str, str]:
        """What goes over the wire: Arrow's expressions are made anew."""
        return {"text": self.text}

    @property
    def kinds(self) -> dict[str, Kind]:
        """The columns that it asks about: "number" or "string", by what they are compared with."""
        return self._parsed.kinds

    def rows(self, table: pa.Table) -> pa.Table:
        """The rows that are chosen."""
        return table.filter(self._parsed.expression)

    def mask(self, table: pa.Table) -> pa.Array:
        """Whether each row is chosen."""
        numbered = pa.table({**{c: table[c] for c in self.kinds}, "": pa.array(range(table.num_rows), pa.int64())})
        return pc.is_in(numbered[""], value_set=self.rows(numbered)[""].combine_chunks()).combine_chunks()


@dataclass(frozen=True)
class AnyWhere:
    """A transform that drops the rows that none of some expressions chooses."""

    wheres: tuple[Where, ...]
    name: str = "mixture.where"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows, with a reason where they leave."""
        chosen = pa.array([False] * table.num_rows, pa.bool_())
        for where in self.wheres:
            chosen = pc.or_(chosen, where.mask(table))
        none = pa.scalar(None, pa.string())
        return put(table, "reason", pc.if_else(chosen, none, pa.scalar("mixture:not_chosen")))


class _Parser:
    """An expression as one of Arrow's, and the kinds of the columns in it."""

    def __init__(self, text: str):
        self.text = text
        self.kinds: dict[str, Kind] = {}
        try:
            if len(text) > LONGEST:
                raise ValueError("too long to be read by a person, or by a parser that calls itself")
            self.expression = self._truth(ast.parse(text.strip(), mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise UsageError(
                f"where {text!r} is no expression; write it as in: edu >= 3 and language == 'en'"
            ) from None

    def _refused(self, node: ast.AST) -> UsageError:
        part = ast.get_source_segment(self.text.strip(), node) or type(node).__name__
        return UsageError(f"where {self.text!r}: {part!r} is not understood; an expression may hold {MAY}")

    def _truth(self, node: ast.expr) -> pc.Expression:
        if isinstance(node, ast.BoolOp):
            parts = [self._truth(value) for value in node.values]
            made = parts[0]
            for part in parts[1:]:
                made = made & part if isinstance(node.op, ast.And) else made | part
            return made
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ~self._truth(node.operand)
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.Name):
            return self._column(node, "number") != 0.0
        raise self._refused(node)

    def _comparison(self, node: ast.Compare) -> pc.Expression:
        made, left = None, node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            part = self._pair(node, left, operator, right)
            made, left = part if made is None else made & part, right
        assert made is not None
        return made

    def _pair(self, node: ast.AST, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> pc.Expression:
        if isinstance(operator, ast.Is | ast.IsNot) and isinstance(left, ast.Name) and _is_none(right):
            missing = self._column(left, None).is_null()
            return missing if isinstance(operator, ast.Is) else ~missing
        if isinstance(operator, ast.In | ast.NotIn) and isinstance(left, ast.Name):
            values = self._values(right)
            column = self._column(left, _kind(values[0]))
            found = (column if isinstance(values[0], str) else column.cast(pa.float64())).isin(pa.array(values))
            return found if isinstance(operator, ast.In) else ~found & column.is_valid()
        if type(operator) not in COMPARE:
            raise self._refused(node)
        known: list[Kind] = [_kind(v) for side in (left, right) if (v := self._literal(side)) is not None]
        if len(known) == 2:
            raise self._refused(node)
        kind: Kind = known[0] if known else NUMBER
        return COMPARE[type(operator)](self._side(left, kind), self._side(right, kind))

    def _side(self, node: ast.expr, kind: Kind) -> Any:
        value = self._literal(node)
        if value is not None:
            return pc.scalar(value)
        if not isinstance(node, ast.Name):
            raise self._refused(node)
        return self._column(node, kind)

    def _values(self, node: ast.expr) -> list[Value]:
        parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []
        values = [value for part in parts if (value := self._literal(part)) is not None]
        if not values or len(values) < len(parts) or len({_kind(value) for value in values}) > 1:
            raise self._refused(node)
        return values

    def _literal(self, node: ast.expr) -> Value | None:
        """A number or text; None for what is neither."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self._literal(node.operand)
            return -value if isinstance(value, float) else None
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bool | int | float):
            return node.value if isinstance(node.value, str) else float(node.value)
        return None

    def _column(self, node: ast.Name, kind: Kind | None) -> pc.Expression:
        before = self.kinds.get(node.id)
        if kind and before and before != kind:
            raise UsageError(f"where {self.text!r} compares column {node.id} with a text and with a number")
        if kind or not before:
            self.kinds[node.id] = kind or "scalar"
        return pc.field(node.id)


def _kind(value: Value) -> Kind:
    return "string" if isinstance(value, str) else "number"


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
