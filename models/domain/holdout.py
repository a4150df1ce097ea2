"""Which campaigns the optimizer leaves alone so that its effect on the others can be measured: drawn by lot.

The lot is a hash of ids, so that everybody who looks draws the same, and nobody can draw twice.
"""

import hashlib
from uuid import UUID

ALL_BP = 10_000
MOST_BP = 5_000
"""Half of the campaigns; holding out more would cost more than it tells."""


def drawn(workspace_id: UUID, campaign_id: UUID, share_bp: int) -> bool:
    """Whether the campaign is among the share that is left alone."""
    digest = hashlib.sha256(workspace_id.bytes + campaign_id.bytes).digest()
    return int.from_bytes(digest[:8]) % ALL_BP < share_bp
