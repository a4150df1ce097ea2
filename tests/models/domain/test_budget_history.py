"""What a budget was when, from the values that are known of it."""

from datetime import UTC, datetime, timedelta

from models.domain.budget_history import BudgetHistory, BudgetValue

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def history(*values: tuple[float, int]) -> BudgetHistory:
    """Pairs of hours before noon and amount."""
    return BudgetHistory(tuple(BudgetValue(NOON - timedelta(hours=ago), amount, daily=True) for ago, amount in values))


def test_before_the_first_known_value_that_value_is_taken() -> None:
    assert history((3, 100), (1, 120)).at(NOON - timedelta(hours=24)) == 100
    assert BudgetHistory().at(NOON) is None


def test_the_first_value_and_one_that_was_only_seen_again_are_no_edits() -> None:
    budget = history((30, 100), (20, 120), (10, 120))

    assert budget.edited_at == NOON - timedelta(hours=20)
    assert history((30, 100)).edited_at is None


def test_edits_there_and_back_count_as_two() -> None:
    budget = history((30, 100), (0.5, 120), (0.25, 100))

    assert budget.edits_since(NOON - timedelta(hours=1)) == 2
    assert budget.edits_since(NOON - timedelta(hours=0.5)) == 1


def test_the_highest_value_of_a_day_counts_what_held_when_it_began() -> None:
    budget = history((30, 150), (10, 100), (5, 120), (1, 90))

    assert budget.highest_since(NOON - timedelta(hours=12)) == 150
    assert budget.highest_since(NOON - timedelta(hours=9)) == 120
    assert BudgetHistory().highest_since(NOON) is None
