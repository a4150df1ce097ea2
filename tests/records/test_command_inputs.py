from models.tables.identity import Workspace
from records import command_inputs
from records.database import Database


async def test_the_same_body_keeps_its_id_whatever_the_order_of_its_fields(db: Database, workspace: Workspace) -> None:
    async with db.workspace_transaction(workspace.id) as session:
        first = await command_inputs.store_input(session, workspace.id, {"name": "عيد", "budget": 1})
        again = await command_inputs.store_input(session, workspace.id, {"budget": 1, "name": "عيد"})
        other = await command_inputs.store_input(session, workspace.id, {"budget": 2, "name": "عيد"})

    assert first == again
    assert first != other


async def test_a_body_comes_back_as_it_was_and_only_in_its_workspace(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    async with db.workspace_transaction(workspace.id) as session:
        stored = await command_inputs.store_input(session, workspace.id, {"name": "عيد", "cards": [3, 1, 2]})

    async with db.workspace_transaction(workspace.id) as session:
        assert await command_inputs.read_input(session, stored) == {"name": "عيد", "cards": [3, 1, 2]}
    async with db.workspace_transaction(stranger.id) as session:
        assert await command_inputs.read_input(session, stored) is None
