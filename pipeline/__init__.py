"""The engine: stages of shards with receipts, run in-process or on Ray. It knows no web, no language and no model."""

VERSION = "0.1.0"  # of the whole project; CITATION.cff and CHANGELOG.md name it too
