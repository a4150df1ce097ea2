"""The embedded S3: rclone serving a folder, one plain file per object."""

from __future__ import annotations

import socket
from pathlib import Path

from stack.service import Port, Service, program


def storage(data_dir: Path, port: int, bucket: str, access_key_id: str, secret_access_key: str) -> Service:
    root = data_dir / "s3"
    return Service(
        name="s3",
        argv=(
            program("rclone"),
            "serve",
            "s3",
            str(root),
            "--addr",
            f"127.0.0.1:{port}",
            "--config",
            "",
            "--no-modtime",
        ),
        # By environment, because every user of the machine can read a process's arguments.
        env={"RCLONE_AUTH_KEY": f'"{access_key_id},{secret_access_key}"'},
        ports=(Port(port, "GREENLIGHT_S3_PORT"),),
        ready=lambda _pid: _accepts(port),
        # A bucket is a folder: made here, it needs no client.
        prepare=lambda: (root / bucket).mkdir(parents=True, exist_ok=True),
    )


def _accepts(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
