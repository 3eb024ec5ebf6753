"""The report of a run: one HTML page that opens without a network and shows what stayed, what went, and why."""

PAGES = 5_000  # sampled for a report
