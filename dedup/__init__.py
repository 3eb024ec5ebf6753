"""Whole-corpus deduplication: by URL, by MinHash, and by exact repeated substrings; and decontamination."""
