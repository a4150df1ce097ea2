"""Which engine decides in a workspace: the one that its people chose, else this version's own."""

from models.tables.identity import Workspace
from optimizer.engines import DEFAULT_ENGINE, ENGINES
from records.evidence.settings import chosen_engine


def engine_in(workspace: Workspace) -> str:
    """What was chosen and is not part of this version any more gives way to this version's own."""
    chosen = chosen_engine(workspace)
    return chosen if chosen is not None and chosen in ENGINES else DEFAULT_ENGINE
