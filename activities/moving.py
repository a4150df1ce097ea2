"""Moves money: applies decided move sets page by page, and turns people's wishes into move sets.

Each page starts from the rows, so it does not matter which worker died when. Whether a write may leave is decided by
the gate at its claim; what is asked here before only spares calls.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import move_intents, wishes
from activities.ad_platform import AdPlatform
from activities.errors import ErrorType, may_others_go
from activities.heartbeats import heartbeating
from activities.platform_writes import PlatformWrites
from models.contracts.optimizing import ApplyPage, MoveRequest, MovesIntended, PageApplied
from models.contracts.publishing import IntentRef
from models.domain.states import MoveOrigin, MoveState, OptimizerMode, WriteClass
from providers.ads.meta.currencies import to_minor
from records import gate, ledger
from records.gate import GateVerdict
from records.optimizing import applying, closing, lists, modes
from records.optimizing.applying import OpenMoves, Tally, by_minor, frees

PERSON_WAITS = timedelta(seconds=30)
"""How long a person's wish waits for an object that another write holds; the refusal says which then."""
_ALL = 10_000


class Moving:
    def __init__(self, platform: AdPlatform, writes: PlatformWrites) -> None:
        self._platform = platform
        self._writes = writes
        self._database = platform.database

    @activity.defn
    async def apply_page(self, page: ApplyPage) -> PageApplied:
        """Apply the next actions: cuts first in each move set, raises only up to the cuts that were confirmed.

        `more` in the answer: something is still to be sent, or to be found out.

        Idempotency: every action has one intent, and the intent's row says what became of it.
        """
        async with heartbeating():
            tally = Tally()
            left, tried = page.limit, set[UUID]()
            trouble = None
            while True:
                refs = await self._round(page, tally, left, tried)
                if not refs or trouble is not None:
                    break
                tried |= {ref.intent_id for ref in refs}
                left -= len(refs)
                trouble = await self._send(refs)
            if trouble is not None and _is_long(trouble):
                await self._give_up(page, tally, trouble.message)
            return await self._answer(page, tally)

    async def _round(self, page: ApplyPage, tally: Tally, left: int, tried: set[UUID]) -> list[IntentRef]:
        """Take over what was settled, and intend what is due next: at most `left` writes that were not tried yet."""
        async with self._database.workspace_transaction(page.workspace_id) as session:
            sets = await applying.open_sets(session, page, most=page.limit)
        refs: list[IntentRef] = []
        for move_set_id in sets:
            async with self._database.workspace_transaction(page.workspace_id) as session:
                moves = await applying.load(session, move_set_id)
                if moves is None or (left <= len(refs) and not tried & moves.intents.keys()):
                    continue
                await applying.absorb(session, moves)
                due = await self._due(session, moves)
                fresh = [intent_id for intent_id in due if intent_id not in tried][: left - len(refs)]
                refs += [IntentRef(workspace_id=page.workspace_id, intent_id=intent_id) for intent_id in fresh]
                if not moves.open:
                    await closing.close(session, moves)
            tally.add(moves.tally)
        return refs

    async def _due(self, session: AsyncSession, moves: OpenMoves) -> list[UUID]:
        """Intents to be sent or found out next, in the order of the set."""
        if reason := await self._why_not(session, moves):
            await applying.drop_unsent(session, moves, reason)
        phase = [action for action in moves.open if frees(action)]
        held = await self._held(session, moves)
        if not phase:
            # All at once, in the transaction that intends the first: what a raise may still be is reckoned once.
            raises = [action for action in moves.actions if by_minor(action) > 0]
            begins = any(action.object_id not in held for action in raises if action.state is MoveState.APPLYING)
            if begins and not any(action.intent_id for action in raises):
                applying.finance(moves, to_minor(1, moves.account.currency))
            phase = moves.open
        await move_intents.intend(session, moves, [action for action in phase if action.object_id not in held])
        return [action.intent_id for action in phase if action.state is MoveState.APPLYING and action.intent_id]

    async def _why_not(self, session: AsyncSession, moves: OpenMoves) -> str | None:
        if moves.row.expires_at is not None and moves.now >= moves.row.expires_at:
            return applying.TOO_LATE
        if reason := applying.blocked(moves.campaign, moves.account):
            return reason
        ruling = gate.quota_ruling(moves.account, moves.write_class, await ledger.database_now(session))
        if ruling.verdict is GateVerdict.DROP:
            # Each of them would be read first, which costs quota too.
            return ruling.reason
        if moves.row.origin is MoveOrigin.OPTIMIZER and not moves.intents:
            mode = (await modes.campaign_modes(session, moves.campaign.id)).effective
            if mode is not OptimizerMode.AUTO:
                return f"The optimizer was switched to “{mode.value}” in the meantime."
        return None

    async def _held(self, session: AsyncSession, moves: OpenMoves) -> set[UUID]:
        """Objects that a person's wish waits for; others never wait."""
        if moves.row.origin is MoveOrigin.OPTIMIZER:
            return set()
        if await ledger.database_now(session) - moves.row.created_at > PERSON_WAITS:
            return set()
        return await applying.busy(session, moves, moves.open)

    async def _send(self, refs: Sequence[IntentRef]) -> ApplicationError | None:
        """What ends for one object is in its row; answers with a reason that holds up the whole account."""
        turn = asyncio.Semaphore(self._platform.limits.parallel)
        trouble: list[ApplicationError] = []

        async def one(ref: IntentRef) -> None:
            async with turn:
                if trouble:
                    return
                try:
                    await self._writes.settle(ref)
                except ApplicationError as error:
                    if error.type == ErrorType.WAITING and not may_others_go(error):
                        trouble.append(error)

        await asyncio.gather(*(one(ref) for ref in refs))
        return max(trouble, key=lambda error: error.next_retry_delay or timedelta(), default=None)

    async def _give_up(self, page: ApplyPage, tally: Tally, reason: str) -> None:
        """The platform takes nothing for a while: what the optimizer wanted is decided anew in the next hour."""
        async with self._database.workspace_transaction(page.workspace_id) as session:
            sets = await applying.open_sets(session, page, most=_ALL)
        for move_set_id in sets:
            async with self._database.workspace_transaction(page.workspace_id) as session:
                moves = await applying.load(session, move_set_id)
                if moves is None or moves.write_class is not WriteClass.OPTIMIZER:
                    continue
                await applying.absorb(session, moves)
                await applying.drop_unsent(session, moves, f"{reason} The next hour decides anew.")
                if not moves.open:
                    await closing.close(session, moves)
            tally.add(moves.tally)

    async def _answer(self, page: ApplyPage, tally: Tally) -> PageApplied:
        async with self._database.workspace_transaction(page.workspace_id) as session:
            more = bool(await applying.open_sets(session, page, most=1))
            if page.move_set_id is None:
                return PageApplied(applied=tally.applied, dropped=tally.dropped, failed=tally.failed, more=more)
            actions = (await lists.actions_of(session, [page.move_set_id])).get(page.move_set_id, [])
        tally = Tally()
        for action in actions:
            tally.count(action.state)
        reasons = [f"{action.name}: {action.error}" for action in actions if action.error]
        return PageApplied(
            applied=tally.applied, dropped=tally.dropped, failed=tally.failed, more=more, reasons=reasons
        )

    @activity.defn
    async def intend_moves(self, wish: MoveRequest) -> MovesIntended:
        """Make a move set of what a person wishes: an undo, or a suggestion that was approved. Sends nothing.

        Idempotency: the request's id; a repeat answers with the move set that is there.
        """
        async with self._database.workspace_transaction(wish.workspace_id) as session:
            return await wishes.intend(session, wish)


def _is_long(error: ApplicationError) -> bool:
    return error.next_retry_delay is not None and error.next_retry_delay > gate.OPTIMIZER_PATIENCE
