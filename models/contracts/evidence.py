"""What a what-if takes and answers on its way through Temporal."""

from uuid import UUID

from models.contracts.base import Contract
from models.domain.states import WhatIfState


class WhatIfRef(Contract):
    """Input of `WhatIfWorkflow` (`what-if-{what_if_id}`); what is asked stands in the row."""

    workspace_id: UUID
    what_if_id: UUID


class WhatIfEnded(WhatIfRef):
    """It came to no end of its own: why, in words, and whether somebody wanted it so."""

    words: str
    cancelled: bool = False


class WhatIfProgress(Contract):
    """How many runs were replayed of how many. `more`: it goes on."""

    state: WhatIfState
    runs: int = 0
    runs_in_all: int = 0
    more: bool = False
