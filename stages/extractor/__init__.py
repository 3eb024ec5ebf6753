"""Main text and images of one page, in a process that no page can take down."""
