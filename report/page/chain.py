"""The way of the documents through a run: the lines of its funnel in order, and the limits that can be moved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.funnel import Line, funnel, read_plan
from pipeline.stage import Map, Source, Stage
from pipeline.transform import Annotate, Edit, Screen
from report.limits import Measuring


@dataclass(frozen=True)
class Gate:
    """A line of the funnel at which a filter judges what it measured. `line` is its place in the funnel.

    `movable` says whether other bounds can be tried on stored pages: of a stage that reads a source, only the steps
    behind the last edit of the text.
    """

    line: int
    stage: str
    step: str
    judge: Measuring
    movable: bool


@dataclass(frozen=True)
class DocumentChain:
    """The stages that documents pass, and what each of them does.

    `parents` maps each stage to the one whose documents it reads ("" for none). `maps` are the stages as the recipe
    builds them; it is empty when the recipe is gone, and then no limit can be shown.
    """

    lines: Sequence[Line]
    parents: Mapping[str, str]
    maps: Mapping[str, Map] = field(default_factory=dict)

    @property
    def ends(self) -> list[str]:
        """The stages whose documents no other stage of documents reads."""
        read = set(self.parents.values())
        return [stage for stage in self.parents if stage not in read]

    def way(self, stage: str) -> list[str]:
        """The stages from the first to this one."""
        way = [stage]
        while parent := self.parents[way[0]]:
            way.insert(0, parent)
        return way

    def children(self, stage: str) -> list[str]:
        """The stages that read the documents of this one."""
        return [name for name, parent in self.parents.items() if parent == stage]

    def place(self, stage: str, step: str) -> int:
        """The number of the line of a step; -1 for a step that has none, since it took nothing."""
        return next((n for n, line in enumerate(self.lines) if (line.stage, line.step) == (stage, step)), -1)

    def gates(self) -> list[Gate]:
        """All filters of the run that measure, in the order in which documents meet them."""
        found = [gate for stage in self.maps.values() for gate in _gates(self, stage)]
        return sorted(found, key=lambda gate: gate.line)


def document_chain(root: str, stages: Sequence[Stage] = ()) -> DocumentChain:
    """The chain of a run; `stages` are those of its recipe. Raises UsageError when there was no run."""
    planned = [stage for stage in read_plan(root)["stages"] if stage["kind"] == "map" and stage["documents"]]
    names = {stage["name"] for stage in planned}
    parents = {s["name"]: next((name for name in s["after"] if name in names), "") for s in planned}
    maps = {stage.name: stage for stage in stages if isinstance(stage, Map) and stage.name in names}
    return DocumentChain(funnel(root), parents, maps)


def _gates(chain: DocumentChain, stage: Map) -> Iterator[Gate]:
    for number, names in enumerate(stage.steps):
        transform = stage.transforms[number]
        functions = transform.filters if isinstance(transform, Screen) else ()
        functions = (transform.fn,) if isinstance(transform, Edit) else functions
        rest = stage.transforms[number:]
        stored = not isinstance(stage.source, Source) or all(isinstance(t, Screen | Annotate) for t in rest)
        for name, function in zip(names, functions, strict=False):
            line = chain.place(stage.name, name)
            if isinstance(function, Measuring) and line >= 0:
                yield Gate(line, stage.name, name, function, stored)
