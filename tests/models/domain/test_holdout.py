"""The lot by which campaigns are held out."""

from uuid import UUID

from models.domain.holdout import drawn

WORKSPACE = UUID(int=7)


def test_the_share_is_about_the_one_that_was_asked_for() -> None:
    chosen = [drawn(WORKSPACE, UUID(int=number), 1_500) for number in range(4_000)]

    assert 0.13 < sum(chosen) / len(chosen) < 0.17


def test_everybody_draws_the_same_and_a_larger_share_holds_the_smaller_one() -> None:
    campaigns = [UUID(int=number) for number in range(300)]
    small = {each for each in campaigns if drawn(WORKSPACE, each, 1_000)}
    large = {each for each in campaigns if drawn(WORKSPACE, each, 2_000)}

    assert small == {each for each in campaigns if drawn(WORKSPACE, each, 1_000)}
    assert small < large
    assert {each for each in campaigns if drawn(UUID(int=8), each, 1_000)} != small
    assert not any(drawn(WORKSPACE, each, 0) for each in campaigns)
