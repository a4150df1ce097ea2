"""`python -m simulator`: serves the simulated world until it is asked to stop."""

import argparse
import signal
import sys
from pathlib import Path

import uvicorn

from simulator.app import create_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="simulator", description="The outside world on one machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument(
        "--state-dir",
        type=Path,
        required=True,
        help="folder that keeps the simulated world",
    )
    options = parser.parse_args()
    # After its orderly stop uvicorn raises the signal again; this turns it into a plain end instead of a kill.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        create_app(options.state_dir),
        host=options.host,
        port=options.port,
        # Faults rely on how this implementation closes an unfinished response; access logs would show tokens in URLs.
        http="h11",
        access_log=False,
        log_level="warning",
        server_header=False,
        # Replies about an ad account carry that account's market time as their date.
        date_header=False,
        timeout_graceful_shutdown=2,
        # Longer than clients keep idle connections: only a fault may break one under a request.
        timeout_keep_alive=60,
    )


main()
