"""One way to a Temporal client, so that every process encodes and decodes alike."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter


async def connect(
    address: str, namespace: str = "default", *, api_key: str | None = None, lazy: bool = False
) -> Client:
    """A client for the whole life of a process.

    `lazy` connects with the first call, so that a door can open while Temporal is down; a worker needs it eager.
    An API key belongs to a hosted server and implies TLS.
    """
    return await Client.connect(
        address,
        namespace=namespace,
        api_key=api_key,
        tls=True if api_key else None,
        data_converter=pydantic_data_converter,
        lazy=lazy,
    )
