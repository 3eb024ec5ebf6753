"""Judgements of a page, one idea a file: a filter gives the reason to drop a Doc, or None."""
