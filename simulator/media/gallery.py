"""The files that jobs made: painted or filmed in a few threads when somebody first wants one, then kept on disk."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from simulator.media import films, pictures
from simulator.media.jobs import Job, Jobs
from simulator.media.settings import MediaKind

TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "mp4": "video/mp4"}
SAVED_AS = {"png": ("PNG", {"compress_level": 1}), "jpg": ("JPEG", {"quality": 88}), "webp": ("WEBP", {"method": 2})}
THREADS = 2


class Gallery:
    def __init__(self, jobs: Jobs) -> None:
        self._root = jobs.store.media
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="gallery")
        self._at_work: dict[Path, asyncio.Future[None]] = {}

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    async def file(self, job: Job, index: int, *, blank: bool = False) -> Path:
        """The finished file; several who ask at once wait for the same one."""
        path = self._path(job, index, blank=blank)
        if not path.exists():
            if path not in self._at_work:
                loop = asyncio.get_running_loop()
                work = loop.run_in_executor(self._threads, _make, job, index, path, self._pictures(job), blank)
                self._at_work[path] = work
                work.add_done_callback(lambda _: self._at_work.pop(path, None))
            # One who hangs up must not take the file from the others.
            await asyncio.shield(self._at_work[path])
        return path

    def drop(self, job: Job) -> None:
        """What becomes of the files of a job that has expired."""
        for path in self._root.glob(f"{job.id}-*.{job.form}"):
            path.unlink(missing_ok=True)

    def _path(self, job: Job, index: int, *, blank: bool) -> Path:
        return self._root / f"{job.id}-{index}{'-blank' if blank else ''}.{job.form}"

    def _pictures(self, job: Job) -> tuple[Path, ...]:
        return tuple(self._root / name for name in job.references)


def urls(job: Job, query: str = "") -> list[str]:
    base = f"{job.base_url}/{job.service}/delivery/{job.id}"
    return [f"{base}/out-{index}.{job.form}{query}" for index in range(job.delivered)]


def _make(job: Job, index: int, path: Path, references: tuple[Path, ...], blank: bool) -> None:
    caption = f"{job.model} · {job.ratio} · {job.width}x{job.height} · seed {job.seed}"
    scene = pictures.Scene(
        job.prompt, caption, job.seed + index, job.width, job.height, references, job.kind is MediaKind.VIDEO
    )
    picture = pictures.blank(job.width, job.height) if blank else pictures.paint(scene)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    if job.kind is MediaKind.VIDEO:
        films.encode(picture, job.duration_s, part, still=blank)
    else:
        form, options = SAVED_AS[job.form]
        picture.save(part, form, **options)
    part.replace(path)
