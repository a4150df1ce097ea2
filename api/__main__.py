"""`python -m api`: serves HTTP until it is asked to stop, then lets open requests finish."""

import uvicorn

from api.app import create_app
from observability import configure_logging
from settings import load_settings

# Longer than any answer takes; only live event streams last longer, and their readers come back.
DRAIN_S = 10


def main() -> None:
    settings = load_settings()
    configure_logging(settings.log_level, "api")
    uvicorn.run(
        create_app(settings),
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        # Each request is logged once, with its ids and without its query, by our own layer.
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
    )


if __name__ == "__main__":
    main()
