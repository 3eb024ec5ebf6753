"""A run in the browser, live while it goes on: status, funnel, all pages with what became of them, families, shards."""
