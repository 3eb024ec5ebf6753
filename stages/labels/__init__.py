"""Labels: columns that say what a page is like and decide nothing; who chooses by them does so later."""

from stages.labels.percentiles import percentiles

__all__ = ["percentiles"]
