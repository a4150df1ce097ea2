"""The rows of our database. Importing this package registers every table."""

from models.tables import (
    ad_account,
    ai_usage,
    approval,
    asset,
    audit,
    brand,
    campaign,
    command_input,
    content,
    identity,
    ledger,
    metrics,
    notification,
    optimization,
    plan,
    strategy,
)

__all__ = [
    "ad_account",
    "ai_usage",
    "approval",
    "asset",
    "audit",
    "brand",
    "campaign",
    "command_input",
    "content",
    "identity",
    "ledger",
    "metrics",
    "notification",
    "optimization",
    "plan",
    "strategy",
]
