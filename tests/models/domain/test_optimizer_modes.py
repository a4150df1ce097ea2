"""Three say how far the optimizer may go, and the most careful of them decides."""

from itertools import product

import pytest

from models.domain.optimizer_modes import effective_mode, lowest, refused_words
from models.domain.schedule import EnvelopeMode
from models.domain.states import OptimizerMode

OFF, SUGGEST, AUTO = OptimizerMode.OFF, OptimizerMode.SUGGEST, OptimizerMode.AUTO


@pytest.mark.parametrize(("workspace", "campaign", "approved"), [*product(OptimizerMode, OptimizerMode, EnvelopeMode)])
def test_nobody_can_go_beyond_any_of_the_three(
    workspace: OptimizerMode, campaign: OptimizerMode, approved: EnvelopeMode
) -> None:
    mode = effective_mode(workspace, campaign, approved)

    assert mode is lowest(workspace, campaign, OptimizerMode(approved.value))
    assert mode in (workspace, campaign, OptimizerMode(approved.value))


def test_a_campaign_without_a_mode_follows_its_workspace_and_nothing_approved_is_off() -> None:
    assert effective_mode(AUTO, None, EnvelopeMode.AUTO) is AUTO
    assert effective_mode(AUTO, AUTO, None) is OFF


@pytest.mark.parametrize(
    ("wanted", "approved", "words"),
    [
        (AUTO, EnvelopeMode.AUTO, None),
        (SUGGEST, EnvelopeMode.AUTO, None),
        (OFF, None, None),
        (AUTO, EnvelopeMode.SUGGEST, "up to “suggest”"),
        (SUGGEST, EnvelopeMode.OFF, "up to “off”"),
        (SUGGEST, None, "No schedule is approved yet"),
    ],
)
def test_a_mode_above_what_is_approved_is_refused_with_words(
    wanted: OptimizerMode, approved: EnvelopeMode | None, words: str | None
) -> None:
    said = refused_words(wanted, approved)

    assert (said is None) == (words is None)
    assert (words or "") in (said or "")
