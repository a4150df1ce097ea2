"""The model of the score through the API: what serves and why, learning anew, going back to the built-in one."""

from uuid import uuid4

import pytest

from models.domain.roles import Role
from models.domain.states import PredictorState
from records.database import Database
from tests.api.people import Join
from tests.records.learning.trainings import trained

PATH = "/api/v1/workspace/predictor"


async def test_before_anything_was_learnt_the_built_in_model_serves(join: Join) -> None:
    owner = await join(Role.OWNER)

    found = (await owner.http.get(PATH)).json()

    assert (found["serves"], found["since"], found["trainings"]) == ("built-in model 1", None, [])
    assert "nothing was learnt here yet" in found["words"]
    assert "nor of what more money would bring" in found["meaning"]


async def test_learning_from_too_little_is_answered_and_not_repeated(join: Join, working: None) -> None:
    owner = await join(Role.OWNER)

    first = await owner.http.post(f"{PATH}/trainings")
    second = await owner.http.post(f"{PATH}/trainings")
    found = (await owner.http.get(PATH)).json()

    assert first.status_code == 200, first.text
    assert (first.json()["training"]["state"], first.json()["repeated"]) == ("rejected", False)
    assert second.json() == {**first.json(), "repeated": True}
    assert "Too little history to learn from" in found["words"]
    assert [one["version"] for one in found["trainings"]] == [1]


async def test_a_person_goes_back_to_the_built_in_model(join: Join, records: Database) -> None:
    owner = await join(Role.OWNER)
    before = await trained(records, owner.workspace_id)
    serving = await trained(records, owner.workspace_id)

    states = [one["state"] for one in (await owner.http.get(PATH)).json()["trainings"]]
    retired = await owner.http.post(f"{PATH}/trainings/{serving}/retire")
    again = await owner.http.post(f"{PATH}/trainings/{before}/retire")
    found = (await owner.http.get(PATH)).json()

    assert states == [PredictorState.SERVING, PredictorState.RETIRED]
    assert (retired.status_code, retired.json()["state"]) == (200, "retired")
    assert (again.status_code, again.json()["state"]) == (409, "retired")
    assert found["serves"] == "built-in model 1"
    assert "Retired by" in found["words"]
    assert found["trainings"][0]["unseen"]["baseline"]["auc"] == 0.74
    assert len(found["trainings"][0]["reliability"]) == 3


@pytest.mark.parametrize("role", [Role.APPROVER, Role.CLIENT])
async def test_who_may_not_edit_changes_nothing(join: Join, records: Database, role: Role) -> None:
    owner = await join(Role.OWNER)
    serving = await trained(records, owner.workspace_id)
    other = await join(role, owner.workspace_id)

    assert (await other.http.post(f"{PATH}/trainings")).status_code == 403
    assert (await other.http.post(f"{PATH}/trainings/{serving}/retire")).status_code == 403
    assert (await owner.http.get(PATH)).json()["serves"] == "model 1"


async def test_a_client_and_another_workspace_see_nothing_of_it(join: Join, records: Database) -> None:
    owner, stranger = await join(Role.OWNER), await join(Role.OWNER)
    serving = await trained(records, owner.workspace_id)
    client = await join(Role.CLIENT, owner.workspace_id)

    assert (await client.http.get(PATH)).status_code == 403
    assert (await stranger.http.post(f"{PATH}/trainings/{serving}/retire")).status_code == 404
    assert (await owner.http.post(f"{PATH}/trainings/{uuid4()}/retire")).status_code == 404
