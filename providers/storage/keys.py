"""Where things lie in the object store: under the workspace, named by their SHA-256, with the ending kept.

The ending matters: the embedded store guesses the content type by it after a restart.
"""

from uuid import UUID


def asset_key(workspace_id: UUID, sha256: str, ending: str) -> str:
    return f"{workspace_id}/assets/{sha256}.{ending}"


def text_key(workspace_id: UUID, sha256: str) -> str:
    return f"{workspace_id}/texts/{sha256}.json"
