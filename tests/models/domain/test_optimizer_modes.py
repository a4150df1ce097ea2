"""Three say how far the optimizer may go, and the most careful of them decides."""

from itertools import product

import pytest

from models.domain.optimizer_modes import effective_mode, lowest, refused_words
from models.domain.states import OptimizerMode

OFF, SUGGEST, AUTO = OptimizerMode.OFF, OptimizerMode.SUGGEST, OptimizerMode.AUTO


@pytest.mark.parametrize(("workspace", "campaign", "approved"), [*product(OptimizerMode, OptimizerMode, OptimizerMode)])
def test_nobody_can_go_beyond_any_of_the_three(
    workspace: OptimizerMode, campaign: OptimizerMode, approved: OptimizerMode
) -> None:
    mode = effective_mode(workspace, campaign, approved)

    assert mode is lowest(workspace, campaign, approved)
    assert mode in (workspace, campaign, approved)


def test_a_campaign_without_a_mode_follows_its_workspace_and_nothing_approved_is_off() -> None:
    assert effective_mode(AUTO, None, OptimizerMode.AUTO) is AUTO
    assert effective_mode(AUTO, AUTO, None) is OFF


@pytest.mark.parametrize(
    ("wanted", "approved", "words"),
    [
        (AUTO, OptimizerMode.AUTO, None),
        (SUGGEST, OptimizerMode.AUTO, None),
        (OFF, None, None),
        (AUTO, OptimizerMode.SUGGEST, "up to “suggest”"),
        (SUGGEST, OptimizerMode.OFF, "up to “off”"),
        (SUGGEST, None, "No schedule is approved yet"),
    ],
)
def test_a_mode_above_what_is_approved_is_refused_with_words(
    wanted: OptimizerMode, approved: OptimizerMode | None, words: str | None
) -> None:
    said = refused_words(wanted, approved)

    assert (said is None) == (words is None)
    assert (words or "") in (said or "")
