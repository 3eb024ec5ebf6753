"""The default reader: a page as blocks, each kept or dropped."""
