"""What renders may do to a campaign's items: never what a person decided otherwise, and never for nothing."""

import pytest

from models.contracts import commands as c
from models.domain.content import CallToAction, Design
from models.domain.states import CreativeFormat, Ratio, RenderState
from models.tables.asset import AssetKind
from records.campaigns import rendering
from records.campaigns.refusals import RefusalType, needed
from records.campaigns.renders import items_awaiting, open_renders
from tests.records.campaigns.desk import EVENING, WORKSHOP, Desk
from tests.records.campaigns.studio import SHOWN, Studio, shown


@pytest.fixture
def studio(desk: Desk) -> Studio:
    return Studio(desk)


class TestPayment:
    @pytest.mark.parametrize("command", [c.Cancel(), c.Archive()])
    async def test_nothing_is_planned_for_a_campaign_that_was_given_up_a_moment_ago(
        self, studio: Studio, command: c.Cancel | c.Archive
    ) -> None:
        """The step to plan was on its way when the command came."""
        await studio.desk.create(allow_ai_images=True)
        for key in (EVENING, WORKSHOP):
            await studio.write(key)
        await studio.desk.do(command)

        await studio.plan()

        assert (await studio.desk.facts()).renders == []

    async def test_two_people_who_want_the_same_failed_render_again_pay_once(self, studio: Studio) -> None:
        await studio.opened()
        [failed] = await studio.renders()
        await studio.ends(failed, RenderState.FAILED)
        await studio.desk.do(c.RenderAgain(render_id=failed))

        refused = await studio.desk.refused(c.RenderAgain(render_id=failed), studio.desk.office.ben)

        assert refused.kind is RefusalType.NOT_ALLOWED
        assert len(await studio.renders()) == 2

    async def test_nothing_is_paid_again_for_a_concept_that_was_dropped(self, studio: Studio) -> None:
        await studio.opened()
        [failed] = await studio.renders()
        await studio.ends(failed, RenderState.FAILED)
        concepts = needed((await studio.desk.facts()).working_strategy, "?").message.concepts
        await studio.revise([concept for concept in concepts if concept.key != "evening"])

        refused = await studio.desk.refused(c.RenderAgain(render_id=failed))

        assert refused.kind is RefusalType.NOT_FOUND


