"""Labels: columns that say what a page is like and decide nothing; who chooses by them does so later.

scored = Map("scored", clean, (measures(), page_type(), *model_scores({"edu": "models/edu"})))
labelled = Map("labelled", scored, verdicts=percentiles("ranks", scored, "edu", buckets=20))
"""

from stages.labels.measures import measures
from stages.labels.models import model_scores
from stages.labels.page_type import page_type
from stages.labels.percentiles import percentiles

__all__ = ["measures", "model_scores", "page_type", "percentiles"]
