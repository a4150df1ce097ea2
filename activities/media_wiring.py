"""The media providers as the settings name them; for the worker, and for the API that verifies their webhooks."""

from providers.media.callbacks import CallbackUrls
from providers.media.registry import MediaProviders
from providers.media.transport import Access
from settings import Settings


def media_access(settings: Settings) -> dict[str, Access]:
    return {
        "replicate": Access(settings.replicate_base_url, settings.replicate_api_token.get_secret_value()),
        "runway": Access(settings.runwayml_base_url, settings.runwayml_api_secret.get_secret_value()),
        "fal": Access(settings.fal_queue_url, settings.fal_key.get_secret_value(), settings.fal_jwks_url),
    }


def media_providers(settings: Settings) -> MediaProviders:
    return MediaProviders(media_access(settings))


def callback_urls(settings: Settings) -> CallbackUrls:
    return CallbackUrls(settings.public_url, settings.session_secret.get_secret_value())


def can_be_called_back(settings: Settings) -> bool:
    """Real providers call https addresses only; the simulator calls this machine as well."""
    here = settings.public_url.startswith(("http://127.0.0.1", "http://localhost"))
    return settings.public_url.startswith("https://") or (here and bool(settings.simulator_url))
