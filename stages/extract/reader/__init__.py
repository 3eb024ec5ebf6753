"""The text that trafilatura gives, in less time."""
