"""The engine: stages of shards with receipts, run in-process or on Ray. It knows no web, no language and no model."""
