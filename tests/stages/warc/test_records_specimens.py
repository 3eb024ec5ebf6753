"""What is recovered of 184 files from the test suites and examples of 35 WARC tools, each looked at by hand."""

import json

import pytest

from pipeline.errors import BadInput
from stages.warc import read_pages
from stages.warc.http import parse_response
from stages.warc.records import records

# File, then how many records have a header, how many are damaged, how many are HTML responses of any status, and how
# many sound pages there are; "-" where the file is refused: it holds no record, or extracted text.
EXPECTED = """
ArianeS21__resilipipe_quality_scoring/sample.warc.gz 2 0 1 1
Eventual-Inc__Daft/example.warc 30 0 1 1
Eventual-Inc__Daft/example.warc.gz 30 0 1 1
Florents-Tselai__WarcDB/google.warc 10 0 3 1
Florents-Tselai__WarcDB/no-warc-info.warc 9 0 3 1
OrestisRo__web_data_vu/sample.warc.gz 12 0 4 4
allenai__dolma/sample-0000.warc.gz 48 0 22 22
allenai__dolma/sample-0001.warc.gz 34 0 15 15
apache__stormcrawler/unparsable-date.warc.gz 3 0 1 0
archivesunleashed__aut/badexample.arc.gz 5 0 1 1
archivesunleashed__aut/example.txt.warc.gz 6 0 0 0
archivesunleashed__aut/issue-514.warc 8 0 2 1
castorini__anserini/7cc31a-segment1.warc.gz 2 0 1 1
castorini__anserini/a7fa02-segment1.warc.gz 2 0 1 1
castorini__anserini/segment1.warc.gz 2 0 1 1
chatnoir-eu__chatnoir-copycat/00.warc.gz 24 0 23 23
chatnoir-eu__chatnoir-copycat/0000tw-00.warc.gz 4 0 3 3
chatnoir-eu__chatnoir-copycat/small-sample-1213893279526_0.arc 146 0 139 125
chatnoir-eu__chatnoir-copycat/small-sample-1262850551027_8.arc 9 0 8 8
chatnoir-eu__chatnoir-resiliparse/block-sized-records.warc.gz 3 0 0 0
chatnoir-eu__chatnoir-resiliparse/clipped.warc.gz 1 1 1 0
chatnoir-eu__chatnoir-resiliparse/clueweb-quirk.warc.gz 30 0 29 29
chatnoir-eu__chatnoir-resiliparse/warcfile.warc 50 0 16 16
chatnoir-eu__chatnoir-resiliparse/warcfile.warc.gz 50 0 16 16
chatnoir-eu__chatnoir-resiliparse/warcfile.warc.lz4 50 0 16 16
commoncrawl__arc2warc-conversion/crawl-002_2009_09_17_12_1253241189984_12-4827319.arc.gz 2 0 1 1
commoncrawl__arc2warc-conversion/crawl-002_2010_02_16_114_1266352769711_14-7060652.arc.gz 2 0 1 1
commoncrawl__arc2warc-conversion/crawl-2012_1341690165636_1341785606830_6-0-4421.arc.gz 2 0 1 1
commoncrawl__arc2warc-conversion/crawl-2012_1341690165832_1341699469441_1478-7224105.arc.gz 2 0 1 1
commoncrawl__ia-web-commons/IAH-20080430204825-00000-blackbook-truncated.arc 9 0 2 2
commoncrawl__ia-web-commons/IAH-urls-wget.warc 36 0 11 2
commoncrawl__ia-web-commons/link-extraction-test.warc 10 0 9 9
commoncrawl__ia-web-commons/mutliple-headers.warc 1 0 1 1
commoncrawl__ia-web-commons/text-extraction-test.warc 4 0 1 1
commoncrawl__whirlwind-python/whirlwind.warc 4 0 1 1
commoncrawl__whirlwind-python/whirlwind.warc.wat 2 0 0 0
commoncrawl__whirlwind-python/whirlwind.warc.wat.gz 2 0 0 0
commoncrawl__whirlwind-python/whirlwind.warc.wet 2 0 0 -
djoerd__mirex/test.warc.gz 4 0 3 3
iipc__jwarc/cc.warc.gz 1 0 1 1
iipc__jwarc/gzip_extra_sl.warc.gz 1 0 0 0
iipc__webarchive-commons/link-extraction-test.warc 8 0 7 7
internetarchive__gowarc/corrupted-mid-record.warc.gz.open 12 1 12 12
internetarchive__gowarc/corrupted-trailing-bytes.warc.gz.open 30 1 30 30
internetarchive__gowarc/empty.warc.gz.open 0 0 0 -
internetarchive__gowarc/good.warc.gz.open 50 0 50 50
internetarchive__gowarc/single-record.warc.gz.open 1 0 1 1
internetarchive__gowarc/skip-non-open.warc.gz 10 0 10 10
internetarchive__warc/alexa_short_header.arc.gz 2 0 0 0
julienOlivier3__Create_WARC_files/example-2010-000000.extracted.warc.gz 57 0 56 56
netarchivesuite__jwat/1-1-20110922131213-00000-svc-VirtualBox.arc 102 0 81 12
netarchivesuite__jwat/invalid-warcfile-contenttype-warcinfo-recommended.warc 1 0 0 0
netarchivesuite__jwat/invalid-warcfile-digest-fields.warc 4 0 4 4
netarchivesuite__jwat/invalid-warcfile-duplicate-fields.warc 1 0 0 0
netarchivesuite__jwat/invalid-warcfile-encoding-headers.warc.gz 4 0 2 2
netarchivesuite__jwat/invalid-warcfile-fields-empty.warc 1 0 0 0
netarchivesuite__jwat/invalid-warcfile-fields-invalidformat.warc 1 0 0 0
netarchivesuite__jwat/invalid-warcfile-lonely-continuation.warc 1 0 0 0
netarchivesuite__jwat/invalid-warcfile-lonely-monkeys.warc 1 0 0 0
netarchivesuite__jwat/invalid-warcfile-lonely-request-response-resource-conversion.warc 1 3 0 -
netarchivesuite__jwat/invalid-warcfile-lonely-revisit.warc 1 0 0 0
netarchivesuite__jwat/invalid-warcfile-lonely-warcinfo-metadata.warc 1 1 0 0
netarchivesuite__jwat/invalid-warcfile-record-then-garbage.warc 1 1 0 0
netarchivesuite__jwat/invalid-warcfile-segment-number-continuation.warc 2 0 0 0
netarchivesuite__jwat/test-arc-1.0-invalid-fields.arc 1 1 1 1
netarchivesuite__jwat/valid-warcfile-contenttype-continuation.warc 1 0 0 0
netarchivesuite__jwat/valid-warcfile-fields-continuation.warc 1 0 0 0
netarchivesuite__jwat/valid-warcfile-fields-metainfo.warc 1 0 0 0
netarchivesuite__solrwayback/transfer_compression_brotli.warc 5 0 1 1
netarchivesuite__solrwayback/transfer_compression_brotli.warc.gz 5 0 1 1
netarchivesuite__solrwayback/transfer_compression_gzip.warc 5 0 1 1
netarchivesuite__solrwayback/transfer_compression_gzip.warc.gz 5 0 1 1
netarchivesuite__solrwayback/transfer_compression_none.warc 5 0 1 1
netarchivesuite__solrwayback/transfer_compression_none.warc.gz 5 0 1 1
oduwsdl__ipwb/1memento.warc 4 0 3 3
oduwsdl__ipwb/2mementos.warc 5 0 4 4
oduwsdl__ipwb/2mementos_htmlXhtml.warc 3 0 2 2
oduwsdl__ipwb/2mementos_queryString.warc 3 0 2 2
oduwsdl__ipwb/3mementos.warc 6 0 5 5
oduwsdl__ipwb/4mementos.warc 7 0 6 6
oduwsdl__ipwb/5mementosAndFroggie.warc 9 0 7 7
oduwsdl__ipwb/HTTP204.warc 3 0 1 1
oduwsdl__ipwb/HTTP404.warc 2 0 1 0
oduwsdl__ipwb/baconIpsum.warc.gz 6 0 1 1
oduwsdl__ipwb/baconIpsum_chunked_httpTrailors.warc 6 0 1 1
oduwsdl__ipwb/mkelly1.warc 7 0 1 1
oduwsdl__ipwb/mkelly2.warc 7 0 1 1
oduwsdl__ipwb/sample-1.warc.gz 231 0 64 63
oduwsdl__ipwb/slash.warc 2 0 1 1
oduwsdl__ipwb/variableSizedDates.warc 5 0 4 4
openpreserve__jhove/invalid-warcheaderfieldpolicy-1.warc 1 0 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-10.warc 1 0 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-11.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-12.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-13.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-14.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-15.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-16.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-17.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-4.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-6.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-7.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderfieldpolicy-9.warc 1 0 0 0
openpreserve__jhove/invalid-warcheaderversion-1.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-10.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-12.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-13.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-16.warc 0 1 0 -
openpreserve__jhove/invalid-warcheaderversion-17.warc 0 1 0 -
openpreserve__jhove/invalid-warcheaderversion-18.warc 0 1 0 -
openpreserve__jhove/invalid-warcheaderversion-19.warc 0 1 0 -
openpreserve__jhove/invalid-warcheaderversion-2.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-20.warc 0 0 0 -
openpreserve__jhove/invalid-warcheaderversion-21.warc 1 0 0 0
openpreserve__jhove/invalid-warcheaderversion-22.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-23.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-24.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-3.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-5.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-6.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-7.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-8.warc 1 1 0 0
openpreserve__jhove/invalid-warcheaderversion-9.warc 0 1 0 -
openpreserve__jhove/invalid-warcreader-diagnosis-1.warc 0 1 0 -
openpreserve__jhove/invalid-warcrecord-2.warc 6 0 0 0
openpreserve__jhove/invalid-warcrecord-3.warc 6 1 0 0
openpreserve__jhove/invalid-warcrecorddigests-1.warc 7 0 0 0
openpreserve__jhove/invalid-warcrecorddigests-2.warc 2 0 0 0
openpreserve__jhove/valid-warcfile-upper-lower-case.warc.gz 5 0 0 0
openpreserve__jhove/valid-warcrecorddigests-1.warc 7 0 0 0
openzim__warc2zim/bad-redirections.warc.gz 91 0 1 1
openzim__warc2zim/content-resource-types.warc.gz 28 0 2 1
openzim__warc2zim/example-response.warc 3 0 1 1
openzim__warc2zim/example-revisit.warc.gz 16 0 3 3
openzim__warc2zim/example-with-timestamp.warc 2 0 1 1
openzim__warc2zim/kiwix-with-redirects.warc.gz 105 0 6 3
openzim__warc2zim/qsl.net-encoding-alias.warc.gz 7 0 1 1
openzim__warc2zim/self-redirect.warc 4 0 2 1
philippelyp__php-warc/example.warc.gz 6 0 1 1
richardlehane__webarchive/decode.warc 12 0 2 2
richardlehane__webarchive/hello-world.warc 6 0 0 0
richardlehane__webarchive/hello-world2.arc 2 0 1 1
slyrz__warc/bench.warc.bz2 23 4 0 0
slyrz__warc/test.warc 10 0 0 0
slyrz__warc/test.warc.gz 10 0 0 0
ukwa__webarchive-discovery/BL-20140325121225068-00000-32090~opera~8443.warc.gz 190 0 36 32
ukwa__webarchive-discovery/IAH-20080430204825-00000-blackbook-truncated.arc.gz 9 0 2 2
ukwa__webarchive-discovery/IAH-20080430204825-00000-blackbook-truncated.warc 23 0 2 2
ukwa__webarchive-discovery/ip-host-testcase.warc.gz 6 0 1 0
ukwa__webarchive-discovery/truncated_datetime.warc 5 0 1 1
webis-de__ecir20-effect-of-near-duplicates-on-ir-evaluation/CC-MAIN-20150226074105-00336-ip-10-28-5-156.ec2.internal.warc.gz 56 0 12 12
webis-de__ecir20-effect-of-near-duplicates-on-ir-evaluation/clueweb-09-sample-en0000-sample-00.warc 24 0 23 23
webrecorder__cdxj-indexer/cc.warc.gz 3 0 1 1
webrecorder__cdxj-indexer/example.arc 2 0 1 1
webrecorder__cdxj-indexer/example.warc.gz 6 0 1 1
webrecorder__py-wacz/example-collection-with-lists.warc 38 0 7 6
webrecorder__py-wacz/example-collection.warc 4 0 1 1
webrecorder__py-wacz/example-iana.warc 118 0 7 6
webrecorder__py-wacz/example-resource.warc.gz 3 0 0 1
webrecorder__py-wacz/example-warcinfo-metadata.warc 4 0 1 1
webrecorder__py-wacz/invalid_example_1.wacz 0 1 0 -
webrecorder__py-wacz/valid_signed_example_1.wacz 4 2 2 1
webrecorder__pywb/dupes.warc.gz 25 0 1 1
webrecorder__pywb/example-bad.warc.gz.bad 6 0 2 1
webrecorder__pywb/example-extra.warc 6 0 2 2
webrecorder__pywb/example-url-agnostic-revisit.warc.gz 2 0 0 0
webrecorder__pywb/example-wget-1-14.warc.gz 6 0 1 1
webrecorder__pywb/example-wpull.warc.gz 4 0 1 1
webrecorder__pywb/example.arc.gz 2 0 1 1
webrecorder__pywb/iana.warc.gz 343 0 20 16
webrecorder__pywb/missing-status-text.warc 1 0 0 0
webrecorder__warcio.js/example-bad-length.warc 6 0 1 1
webrecorder__warcio.js/example-resource.warc.gz 1 0 0 0
webrecorder__warcio.js/example.warc 7 0 1 1
webrecorder__warcio.js/redirect.warc 2 0 1 0
webrecorder__warcio/example-bad-non-chunked.warc.gz 6 0 1 1
webrecorder__warcio/example-iana.org-chunked.warc 3 0 1 1
webrecorder__warcio/example-resource.warc.gz 3 0 0 1
webrecorder__warcio/example-space-in-target-uri.warc.gz 2 0 0 0
webrecorder__warcio/example-space-in-url.arc 2 1 1 0
webrecorder__warcio/example-trunc.warc 4 0 1 1
webrecorder__warcio/example-wget-bad-target-uri.warc.gz 6 0 1 1
webrecorder__warcio/example-wrong-chunks.warc.gz 2 0 1 1
webrecorder__warcio/example.warc 6 0 1 1
"""  # noqa: E501
ROWS = [line.split() for line in EXPECTED.split("\n") if line]


