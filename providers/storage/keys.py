"""Where things lie in the object store: under the workspace, named by their SHA-256, with the ending kept.

Only uploads on their way have names of their own, for their hash is not known yet.

The ending matters: the embedded store guesses the content type by it after a restart.
"""

from uuid import UUID


def asset_key(workspace_id: UUID, sha256: str, ending: str) -> str:
    return f"{workspace_id}/assets/{sha256}.{ending}"


def text_key(workspace_id: UUID, sha256: str) -> str:
    return f"{workspace_id}/texts/{sha256}.json"


def report_key(workspace_id: UUID, sha256: str) -> str:
    return f"{workspace_id}/reports/{sha256}.csv"


def run_key(workspace_id: UUID, sha256: str) -> str:
    """What an optimizer run decided on."""
    return f"{workspace_id}/runs/{sha256}.json.gz"


def model_key(workspace_id: UUID, sha256: str) -> str:
    """A trained model of the score."""
    return f"{workspace_id}/models/{sha256}.json"


def training_key(workspace_id: UUID, sha256: str) -> str:
    """What it was trained and judged on."""
    return f"{workspace_id}/trainings/{sha256}.npy.gz"


def upload_key(workspace_id: UUID, upload_id: UUID) -> str:
    return f"{workspace_id}/uploads/{upload_id}"


def rest_key(workspace_id: UUID, upload_id: UUID) -> str:
    """What has arrived of an upload's next part."""
    return f"{workspace_id}/uploads/{upload_id}.rest"
