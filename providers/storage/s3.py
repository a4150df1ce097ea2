"""Any S3: Cloudflare R2, AWS, or the embedded one. boto3 is synchronous, so every call runs in a thread."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

import boto3
from anyio import to_thread
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from providers.errors import ReconnectNeeded, Refused, RetryLater, VendorReply
from providers.storage.protocol import ObjectMissing, StoredObject

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

PROVIDER = "Object storage"
CHUNK_BYTES = 256 * 1024
# A store that does not answer within this is down; whoever waits (a request, an activity) has its own retry.
TIMEOUT_S = 10
MISSING = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchUpload"})
ALREADY_THERE = frozenset({"412", "PreconditionFailed"})
NO_ACCESS = frozenset({"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})


class S3Store:
    """One bucket. `public_endpoint` begins presigned links where browsers reach the store by another name."""

    def __init__(
        self,
        *,
        endpoint: str,
        region: str,
        bucket: str,
        access_key_id: str,
        secret_access_key: str,
        public_endpoint: str = "",
    ) -> None:
        self._bucket = bucket
        self._credentials = (access_key_id, secret_access_key)
        self._region = region
        self._client = self._connect(endpoint)
        self._signer = self._connect(public_endpoint) if public_endpoint else self._client

    def _connect(self, endpoint: str) -> "S3Client":
        access_key_id, secret_access_key = self._credentials
        return boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=self._region,
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                # R2 and the embedded store refuse the checksums that newer versions of boto3 add by themselves.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                # Whoever calls retries; a second layer would only multiply the waiting.
                retries={"total_max_attempts": 1},
                connect_timeout=TIMEOUT_S,
                read_timeout=TIMEOUT_S,
                max_pool_connections=20,
            ),
        )

    async def put_if_absent(self, key: str, content: BinaryIO | bytes, content_type: str) -> None:
        await to_thread.run_sync(self._put, key, content, content_type)

    def _put(self, key: str, content: BinaryIO | bytes, content_type: str) -> None:
        try:
            with _translated(key):
                # The embedded store ignores the condition; the key names the content, so overwriting changes nothing.
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=content, ContentType=content_type, IfNoneMatch="*"
                )
        except _AlreadyThere:
            return

    async def get(self, key: str) -> bytes:
        return b"".join([chunk async for chunk in self.stream(key)])

    async def stream(self, key: str, first: int | None = None, last: int | None = None) -> AsyncIterator[bytes]:
        wanted = {} if first is None else {"Range": f"bytes={first}-{'' if last is None else last}"}

        def open_body() -> Iterator[bytes]:
            with _translated(key):
                reply = self._client.get_object(Bucket=self._bucket, Key=key, **wanted)  # type: ignore[arg-type]
            return reply["Body"].iter_chunks(CHUNK_BYTES)

        def next_chunk() -> bytes | None:
            with _translated(key):
                return next(chunks, None)

        chunks = await to_thread.run_sync(open_body)
        while (chunk := await to_thread.run_sync(next_chunk)) is not None:
            yield chunk

    async def head(self, key: str) -> StoredObject:
        def look() -> StoredObject:
            with _translated(key):
                reply = self._client.head_object(Bucket=self._bucket, Key=key)
            return StoredObject(size=reply["ContentLength"], content_type=reply["ContentType"])

        return await to_thread.run_sync(look)

    async def delete(self, key: str) -> None:
        def remove() -> None:
            with _translated(key):
                self._client.delete_object(Bucket=self._bucket, Key=key)

        await to_thread.run_sync(remove)

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        def store() -> None:
            with _translated(key):
                self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)

        await to_thread.run_sync(store)

    async def begin_parts(self, key: str, content_type: str) -> str:
        def begin() -> str:
            with _translated(key):
                reply = self._client.create_multipart_upload(Bucket=self._bucket, Key=key, ContentType=content_type)
            return reply["UploadId"]

        return await to_thread.run_sync(begin)

    async def put_part(self, key: str, parts_id: str, number: int, content: bytes) -> str:
        def store() -> str:
            with _translated(key):
                reply = self._client.upload_part(
                    Bucket=self._bucket, Key=key, UploadId=parts_id, PartNumber=number, Body=content
                )
            return reply["ETag"]

        return await to_thread.run_sync(store)

    async def finish_parts(self, key: str, parts_id: str, tags: Sequence[str]) -> None:
        parts: list[CompletedPartTypeDef] = [
            {"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, start=1)
        ]

        def finish() -> None:
            with _translated(key):
                self._client.complete_multipart_upload(
                    Bucket=self._bucket, Key=key, UploadId=parts_id, MultipartUpload={"Parts": parts}
                )

        await to_thread.run_sync(finish)

    async def drop_parts(self, key: str, parts_id: str) -> None:
        def drop() -> None:
            with suppress(ObjectMissing), _translated(key):
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=parts_id)

        await to_thread.run_sync(drop)

    async def presign(self, key: str, expires_s: int) -> str:
        return self._signer.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=expires_s
        )

    async def check(self) -> None:
        def look() -> None:
            with _translated(self._bucket):
                self._client.head_bucket(Bucket=self._bucket)

        await to_thread.run_sync(look)


class _AlreadyThere(Exception):
    pass


@contextmanager
def _translated(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in MISSING:
            raise ObjectMissing(key) from error
        if code in ALREADY_THERE:
            raise _AlreadyThere from error
        raise _family(error, code) from error
    except BotoCoreError as error:
        message = "The object storage cannot be reached. Try again in a moment."
        raise RetryLater(PROVIDER, message, vendor=VendorReply(message=str(error))) from error


def _family(error: ClientError, code: str) -> Exception:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    vendor = VendorReply(status=status, code=code, message=error.response.get("Error", {}).get("Message"))
    if code in NO_ACCESS:
        message = "The object storage refuses the access key. Check the S3_ settings."
        return ReconnectNeeded(PROVIDER, message, vendor=vendor)
    if status is None or status >= 500 or status == 429:
        return RetryLater(PROVIDER, "The object storage is busy. Try again in a moment.", vendor=vendor)
    message = f"The object storage refused the request ({code}). Check the bucket's name."
    return Refused(PROVIDER, message, vendor=vendor)
