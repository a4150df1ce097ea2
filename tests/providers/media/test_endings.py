"""How jobs end: in which state, in which words, and whether paying once more can help."""

from __future__ import annotations

import pytest

from providers.media.protocol import Job, JobState, MediaProvider, Reference
from providers.media.registry import MediaProviders
from tests.providers.media.requests import SUBMITS, VENDORS, World, asking

AGAIN, NEVER = True, False


async def ended(provider: MediaProvider, vendor: str, world: World) -> Job:
    job = await provider.render(asking(vendor))
    world.finish(job.provider_job_id)
    return await provider.poll(job.provider_job_id)


FAILURES: list[tuple[str, str, str | None, bool, str]] = [
    ("replicate", "nsfw", None, NEVER, "content filter of Replicate"),
    ("replicate", "nsfw", "The input or output was flagged as sensitive. (E005)", NEVER, "content filter"),
    ("replicate", "job_failed", None, AGAIN, "broke down at Replicate"),
    ("replicate", "job_failed", "CUDA out of memory (E1001)", NEVER, "smaller or fewer reference pictures"),
    ("runway", "nsfw", "SAFETY.INPUT.TEXT", NEVER, "content filter of Runway"),
    ("runway", "nsfw", "SAFETY.OUTPUT.VIDEO", NEVER, "content filter of Runway"),
    ("runway", "nsfw", "INPUT_PREPROCESSING.SAFETY.TEXT", NEVER, "content filter of Runway"),
    ("runway", "job_failed", "INTERNAL.BAD_OUTPUT.CODE01", AGAIN, "broke down at Runway"),
    ("runway", "job_failed", "INPUT_PREPROCESSING.INTERNAL", AGAIN, "broke down at Runway"),
    ("runway", "job_failed", "THIRD_PARTY.UNAVAILABLE", AGAIN, "broke down at Runway"),
    ("runway", "job_failed", "ASSET.INVALID", NEVER, "cannot use this picture"),
    ("runway", "job_failed", "THIRD_PARTY.INPUT_VALIDATION", NEVER, "cannot use this picture"),
    ("runway", "job_failed", "NEW.AND.UNHEARD_OF", NEVER, "gave up (NEW.AND.UNHEARD_OF)"),
    ("runway", "job_timeout", None, AGAIN, "broke down at Runway"),
    ("fal", "nsfw", None, NEVER, "content filter of fal"),
    ("fal", "job_failed", None, AGAIN, "broke down at fal"),
    ("fal", "job_timeout", None, AGAIN, "broke down at fal"),
]


@pytest.mark.parametrize("told", FAILURES, ids=lambda told: f"{told[0]}-{told[1]}-{told[2]}")
async def test_a_failure_is_told_in_words_with_the_vendors_own_kept(
    told: tuple[str, str, str | None, bool, str], providers: MediaProviders, world: World
) -> None:
    vendor, fault, detail, retryable, words = told
    world.fault(vendor, fault, SUBMITS[vendor], **({"detail": detail} if detail else {}))

    job = await ended(providers.provider(vendor), vendor, world)

    assert job.state is JobState.FAILED
    assert job.outputs == ()
    assert job.failure is not None
    assert words in job.failure.message
    assert job.failure.retryable is retryable
    assert job.failure.vendor.code or job.failure.vendor.message


@pytest.mark.parametrize("model", ["replicate/flux-kontext-pro", "runway/gen4_turbo", "fal/pika-image"])
async def test_a_picture_that_the_vendor_cannot_read_is_not_sent_again(
    model: str, providers: MediaProviders, world: World
) -> None:
    provider = providers.for_model(model)
    broken = Reference(b"no picture at all", "image/png")
    job = await provider.render(asking(model, references=(broken,)))
    world.finish(job.provider_job_id)

    failure = (await provider.poll(job.provider_job_id)).failure

    assert failure is not None
    assert "picture" in failure.message
    assert failure.retryable is False


async def test_pictures_that_the_filter_dropped_are_not_paid_and_the_others_are_kept(
    providers: MediaProviders, world: World
) -> None:
    provider = providers.provider("replicate")
    world.fault("replicate", "nsfw", SUBMITS["replicate"], outputs=1)
    job = await provider.render(asking("replicate", variants=3))
    world.finish(job.provider_job_id)

    done = await provider.poll(job.provider_job_id)

    assert (done.state, len(done.outputs), done.cost_micro_usd) == (JobState.SUCCEEDED, 2, 6_000)


async def test_what_replicate_gave_up_before_it_began_is_free(providers: MediaProviders, world: World) -> None:
    world.fault("replicate", "job_timeout", SUBMITS["replicate"])

    job = await ended(providers.provider("replicate"), "replicate", world)

    assert (job.state, job.cost_micro_usd) == (JobState.CANCELLED, 0)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_job_that_the_vendor_forgot_is_lost(vendor: str, providers: MediaProviders, world: World) -> None:
    provider = providers.provider(vendor)
    job = await provider.render(asking(vendor))
    world.fault(vendor, "forgotten")

    assert (await provider.poll(job.provider_job_id)).state is JobState.LOST
    await provider.cancel(job.provider_job_id)


async def test_a_result_that_replicate_has_deleted_is_lost(providers: MediaProviders, world: World) -> None:
    world.change(service="replicate", keep_s=0)

    job = await ended(providers.provider("replicate"), "replicate", world)

    assert (job.state, job.outputs) == (JobState.LOST, ())


async def test_runways_queue_for_too_many_at_once_is_no_failure(providers: MediaProviders, world: World) -> None:
    world.fault("runway", "throttled", SUBMITS["runway"])
    provider = providers.provider("runway")

    job = await provider.render(asking("runway"))

    assert (await provider.poll(job.provider_job_id)).state is JobState.QUEUED


@pytest.mark.parametrize("vendor", ["replicate", "runway"])
async def test_progress_is_told_in_percent(vendor: str, providers: MediaProviders, world: World) -> None:
    world.change(queue_s=0, render_s=0.001)
    world.fault(vendor, "stuck", SUBMITS[vendor])
    provider = providers.provider(vendor)

    job = await provider.poll((await provider.render(asking(vendor))).provider_job_id)

    assert (job.state, job.progress) == (JobState.RUNNING, 90)
    assert bool(job.log) is (vendor == "replicate")


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_cancel_stops_an_open_job_and_may_be_repeated(
    vendor: str, providers: MediaProviders, world: World
) -> None:
    provider = providers.provider(vendor)
    job = await provider.render(asking(vendor))

    await provider.cancel(job.provider_job_id)
    await provider.cancel(job.provider_job_id)

    # Runway may forget a task that it has cancelled.
    assert (await provider.poll(job.provider_job_id)).state in (JobState.CANCELLED, JobState.LOST)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_cancel_that_comes_too_late_leaves_the_paid_result(
    vendor: str, providers: MediaProviders, world: World
) -> None:
    provider = providers.provider(vendor)
    job = await ended(provider, vendor, world)

    await provider.cancel(job.provider_job_id)

    assert (await provider.poll(job.provider_job_id)).outputs
