"""RefinedWeb's own funnel, to stand beside that of a run: Penedo et al. 2023, figure 2.

Shares are of the documents of Common Crawl up to the language filter, and of tokens from there on, as the figure mixes
them. The last line is the figure's; what it removes is computed from what is left, for the figure's two numbers differ.
"""

REFINEDWEB = (
    ("RW-Raw", "URL filtering", 0.9776),
    ("RW-Raw", "text extraction", 0.9631),
    ("RW-Raw", "language identification", 0.4751),
    ("RW-Filtered", "repetition removal", 0.3597),
    ("RW-Filtered", "document-wise filtering", 0.3015),
    ("RW-Filtered", "line-wise corrections", 0.2334),
    ("RefinedWeb", "fuzzy deduplication", 0.1450),
    ("RefinedWeb", "exact deduplication", 0.1167),
)
