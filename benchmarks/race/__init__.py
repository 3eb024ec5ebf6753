"""The whole way from WARC files to kept texts, ours and datatrove's, on the same files: `make race`.

`peer` is datatrove's pipeline and `ours` is the recipe; `environments` makes what the peer runs in, `mixture` the WARC
files, `measure` counts processor time, `course` runs them in turn, `differences` explains the kept pages that are not
the same, and `document` writes docs/performance.md.
"""
