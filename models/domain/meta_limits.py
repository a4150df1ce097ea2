"""Meta's limits on ad texts. They move: each block says of which day it is and where it comes from.

A guideline is where a reader's view is cut off, so going over it warns. A limit is where Meta refuses the ad.
"""

from typing import NamedTuple

from models.domain.content import CallToAction
from models.domain.states import CreativeFormat, Placement
from models.domain.strategy import Objective


class Guideline(NamedTuple):
    """Characters shown; None where the placement does not show that part."""

    primary_text: int
    headline: int
    description: int | None


# As of 2026-11-20, from the ad guide's recommendations per placement as practitioners quote them.
GUIDELINES = {
    Placement.FEED: Guideline(125, 27, 27),
    Placement.STORY: Guideline(125, 40, None),
    Placement.REEL: Guideline(72, 10, None),
    Placement.RIGHT_COLUMN: Guideline(90, 25, None),
    Placement.CARD: Guideline(125, 40, 20),
}

# As of 2026-11-20, from refusals that users of the Marketing API report. Counted in code points, the stricter reading.
PRIMARY_LIMIT = 2_200
HEADLINE_LIMIT = DESCRIPTION_LIMIT = 255
# Texts customized per placement travel as an asset feed, whose bodies are shorter.
FEED_BODY_LIMIT = 1_024
CARDS_MIN, CARDS_MAX = 2, 10

# Which placements a format needs words for.
PLACEMENTS = {
    CreativeFormat.SINGLE_IMAGE: (Placement.FEED, Placement.STORY, Placement.REEL, Placement.RIGHT_COLUMN),
    CreativeFormat.SINGLE_VIDEO: (Placement.FEED, Placement.STORY, Placement.REEL),
    CreativeFormat.CAROUSEL: (Placement.CARD,),
    CreativeFormat.EXISTING_POST: (Placement.FEED,),
}

# As of 2026-11-20. Meta publishes no table of buttons per objective; this is a cautious choice, not a limit of Meta's.
_ANY_SITE = (
    CallToAction.LEARN_MORE,
    CallToAction.SIGN_UP,
    CallToAction.BOOK_NOW,
    CallToAction.CONTACT_US,
    CallToAction.DOWNLOAD,
    CallToAction.SUBSCRIBE,
    CallToAction.GET_QUOTE,
    CallToAction.APPLY_NOW,
)
BUTTONS = {
    Objective.SALES: (CallToAction.SHOP_NOW, CallToAction.GET_OFFER, *_ANY_SITE),
    Objective.LEADS: (*_ANY_SITE, CallToAction.GET_OFFER),
    Objective.TRAFFIC: (*_ANY_SITE, CallToAction.SHOP_NOW, CallToAction.GET_OFFER),
    Objective.AWARENESS: (*_ANY_SITE, CallToAction.SHOP_NOW),
}
