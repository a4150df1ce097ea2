"""Asks a language model what it would do with a campaign's money. It may only propose; the same guard looks at that."""

from dataclasses import dataclass

from anyio import to_thread
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import problems
from activities.advice_facts import NotUnderstood, Shown, proposed, shown, with_names
from activities.decisions import broken_limits
from activities.engine_choice import engine_in
from activities.errors import as_application_error
from activities.heartbeats import heartbeating
from activities.model_calls import BAD_ANSWERS, ModelCalls
from activities.problems import Asked
from models.contracts.advising import AdviceGiven, AskAdvice, NoAdvice
from models.contracts.base import CampaignRef
from models.contracts.optimizing import RunRef
from models.domain.budget_moves import BudgetMove, BudgetMoves
from models.domain.cited_figures import made_up
from models.domain.money import in_words
from models.domain.states import CampaignStatus
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from models.tables.optimization import Suggestion
from optimizer.engines import decide
from optimizer.problem import Pool, PoolDecision
from providers.errors import ProviderError
from providers.text.prompts.advise import AdviceDraft, advise
from providers.text.protocol import TextProvider
from records import advice, notifications
from records.database import Database
from records.optimizing.proposals import LASTS
from records.optimizing.suggestions import MOVE_BUDGET, NOTE

# Reasoning counts against it; the advice itself is some 400.
ADVICE_TOKENS = 6_000
TITLE = 80


@dataclass(frozen=True, slots=True)
class Case:
    """One campaign as the model sees it, and as the guard does."""

    asked: Asked
    pool: Pool
    seen: Shown


@dataclass(frozen=True)
class Advising:
    """`model` is the one that advises; the cap is `ModelCalls`'."""

    database: Database
    text: TextProvider
    model: str
    monthly_cap_micros: int

    @activity.defn
    async def advise(self, wish: AskAdvice) -> AdviceGiven:
        """Stores a suggestion, or a note where nothing may be moved that way.

        Idempotency: one for each campaign and UTC day; a repeat answers with what is stored.

        Raises:
            ApplicationError: the model or the budget for it is not there, or its answer could not be used.
        """
        async with heartbeating():
            async with self.database.workspace_transaction(wish.workspace_id) as session:
                if there := await advice.of_day(session, wish.campaign_id, wish.day):
                    return _given(there)
                asked, pool = await _asked(session, wish)
            believed = await to_thread.run_sync(decide, asked.problem.model_copy(update={"pools": [pool]}))
            case = Case(asked, pool, shown(asked.problem, pool, believed.pools[0]))
            ref = CampaignRef(workspace_id=wish.workspace_id, campaign_id=wish.campaign_id)
            calls = ModelCalls(self.database, self.text, self.monthly_cap_micros, campaign_waits=False)
            answer = await calls.ask(ref, advise(case.seen.facts), self.model, ADVICE_TOKENS)
            row = _row(wish, case, answer.value, answer.model)
            async with self.database.workspace_transaction(wish.workspace_id) as session:
                await advice.store(session, row)
                return _given(await advice.of_day(session, wish.campaign_id, wish.day) or row)

    @activity.defn
    async def say_why_not(self, failed: NoAdvice) -> None:
        async with self.database.workspace_transaction(failed.workspace_id) as session:
            await notifications.add(
                session,
                workspace_id=failed.workspace_id,
                campaign_id=failed.campaign_id,
                kind="advice_failed",
                title="The language model gave no advice",
                body=f"{failed.words} Nothing was changed; ask again whenever you like.",
                dedupe_key=f"advice:{activity.info().workflow_run_id}",
            )


async def _asked(session: AsyncSession, wish: AskAdvice) -> tuple[Asked, Pool]:
    workspace = await session.get_one(Workspace, wish.workspace_id)
    campaign = await session.get(Campaign, wish.campaign_id)
    if not advice.is_on(workspace):
        raise _final("advice_off", "Advice of a language model is switched off in the workspace's settings.")
    if campaign is None or campaign.ad_account_id is None or campaign.status is not CampaignStatus.LIVE:
        raise _final("nothing_live", "Only a live campaign has figures to advise on.")
    run = RunRef(workspace_id=wish.workspace_id, ad_account_id=campaign.ad_account_id, run_id=campaign.id)
    try:
        asked = await problems.load(session, run, engine_in(workspace))
    except ProviderError as error:
        raise as_application_error(error) from error
    pool = next((pool for pool in asked.problem.pools if pool.campaign_id == campaign.id), None)
    if pool is None or not any(owner.days for owner in pool.owners):
        raise _final("no_figures", "There are no figures yet to advise on. Wait for the next hours.")
    return asked, pool


def _final(kind: str, words: str) -> ApplicationError:
    return ApplicationError(words, type=kind, non_retryable=True)


def _row(wish: AskAdvice, case: Case, draft: AdviceDraft, model: str) -> Suggestion:
    """Figures first: what cites any that the model was not shown is thrown away as a whole."""
    facts: dict[str, JsonValue] = {**case.seen.facts, "proposed": [budget.budget for budget in draft.budgets]}
    if invented := made_up(draft.texts, facts):
        words = f"The language model cited figures that it was not shown ({', '.join(invented[:5])}), so its advice is "
        raise ApplicationError(
            f"{words}not kept.", type="made_up_figures", non_retryable=activity.info().attempt >= BAD_ANSWERS
        )
    action, trouble = _judged(case, draft)
    told = [draft.advice, *(f"• {line}" for line in draft.evidence), draft.doubts]
    names = case.seen.owners
    described = "\n".join([*(with_names(line, names) for line in told), *trouble])
    body = action.model_dump(mode="json") if action else {}
    return Suggestion(
        id=advice.advice_id(wish.campaign_id, wish.day),
        workspace_id=wish.workspace_id,
        campaign_id=wish.campaign_id,
        kind=MOVE_BUDGET if action else NOTE,
        title=with_names(draft.title, names)[:TITLE],
        description=described,
        action=body,
        proposed=body,
        expires_at=case.asked.problem.now + LASTS,
        model=model,
        created_by=wish.user_id,
    )


def _judged(case: Case, draft: AdviceDraft) -> tuple[BudgetMoves | None, list[str]]:
    """The move that the guard lets through; else none, with what it wanted and which limits that breaks, in words."""
    currency = case.asked.problem.currency
    try:
        wanted = proposed(case.pool, case.seen.owners, draft.budgets, currency)
    except NotUnderstood as error:
        return None, [f"Its proposal of budgets cannot be applied. {error}"]
    if wanted is None:
        return None, []
    moves = _moves(case, wanted)
    if broken := broken_limits(case.asked, case.pool, wanted):
        told = "; ".join(
            f"{move.name} from {in_words(move.before_minor, currency)} to {in_words(move.after_minor, currency)}"
            for move in moves.budgets
        )
        return None, [f"It would set {told}. That cannot be applied: {' '.join(broken)}"]
    return moves, []


def _moves(case: Case, wanted: PoolDecision) -> BudgetMoves:
    names = {owner.object_id: owner.name for owner in case.pool.owners}
    return BudgetMoves(
        budgets=[
            BudgetMove(
                object_id=each.object_id,
                name=names[each.object_id],
                before_minor=each.before_minor,
                after_minor=each.after_minor,
            )
            for each in wanted.owners
            if each.after_minor != each.before_minor
        ]
    )


def _given(row: Suggestion) -> AdviceGiven:
    return AdviceGiven(suggestion_id=row.id, kind="move_budget" if row.kind == MOVE_BUDGET else "note", words=row.title)
