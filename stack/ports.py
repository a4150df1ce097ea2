"""Loopback ports: find a free one, or refuse a taken one with the setting to change."""

from __future__ import annotations

import socket

import psutil

from stack.service import Port, StackError


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(port: Port, purpose: str) -> None:
    """Refuse a port that another process holds.

    Raises:
        StackError: taken, or not ours to open.
    """
    with socket.socket(socket.AF_INET6 if ":" in port.host else socket.AF_INET) as probe:
        # The servers set it as well: connections of an earlier run in TIME_WAIT do not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except OSError as error:
            raise StackError(
                f"Port {port.number} for {purpose} cannot be opened: {error.strerror}{_holder(port.number)}. "
                f"Stop that program, or set {port.setting} in .env to another port."
            ) from None


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                return f" (process {connection.pid} holds it)" if connection.pid else ""
    except psutil.AccessDenied:
        pass  # macOS shows other processes' sockets to root only; the message is complete without it.
    return ""
