"""Whether a platform that fetches videos itself can reach our object store, judged by the settings alone."""

import pytest

from activities.ads_wiring import link_base, pretended, unfetchable
from settings import Settings

REAL = {"META_GRAPH_URL": "https://graph.facebook.com"}
SIMULATED = {"META_GRAPH_URL": "http://127.0.0.1:8100", "simulator_url": "http://127.0.0.1:8100"}


def settings(**given: str) -> Settings:
    return Settings.model_validate({"S3_ENDPOINT": "http://127.0.0.1:8200", **given})


@pytest.mark.parametrize(
    "base",
    ["http://127.0.0.1:8200", "http://localhost:8200", "http://storage:8200", "http://10.0.0.5", "http://nas.local"],
)
def test_a_store_inside_the_house_is_named_with_what_to_set(base: str) -> None:
    words = unfetchable(settings(**REAL, S3_PUBLIC_URL=base))

    assert base in words
    assert "set S3_PUBLIC_URL" in words


def test_without_a_public_address_the_endpoint_counts() -> None:
    assert "127.0.0.1:8200" in unfetchable(settings(**REAL))
    assert unfetchable(settings(**REAL, S3_ENDPOINT="https://account.r2.cloudflarestorage.com")) == ""


@pytest.mark.parametrize("base", ["https://media.example.com", "https://8.8.8.8"])
def test_a_store_on_the_internet_will_do(base: str) -> None:
    assert unfetchable(settings(**REAL, S3_PUBLIC_URL=base)) == ""
    assert link_base(settings(**REAL, S3_PUBLIC_URL=base)) == base


def test_the_simulated_platform_reaches_the_store_as_we_do() -> None:
    inside = settings(**SIMULATED, S3_PUBLIC_URL="http://127.0.0.1:9999")

    assert (unfetchable(inside), link_base(inside)) == ("", "")


def test_what_simulated_models_made_never_reaches_a_real_account() -> None:
    half = {
        **REAL,
        "simulator_url": SIMULATED["simulator_url"],
        "REPLICATE_BASE_URL": "http://127.0.0.1:8100/replicate",
    }

    words = pretended(settings(**half))

    assert "Replicate" in words
    assert "set their keys" in words
    assert pretended(settings(**REAL)) == ""
    assert pretended(settings(**SIMULATED)) == ""