class TestAPersonsChoice:
    async def test_a_picture_that_a_person_put_in_is_not_replaced_by_one_that_was_in_the_making(
        self, studio: Studio
    ) -> None:
        await studio.opened()
        [render] = await studio.renders()
        own = await studio.file()
        await studio.desk.edit_item(EVENING, assets=[shown(own)])

        await studio.ends(render)
        await studio.take()

        assert await studio.bases() == set()
        assert [used.asset_id for used in (await studio.item()).assets] == [own.id]
        assert EVENING not in items_awaiting(await studio.desk.facts())

    async def test_a_base_picture_that_a_person_chose_stays_as_well(self, studio: Studio) -> None:
        await studio.opened()
        [render] = await studio.renders()
        own = await studio.file()
        await studio.desk.edit_item(EVENING, design=Design(bases=[shown(own)]))

        await studio.ends(render)
        await studio.take()

        assert await studio.bases() == {own.id}

    async def test_a_video_that_a_person_put_in_stays_alone(self, studio: Studio) -> None:
        await studio.opened(CreativeFormat.SINGLE_VIDEO)
        [render] = await studio.renders()
        own = await studio.file(AssetKind.VIDEO)
        await studio.desk.edit_item(EVENING, assets=[shown(own, Ratio.VERTICAL)])

        await studio.ends(render)
        await studio.take()

        assert [used.asset_id for used in (await studio.item()).assets] == [own.id]

    async def test_a_new_wish_after_that_is_followed(self, studio: Studio) -> None:
        await studio.opened()
        await studio.desk.edit_item(EVENING, assets=[shown(await studio.file())])
        await studio.desk.do(c.Render(items=[EVENING], ratios=SHOWN, model="some/image"))
        *_, wanted = await studio.renders()

        made = await studio.ends(wanted)
        await studio.take()

        assert await studio.bases() == {made.id}

    async def test_an_edit_of_words_leaves_what_is_in_the_making(self, studio: Studio) -> None:
        await studio.opened()
        [render] = await studio.renders()
        await studio.desk.edit_item(EVENING, overlay_text="Warm light")

        made = await studio.ends(render)
        await studio.take()

        assert await studio.bases() == {made.id}

    async def test_what_was_asked_for_last_stays_whichever_is_ready_first(self, studio: Studio) -> None:
        await studio.opened()
        [slow] = await studio.renders()
        await studio.desk.do(c.Render(items=[EVENING], ratios=SHOWN, model="some/image"))
        *_, quick = await studio.renders()

        wanted = await studio.ends(quick)
        await studio.take()
        await studio.ends(slow)
        await studio.take()

        assert await studio.bases() == {wanted.id}

    async def test_a_picture_chosen_while_new_words_are_written_stays(self, studio: Studio) -> None:
        await studio.opened()
        before = await studio.item()
        own = await studio.file()
        await studio.desk.edit_item(EVENING, assets=[shown(own)], cta=CallToAction.SHOP_NOW)

        await studio.store_copy(EVENING, before.model_copy(update={"overlay_text": "Warm light"}))

        after = await studio.item()
        assert [used.asset_id for used in after.assets] == [own.id]
        assert after.overlay_text == "Warm light"

    async def test_a_drawn_picture_sent_back_without_its_recipe_is_no_new_choice(self, studio: Studio) -> None:
        """Clients that know pictures by id alone must not stop a new price from being drawn."""
        await studio.opened()
        [render] = await studio.renders()
        base = await studio.ends(render)
        await studio.take()
        drawn = await studio.file()
        content = await studio.item()
        finished = shown(drawn).model_copy(update={"recipe": "a" * 64})
        await studio.desk.store(rendering.item_composed(EVENING, content, [finished]))

        await studio.desk.edit_item(EVENING, assets=[shown(drawn)])

        assert await studio.bases() == {base.id}


class TestWaiting:
    async def test_a_render_that_a_person_gave_up_keeps_nobody_waiting(self, studio: Studio) -> None:
        """Its provider may be away for days, and until it answers nobody knows how it ended."""
        await studio.opened()
        for render in (*await studio.renders(), *await studio.renders("workshop")):
            await studio.with_provider(render)
            await studio.desk.do(c.CancelRender(render_id=render))

        facts = await studio.desk.facts()

        assert len(open_renders(facts)) == 2
        assert items_awaiting(facts) == {}
        assert "in the making" not in (facts.campaign.waiting_on or "")

    async def test_a_language_that_is_added_shares_the_pictures_of_its_concept(self, studio: Studio) -> None:
        await studio.opened()
        [finished], [late] = await studio.renders(), await studio.renders("workshop")
        made = await studio.ends(finished)
        await studio.take()
        await studio.revise(languages=["en", "ar"])
        await studio.write("evening.ar")
        await studio.write("workshop.ar")

        assert items_awaiting(await studio.desk.facts()).keys() >= {"evening.ar", "workshop.ar"}
        await studio.take()
        later = await studio.ends(late)
        await studio.take()

        assert (await studio.bases("evening.ar"), await studio.bases("workshop.ar")) == ({made.id}, {later.id})
        assert len((await studio.desk.facts()).renders) == 2
        await studio.plan()
        assert len((await studio.desk.facts()).renders) == 2

    async def test_a_picture_that_a_person_took_out_of_a_new_language_does_not_come_back(self, studio: Studio) -> None:
        await studio.opened()
        [render] = await studio.renders()
        await studio.ends(render)
        await studio.take()
        await studio.revise(languages=["en", "ar"])
        await studio.write("evening.ar")
        await studio.take()
        await studio.desk.edit_item("evening.ar", design=Design())

        await studio.take()

        assert await studio.bases("evening.ar") == set()
