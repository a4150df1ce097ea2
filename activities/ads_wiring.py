"""What activities that talk to ad platforms need of the settings."""

from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from activities.ad_platform import AdPlatform, WriteLimits
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from records.database import Database
from records.secrets import SecretBox
from settings import Settings

# Names that only this house resolves; the names of containers have no dot at all.
_INSIDE = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


def ad_platform(settings: Settings, database: Database, transport: MetaTransport) -> AdPlatform:
    box = SecretBox.from_base64(settings.master_keys, settings.master_key_id)
    return AdPlatform(
        database,
        MetaReader(transport),
        box,
        _limits(settings),
        unfetchable=unfetchable(settings),
        pretended=pretended(settings),
    )


def pretended(settings: Settings) -> str:
    """Why nothing made here may be shown to real people, and what to do; empty where it may."""
    if "Meta" in settings.simulated_providers or not settings.simulated_providers:
        return ""
    makers = " and ".join(settings.simulated_providers)
    return (
        f"This ad account is real, but here {makers} are only simulated, and what they make is made up. "
        "An administrator must set their keys before anything is published."
    )


def link_base(settings: Settings) -> str:
    """What links to stored files begin with, for whoever fetches them on Meta's side; empty for the store's endpoint.

    The simulated Meta stands beside us and reaches the store as we do.
    """
    return "" if "Meta" in settings.simulated_providers else settings.s3_public_url


def unfetchable(settings: Settings) -> str:
    """Why Meta could not fetch a video from our object store, and what to do; empty where it can."""
    base = link_base(settings) or settings.s3_endpoint
    if "Meta" in settings.simulated_providers or _is_public(urlsplit(base).hostname or ""):
        return ""
    return (
        f"Meta fetches videos itself and cannot reach our object store at {base}. An administrator must set "
        "S3_PUBLIC_URL to an address of the store that the internet reaches."
    )


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_INSIDE)


def _limits(settings: Settings) -> WriteLimits:
    return WriteLimits(
        send_within=timedelta(seconds=settings.send_deadline_s),
        lookup_waits=tuple(timedelta(seconds=wait) for wait in settings.publish_lookup_waits_s),
    )
