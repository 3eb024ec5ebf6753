"""The names by which reasons, signals and the funnel call filters and transforms."""

import functools
from collections.abc import Iterable
from typing import Any, Protocol, cast, runtime_checkable


@runtime_checkable
class Named(Protocol):
    """A filter or transform that gives its own name."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...


def name_of(function: Any) -> str:
    """The `name` of a filter or transform, or "module.function".

    A `functools.partial` is called by the function inside, an object without a name by its class in lower case.
    """
    own: Any = function.name if isinstance(function, Named) else None
    if isinstance(own, str):
        return own
    if isinstance(function, functools.partial):
        return name_of(function.func)
    named: Any = function if hasattr(function, "__qualname__") else cast(Any, type(function))
    module, name = getattr(named, "__module__", None) or "builtins", named.__qualname__.rpartition(".")[2]
    name = name.lower() if isinstance(named, type) else name.strip("<>")  # "<lambda>"
    return f"{module.rpartition('.')[2]}.{name}"


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names in order; one that came before gets a number: ("url", "url#2")."""
    made: dict[str, None] = {}
    for name in names:
        number, free = 1, name
        while free in made:
            number += 1
            free = f"{name}#{number}"
        made[free] = None
    return tuple(made)
