"""A submit costs money: what each answer to it, and each silence, proves."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.domain.states import Ratio, RenderKind
from providers.errors import OutcomeUnknown, ProviderError, ReconnectNeeded, Refused, RetryLater
from providers.media.catalogue import models_for
from providers.media.protocol import FindsJobs, JobState
from providers.media.registry import MediaProviders
from providers.media.transport import Access
from stack.ports import free_port
from tests.providers.media.requests import SUBMITS, VENDORS, World, asking, picture

LONG_AGO = datetime.now(UTC) - timedelta(minutes=1)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_submit_makes_one_job_that_ends_with_files(
    vendor: str, providers: MediaProviders, world: World
) -> None:
    provider, request = providers.provider(vendor), asking(vendor)

    job = await provider.render(request)
    assert job.state is JobState.QUEUED
    assert (await provider.poll(job.provider_job_id)).state is JobState.QUEUED
    world.finish(job.provider_job_id)
    done = await provider.poll(job.provider_job_id)

    assert done.state is JobState.SUCCEEDED
    assert len(done.outputs) == 1
    assert done.cost_micro_usd in (provider.ceiling_micro_usd(request), None if vendor == "fal" else -1)
    [made] = world.jobs(vendor, request.seed)
    assert made["prompt"] == request.prompt


@pytest.mark.parametrize("ratio", Ratio)
@pytest.mark.parametrize("model", [*models_for(RenderKind.IMAGE), *models_for(RenderKind.VIDEO)])
async def test_vendors_take_every_model_of_the_catalogue_in_every_ratio(
    model: str, ratio: Ratio, providers: MediaProviders, world: World
) -> None:
    provider = providers.for_model(model)

    job = await provider.render(asking(model, ratio=ratio))
    world.finish(job.provider_job_id)

    assert (await provider.poll(job.provider_job_id)).state is JobState.SUCCEEDED


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_submit_whose_answer_is_lost_has_an_unknown_outcome(
    vendor: str, providers: MediaProviders, world: World
) -> None:
    request = asking(vendor)
    world.fault(vendor, "applied_then_dropped", SUBMITS[vendor])

    with pytest.raises(OutcomeUnknown, match="did not answer"):
        await providers.provider(vendor).render(request)

    assert len(world.jobs(vendor, request.seed)) == 1
    assert isinstance(providers.provider(vendor), FindsJobs) is (vendor == "replicate")


async def test_replicate_finds_a_lost_submit_by_its_seed(providers: MediaProviders, world: World) -> None:
    provider, request = providers.provider("replicate"), asking("replicate")
    assert isinstance(provider, FindsJobs)
    await provider.render(asking("replicate"))
    world.fault("replicate", "applied_then_dropped", SUBMITS["replicate"])
    with pytest.raises(OutcomeUnknown):
        await provider.render(request)

    found = await provider.find(request.seed, LONG_AGO)

    [made] = world.jobs("replicate", request.seed)
    assert [job.provider_job_id for job in found] == [made["id"]]


async def test_a_submit_that_never_arrived_is_found_nowhere(providers: MediaProviders, world: World) -> None:
    provider, request = providers.provider("replicate"), asking("replicate")
    assert isinstance(provider, FindsJobs)
    world.fault("replicate", "dropped_before", SUBMITS["replicate"])
    with pytest.raises(OutcomeUnknown):
        await provider.render(request)

    assert await provider.find(request.seed, LONG_AGO) == []
    assert world.jobs("replicate", request.seed) == []


async def test_a_page_that_fails_fails_the_whole_look_up(providers: MediaProviders, world: World) -> None:
    provider = providers.provider("replicate")
    assert isinstance(provider, FindsJobs)
    world.fault("replicate", "http_500", "/replicate/v1/predictions")

    with pytest.raises(RetryLater):
        await provider.find(1, LONG_AGO)


async def test_a_job_whose_input_is_deleted_leaves_the_question_open(providers: MediaProviders, world: World) -> None:
    provider, request = providers.provider("replicate"), asking("replicate")
    assert isinstance(provider, FindsJobs)
    world.finish((await provider.render(request)).provider_job_id)
    world.change(service="replicate", keep_s=0)

    with pytest.raises(OutcomeUnknown, match="for an hour only"):
        await provider.find(request.seed, LONG_AGO)


@pytest.mark.parametrize("fault", ["http_500", "http_503_html", "nonsense"])
@pytest.mark.parametrize("vendor", VENDORS)
async def test_an_answer_that_proves_nothing_leaves_a_submit_unknown_and_a_look_to_be_repeated(
    vendor: str, fault: str, providers: MediaProviders, world: World
) -> None:
    provider = providers.provider(vendor)
    world.fault(vendor, fault, SUBMITS[vendor], applied=True)
    with pytest.raises(OutcomeUnknown):
        await provider.render(asking(vendor))

    job = await provider.render(asking(vendor))
    world.fault(vendor, fault)
    with pytest.raises(RetryLater):
        await provider.poll(job.provider_job_id)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_provider_that_cannot_be_reached_has_taken_nothing(vendor: str) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    providers = MediaProviders({vendor: Access(nobody, "key")})

    with pytest.raises(RetryLater, match="cannot be reached"):
        await providers.provider(vendor).render(asking(vendor))

    await providers.close()


@pytest.mark.parametrize("vendor", VENDORS)
async def test_nothing_is_sent_once_the_permission_to_send_has_run_out(
    vendor: str, providers: MediaProviders, world: World
) -> None:
    request = asking(vendor, send_before=time.monotonic() - 1)

    with pytest.raises(RetryLater, match="permission"):
        await providers.provider(vendor).render(request)

    assert world.jobs(vendor, request.seed) == []


REFUSALS: list[tuple[str, str, type[ProviderError], str]] = [
    ("replicate", "expired_token", ReconnectNeeded, "REPLICATE_API_TOKEN"),
    ("runway", "expired_token", ReconnectNeeded, "RUNWAYML_API_SECRET"),
    ("fal", "expired_token", ReconnectNeeded, "FAL_KEY"),
    ("replicate", "no_credit", ReconnectNeeded, "Add credit at Replicate"),
    ("runway", "no_credit", ReconnectNeeded, "Add credit at Runway"),
    ("fal", "no_credit", ReconnectNeeded, "Add credit at fal"),
    ("replicate", "throttle", RetryLater, "no more renders at the moment"),
    ("runway", "throttle", RetryLater, "no more renders at the moment"),
    ("fal", "throttle", RetryLater, "no more renders at the moment"),
]


@pytest.mark.parametrize(("vendor", "fault", "expected", "words"), REFUSALS)
async def test_a_refused_submit_says_what_to_do_and_made_no_job(
    vendor: str, fault: str, expected: type[ProviderError], words: str, providers: MediaProviders, world: World
) -> None:
    request = asking(vendor)
    world.fault(vendor, fault, SUBMITS[vendor], retry_after=30)

    with pytest.raises(expected, match=words) as caught:
        await providers.provider(vendor).render(request)

    assert caught.value.vendor.status is not None
    assert caught.value.vendor.message
    waits = {"replicate": timedelta(seconds=30), "runway": timedelta(minutes=15), "fal": timedelta(seconds=30)}
    assert caught.value.retry_after == (waits[vendor] if fault == "throttle" else None)
    assert world.jobs(vendor, request.seed) == []


@pytest.mark.parametrize("vendor", ["replicate", "runway"])
async def test_an_input_that_the_vendor_rejects_is_refused_in_its_words(vendor: str, providers: MediaProviders) -> None:
    with pytest.raises(Refused, match="change the description") as caught:
        await providers.provider(vendor).render(asking(vendor, prompt=""))

    assert caught.value.vendor.status in (400, 422)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_model_that_the_vendor_has_taken_away_is_a_matter_for_the_settings(
    vendor: str, access: dict[str, Access]
) -> None:
    elsewhere = replace(access[vendor], base_url=f"{access[vendor].base_url}/gone")
    providers = MediaProviders({vendor: elsewhere})

    with pytest.raises(ReconnectNeeded, match="Choose another model"):
        await providers.provider(vendor).render(asking(vendor))

    await providers.close()


async def test_small_references_travel_inside_the_request_and_large_ones_ahead_of_it(
    providers: MediaProviders, world: World
) -> None:
    provider, large = providers.provider("replicate"), picture(640)
    assert len(large.content) > 256_000
    request = asking("replicate/flux-2-pro", references=(picture(), large))

    job = await provider.render(request)
    world.finish(job.provider_job_id)

    assert (await provider.poll(job.provider_job_id)).cost_micro_usd == 75_000


async def test_variants_come_as_so_many_files(providers: MediaProviders, world: World) -> None:
    provider = providers.provider("replicate")
    job = await provider.render(asking("replicate", variants=3))
    world.finish(job.provider_job_id)

    assert len((await provider.poll(job.provider_job_id)).outputs) == 3
