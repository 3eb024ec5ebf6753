"""Pages chosen by Common Crawl's columnar index: of some domains or in some languages, each fetched by itself.

The index is Parquet, some 300 files of 1 GB for a crawl; only the columns and row groups that decide are fetched of it.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import BadInput, UsageError
from stages import download, warc
from stages.commoncrawl.ranges import RangeFile
from stages.download.origin import Origin
from stages.warc.html import HTML_TYPES
from stages.warc.records import records

WHERE = ["warc_filename", "warc_record_offset", "warc_record_length"]
HOSTS = ["url_host_registered_domain", "url_host_name"]
LANGUAGE, KIND = "content_languages", "content_mime_detected"
LARGEST_RECORD = 32 << 20  # compressed bytes; Common Crawl cuts payloads at 5 MB


@dataclass(frozen=True)
class Chosen:
    """Reads the chosen pages of one file of the index, in the order of their WARC files and offsets.

    `domains` are registered domains or host names; `languages` are ISO 639-3 codes, of which a page's first counts.
    """

    domains: tuple[str, ...]
    languages: tuple[str, ...]
    origin: Origin = field(repr=False)

    def __call__(self, name: str) -> Iterator[pa.Table]:
        """Tables of `warc.READ`."""
        batch = warc.Batch(warc.READ)
        places = self._places(name).sort_by([(column, "ascending") for column in WHERE[:2]]).to_pylist()
        for file, rows in groupby(places, key=lambda row: row[WHERE[0]]):
            builder = warc.RowBuilder(file)
            for row in rows:
                page = self._page(builder, file, row[WHERE[1]], row[WHERE[2]])
                if page and batch.add(page):
                    yield batch.table()
        if batch.rows:
            yield batch.table()

    def again(self, name: str, offset: int, length: int, id: str) -> pa.Table:
        """One page again, by its place: one row of `warc.READ`, or none."""
        part, _ = download.read_range(self.origin, name, offset, min(length, LARGEST_RECORD))
        return warc.row_in(io.BytesIO(part), 0, warc.RowBuilder(name), offset, id)

    def _page(self, builder: warc.RowBuilder, file: str, offset: int, length: int) -> dict[str, Any] | None:
        data, _ = download.read_range(self.origin, file, offset, min(length, LARGEST_RECORD))
        for record in records(io.BytesIO(data)):
            return builder.row(record._replace(offset=offset, length=length))
        return None

    def _places(self, name: str) -> pa.Table:
        """Where the chosen pages of this file of the index lie."""
        try:
            index = pq.ParquetFile(RangeFile(self.origin, name), pre_buffer=True)
        except pa.ArrowInvalid:
            raise BadInput(f"{name}: no Parquet file; the index of this crawl cannot be read") from None
        wanted = (*WHERE, KIND, *(HOSTS if self.domains else ()), *((LANGUAGE,) if self.languages else ()))
        columns = [column for column in wanted if column in index.schema_arrow.names]
        if self.languages and LANGUAGE not in columns:
            raise BadInput(f"{name}: the index of this crawl names no languages; choose by domains, or a later crawl")
        groups = [n for n in range(index.num_row_groups) if self._may_hold(index.metadata.row_group(n))]
        batches = index.iter_batches(row_groups=groups, columns=columns)
        tables = [self._filter(pa.table(batch)).select(WHERE) for batch in batches]
        return pa.concat_tables(tables or [index.schema_arrow.empty_table().select(WHERE)])

    def _may_hold(self, group: pq.RowGroupMetaData) -> bool:
        """Whether the bounds of a row group leave room for one of the domains."""
        bounds = {}
        for n in range(group.num_columns):
            column = group.column(n)
            if column.path_in_schema in HOSTS and column.statistics and column.statistics.has_min_max:
                bounds[column.path_in_schema] = (column.statistics.min, column.statistics.max)
        inside = any(low <= domain <= high for low, high in bounds.values() for domain in self.domains)
        return not self.domains or len(bounds) < len(HOSTS) or inside

    def _filter(self, table: pa.Table) -> pa.Table:
        if KIND in table.column_names:
            table = table.filter(pc.is_in(table[KIND], pa.array(sorted(HTML_TYPES))))
        if self.domains:
            wanted = pa.array(self.domains)
            table = table.filter(pc.or_(*(pc.is_in(table[column], wanted) for column in HOSTS)))
        if self.languages:
            first = pc.list_element(pc.split_pattern(pc.fill_null(table[LANGUAGE], ""), ","), 0)
            table = table.filter(pc.is_in(first, pa.array(self.languages)))
        return table


def language_codes(languages: tuple[str, ...]) -> tuple[str, ...]:
    """ISO 639-3 codes, as the index writes them, for any codes of languages. Raises UsageError for one that is none."""
    if not languages:
        return ()
    import langcodes  # its tables take a tenth of a second

    try:
        return tuple(langcodes.Language.get(language).to_alpha3() for language in languages)
    except (LookupError, ValueError) as error:
        raise UsageError(f"languages={','.join(languages)}: {error}; give codes such as en or deu") from None
