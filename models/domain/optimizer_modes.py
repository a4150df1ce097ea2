"""How much the optimizer may do by itself: the workspace, the campaign and the approved envelope each set a limit."""

from models.domain.states import OptimizerMode

DEFAULT_MODE = OptimizerMode.SUGGEST
_ORDER = list(OptimizerMode)


def lowest(*modes: OptimizerMode) -> OptimizerMode:
    return min(modes, key=_ORDER.index)


def effective_mode(
    workspace: OptimizerMode, campaign: OptimizerMode | None, approved: OptimizerMode | None
) -> OptimizerMode:
    """The lowest of the three. Without a mode of its own a campaign follows its workspace; without an approved
    envelope nothing was agreed, so it is off."""
    if approved is None:
        return OptimizerMode.OFF
    return lowest(campaign or workspace, workspace, approved)


def refused_words(wanted: OptimizerMode, approved: OptimizerMode | None) -> str | None:
    """Why a campaign cannot have this mode; None where it can."""
    highest = OptimizerMode.OFF if approved is None else approved
    if lowest(wanted, highest) is wanted:
        return None
    if approved is None:
        return "No schedule is approved yet, so nothing was agreed about budgets; only “off” is possible."
    return (
        f"The approved schedule lets the optimizer go up to “{highest.value}”; “{wanted.value}” needs a schedule "
        "that allows it, and its approval."
    )
