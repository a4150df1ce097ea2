"""Turns recorded facts of a campaign into what people see of them."""

from typing import TypeVar

from pydantic import BaseModel

from api.problems import ApiError, ProblemType
from api.schemas.documents import (
    ApprovalView,
    BallotView,
    DocumentView,
    DryRunView,
    ItemView,
    PlanView,
)
from models.domain.ads_plan import AdsPlan
from models.domain.states import Scope
from models.tables.document import DocumentVersion
from models.tables.plan import PlanVersion
from records.campaigns.facts import CampaignFacts, ItemFacts, Versions

D = TypeVar("D", bound=BaseModel)
V = TypeVar("V", bound=DocumentVersion)


def version_to_show(versions: Versions[V], *, drafts: bool, what: str) -> V:
    """The draft where the reader sees drafts and there is one, else what was submitted."""
    version = versions.working if drafts else versions.submitted
    if version is None:
        hint = "It is being drafted, or waits for the brief." if drafts else "It was not submitted yet."
        raise ApiError(ProblemType.NOT_FOUND, f"This campaign has no {what} to show. {hint}")
    return version


def document_view(
    versions: Versions[V], model: type[D], *, drafts: bool, what: str, hashed: str | None = None
) -> DocumentView[D]:
    """`hashed` is the hash of the submitted version; a draft has none yet."""
    version = version_to_show(versions, drafts=drafts, what=what)
    return DocumentView(
        version=version.version,
        state=version.state,
        hash=hashed if version is versions.submitted else None,
        submitted_at=version.submitted_at,
        has_newer_draft=drafts and versions.draft is not None,
        content=model.model_validate(version.body),
    )


def plan_view(facts: CampaignFacts, *, drafts: bool) -> PlanView[AdsPlan]:
    view = document_view(facts.plans, AdsPlan, drafts=drafts, what="ads plan", hashed=facts.hashes.get(Scope.ADS))
    version = version_to_show(facts.plans, drafts=drafts, what="ads plan")
    return PlanView(**dict(view), dry_run=_dry_run(version, facts))


def _dry_run(version: PlanVersion, facts: CampaignFacts) -> DryRunView | None:
    report = version.dry_run
    if report is None:
        return None
    lines = report.get("lines")
    return DryRunView(
        passed=report.get("passed") is True,
        current=report.get("basis") == facts.launch_basis,
        checked_at=version.dry_run_at,
        lines=lines if isinstance(lines, list) else [],
    )


def item_view(facts: CampaignFacts, key: str, item: ItemFacts, *, drafts: bool) -> ItemView:
    view = facts.item_views[key]
    version = item.versions.working if drafts else item.versions.submitted
    return ItemView(
        key=key,
        concept=item.row.concept_key,
        language=item.row.language,
        included=view.included,
        state=view.state,
        hash=facts.item_hashes.get(key),
        waiting_for=view.waiting_for.name if view.waiting_for else None,
        unchanged_since=view.unchanged_since,
        last_reason=view.last_reason,
        version=version.version if version else None,
        document_state=version.state if version else None,
        source=version.source if version else None,
        instruction=version.instruction if version and drafts else None,
        has_newer_draft=drafts and item.versions.draft is not None,
        content=item.working if drafts else item.submitted,
    )


def approval_view(facts: CampaignFacts, scope: Scope) -> ApprovalView:
    view, row = facts.scope_views[scope], facts.approvals.get(scope)
    submitted = facts.submitted_version(scope)
    return ApprovalView(
        scope=scope,
        state=view.state,
        requested=facts.requested(scope),
        requested_at=row.requested_at if row else None,
        hash=facts.hashes.get(scope),
        version=submitted.version if submitted else None,
        waiting_for=view.waiting_for.name if view.waiting_for else None,
        unchanged_since=view.unchanged_since,
        shortfall=view.shortfall,
        last_reason=view.last_reason,
        decided_at=row.decided_at if row else None,
        ballots=[
            BallotView(
                item=ballot.item_key,
                stage=ballot.stage,
                decided_by=ballot.decider_name,
                verdict=ballot.verdict,
                reason=ballot.reason,
                seen_hash=ballot.seen_hash,
                channel=ballot.channel,
                at=ballot.created_at,
            )
            for ballot in facts.ballots
            if ballot.scope is scope
        ],
    )