# One is a bomb of half a gigabyte.
SLOW = {"slyrz__warc/bench.warc.bz2": [pytest.mark.slow]}


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0], marks=SLOW.get(row[0], ())) for row in ROWS])
def test_what_is_recovered(shared, row):
    file, known, damaged, html, sound = row
    path = shared / "data" / "warc" / file
    with open(path, "rb") as source:
        found = list(records(source))
    assert sum(bool(record.head) for record in found) == int(known)
    assert sum(record.error is not None for record in found) == int(damaged)
    assert sum(map(is_html_response, found)) == int(html)
    if sound == "-":
        with pytest.raises(BadInput, match=file.rpartition("/")[2]):
            list(read_pages(path, file))
    else:
        rows = [row for table in read_pages(path, file) for row in table.to_pylist()]
        assert sum(row["error"] is None and row["reason"] is None for row in rows) == int(sound)


def is_html_response(record) -> bool:
    fields = record.fields()
    said = parse_response(record.block).fields.get("content-type") or fields.get("arc-type", "")
    return fields.get("warc-type", "").lower() == "response" and "html" in said.lower()


def test_no_fewer_html_responses_than_other_readers(shared):
    manifest = json.loads((shared / "data" / "warc" / "MANIFEST.json").read_text())
    ours = {row[0]: int(row[3]) for row in ROWS}
    assert {specimen["file"] for specimen in manifest} == set(ours)
    fewer = [
        specimen["file"]
        for specimen in manifest
        if ours[specimen["file"]] < max(specimen["fastwarc_html_responses"], specimen["warcio_html_responses"])
    ]
    assert fewer == []
