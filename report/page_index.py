"""Asking the index of a run in which shards a page may lie, also of a run that is damaged."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import parquet
from pipeline.errors import BadInput
from pipeline.hashing import hash64
from pipeline.root import redact
from report.index import ShardGroup, keys_of_group, make_group, missing_groups, run_index


class PageIndex:
    """Finds the shards that may hold a page. Makes the files that are missing when it is opened.

    `unread` has a line for each file that could not be read, for whoever asks of the others.
    """

    def __init__(self, root: str):
        self.root, self.stages, self.unread = root, run_index(root), dict[str, None]()
        self._made = {group.name: self._make(group) for group in missing_groups(root, self.stages)}

    def readable(self, tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
        """The tables, up to where they cannot be read: that is noted."""
        try:
            yield from tables
        except (BadInput, OSError, pa.ArrowException) as error:
            self.unread[redact(" ".join(str(error).split()))] = None

    def damage(self) -> str:
        """The end of an error when something could not be read, else ""."""
        first = next(iter(self.unread), "")
        return f"; {len(self.unread):,} of the files cannot be read: {first}" if first else ""

    def _make(self, group: ShardGroup) -> pa.Table:
        """The rows of a group; its file is only written when all of its shards can be read."""
        try:
            return make_group(group, root=self.root)
        except (BadInput, pa.ArrowException):
            return keys_of_group(self.root, group, self.readable)

    def shards(self, keys: Collection[str]) -> Iterator[tuple[str, list[str]]]:
        """Each stage with the shards in which one of the strings is an id, a URL, a canonical URL or a host's key.

        Of a view these are also the shards of the stage whose rows it shows. A hash may be
        that of another string too, so a shard may have none.
        """
        hashes, found = hash64([key for key in keys if key]).tolist(), dict[str, list[str]]()
        with ThreadPoolExecutor(16) as pool:
            for searched in self.stages:
                mine = pool.map(lambda group: self._of_group(group, hashes), searched.groups)
                own = [shard for shards in mine for shard in shards]
                found[searched.stage] = own
                yield searched.stage, list(dict.fromkeys([*found.get(searched.store, ()), *own]))

    def _of_group(self, group: ShardGroup, hashes: list[int]) -> list[str]:
        places = set[int]()
        for table in self._tables(group, hashes):
            places.update(table.filter(pc.is_in(table["key"], pa.array(hashes, pa.uint64())))["place"].to_pylist())
        return [group.shards[place] for place in sorted(places)]

    def _tables(self, group: ShardGroup, hashes: Sequence[int]) -> list[pa.Table]:
        """The rows of a group that may have one of the hashes; a damaged file is made anew."""
        if group.name in self._made:
            return [self._made[group.name]]
        try:
            return list(parquet.read_between(self.root, group.name, "key", hashes))
        except BadInput:
            return [self._make(group)]
