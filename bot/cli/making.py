"""`grokcord imagine` and `grokcord video`."""

from __future__ import annotations

import shlex
import tempfile
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.conduct import Setup, Work, upstream_command, with_known_model
from bot.cli.inputs import STDIN, read_picture, read_prompt
from bot.cli.output import Output
from bot.cli.progress import progress
from bot.cli.targets import Target, find_target, to_stdout
from bot.errors import InputError, MediaError, UpstreamEmpty
from bot.grok.keeping import Keep
from bot.grok.protocol import Grok
from bot.grok.types import (
    Aspect,
    ImageRequest,
    MediaFile,
    MediaRef,
    VideoProgress,
    VideoQuality,
    VideoReady,
    VideoRequest,
    VideoSubmitted,
)

PICTURE = "grok-image"
CLIP = "grok-video"

Prompt = Annotated[str, typer.Argument(metavar="PROMPT", help="What to draw; - reads it from stdin.")]
ClipPrompt = Annotated[str | None, typer.Argument(metavar="[PROMPT]", help="What to film; - reads it from stdin.")]
To = Annotated[
    str | None,
    typer.Option("-o", "--out", metavar="FILE", help="File or folder to write to; - is stdout; unset: a new name."),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite FILE instead of taking a new name with a number.")]
Edit = Annotated[str | None, typer.Option(metavar="IMAGE", help="Picture to change; - reads it from stdin.")]
Count = Annotated[int, typer.Option("-n", metavar="N", min=1, max=10, help="How many pictures.")]
Shape = Annotated[Aspect | None, typer.Option(help="Width to height; unset: as the server likes.")]
ImageModel = Annotated[
    str | None, typer.Option(metavar="NAME", help="Model; unset: GROK_IMAGE_MODEL or GROK_IMAGE_EDIT_MODEL.")
]
Source = Annotated[str | None, typer.Option(metavar="IMAGE", help="Picture to set in motion; - reads it from stdin.")]
Seconds = Annotated[int | None, typer.Option(metavar="N", min=1, max=60, help="Length of the clip.")]
Quality = Annotated[VideoQuality | None, typer.Option(help="Height of the clip.")]
ClipModel = Annotated[str | None, typer.Option(metavar="NAME", help="Model; unset: GROK_VIDEO_MODEL.")]
Job = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Go on with a job, or with the link of a clip, that an earlier run told of."),
]


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    upstream_command(cli, "imagine", imagine)
    upstream_command(cli, "video", video)


def imagine(
    setup: Setup,
    prompt: Prompt,
    out: To = None,
    edit: Edit = None,
    count: Count = 1,
    aspect: Shape = None,
    model: ImageModel = None,
    force: Force = False,
) -> Work:
    """Draw pictures, or change one.

    The names of the files come on stdout, one a line. Nothing is overwritten unless --force says so.
    """
    output, settings = setup.output, setup.settings
    target = find_target(out, PICTURE, is_json=output.is_json, is_forced=force)
    if target.path is None and count > 1:
        raise InputError("several_to_stdout")
    if prompt == STDIN == edit:
        raise InputError("stdin_twice")
    source = read_picture(edit) if edit else None
    usual = settings.grok_image_edit_model if source else settings.grok_image_model
    request = ImageRequest(model or usual, read_prompt(prompt), count, aspect, source)

    async def make(grok: Grok) -> None:
        with progress("drawing"):
            refs = await grok.generate_images(request)
        async with AsyncExitStack() as stack:
            fetching = _Fetching(grok, stack, target, "image", settings.max_file_mb * 2**20)
            files = await _fetch_all(fetching, output, refs)
            if len(files) < count:
                output.note(f"note: only {len(files)} of {count} pictures came")
            _hand_over(output, target, files, {"model": request.model})

    async def work(grok: Grok) -> None:
        await with_known_model(grok, request.model, make(grok))

    return work


def video(
    setup: Setup,
    prompt: ClipPrompt = None,
    out: To = None,
    image: Source = None,
    seconds: Seconds = None,
    aspect: Shape = None,
    quality: Quality = None,
    model: ClipModel = None,
    job: Job = None,
    force: Force = False,
) -> Work:
    """Make a clip, or go on with one.

    The name of the file comes on stdout. What came of a download that broke off stays beside it as FILE.part;
    --job with the job's id or the clip's link goes on with it, and nothing is made or paid for anew.
    """
    output, settings = setup.output, setup.settings
    target = find_target(out, CLIP, is_json=output.is_json, is_forced=force)
    if prompt == STDIN == image:
        raise InputError("stdin_twice")
    if prompt is None and not job:
        raise InputError("no_prompt")
    if job and any((prompt, image, seconds, aspect, quality, model)):
        raise InputError("job_is_ordered")
    source = read_picture(image) if image else None
    name = model or settings.grok_video_model
    request = None if job else VideoRequest(name, read_prompt(prompt or ""), source, aspect, seconds, quality)

    async def make(grok: Grok) -> None:
        clip = await _clip(grok, output, request, job or "", out)
        async with AsyncExitStack() as stack:
            fetching = _Fetching(grok, stack, target, "video", settings.max_file_mb * 2**20)
            try:
                file = await fetching.resume(clip)
            except BaseException:
                if clip.url:
                    output.note(f"the clip exists; go on with: {_again(clip.url, out)}")
                raise
            _hand_over(output, target, [file], {"model": name} if request else {})

    async def work(grok: Grok) -> None:
        await with_known_model(grok, name, make(grok))

    return work


async def _fetch_all(fetching: _Fetching, output: Output, refs: tuple[MediaRef, ...]) -> list[MediaFile]:
    """Fetch what can be had, at least one, and tell the link of what cannot: it is paid for."""
    files: list[MediaFile] = []
    failed: list[MediaError] = []
    for ref in refs:
        try:
            files.append(await fetching.fetch(ref))
        except MediaError as error:
            failed.append(error)
            if ref.url:
                output.note(f"a picture that was drawn could not be fetched; its link: {ref.url}")
    if failed and not files:
        raise failed[0]
    return files


async def _clip(grok: Grok, output: Output, request: VideoRequest | None, job: str, out: str | None) -> MediaRef:
    """Have the clip made, or go on with a job, and return where it is."""
    if request is None and job.startswith(("http://", "https://")):
        return MediaRef(url=job)
    found: MediaRef | None = None
    with progress("filming") as bar:
        events = grok.stream_video(request) if request else grok.follow_video(job)
        async with aclosing(events) as told:
            async for event in told:
                match event:
                    case VideoSubmitted():
                        output.note(f"job {event.job_id}; if this ends early, go on with: {_again(event.job_id, out)}")
                    case VideoProgress():
                        bar.to(event.percent, "upscaling" if event.stage == "upscaling" else None)
                    case VideoReady():
                        found = event.clip
    if found is None:
        raise UpstreamEmpty
    return found


def _again(job: str, out: str | None) -> str:
    return shlex.join(["grokcord", "video", "--job", job, *(["-o", out] if out else [])])


def _hand_over(output: Output, target: Target, files: list[MediaFile], facts: dict[str, object]) -> None:
    """Give finished files their names and say them, or write the one to stdout."""
    if target.path is None:
        to_stdout(files[0].path)
        return
    told: list[dict[str, object]] = []
    for number, file in enumerate(files, 1):
        path = target.place(file.path, file.extension, number)
        output.line(str(path))
        told.append({"path": str(path), "size_bytes": file.size_bytes, "mime": file.mime})
    output.document({"files": told, **facts})


class _Fetching:
    """Brings results to where they are to be, or near it."""

    def __init__(
        self, grok: Grok, stack: AsyncExitStack, target: Target, kind: Literal["image", "video"], max_bytes: int
    ) -> None:
        self._grok = grok
        self._target = target
        self._kind: Literal["image", "video"] = kind
        self._max_bytes = max_bytes
        # In the folder of the target, so that giving a file its name is one step.
        parent = target.folder if target.path else None
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix=".grokcord-", dir=parent))
        self._folder = Path(scratch)

    async def fetch(self, ref: MediaRef) -> MediaFile:
        """Fetch a small result."""
        return await self._grok.fetch(ref, self._folder, kind=self._kind, max_bytes=self._max_bytes)

    async def resume(self, ref: MediaRef) -> MediaFile:
        """Fetch a large result with a bar, going on with the `.part` that an earlier run left beside the target."""
        if self._target.path is None or ref.url is None:
            return await self.fetch(ref)
        part = self._target.path.with_name(f"{self._target.path.name}.part")
        with progress("fetching") as bar:
            keep = Keep(part, lambda done, all_: bar.to(100 * done / all_ if all_ else None))
            return await self._grok.fetch(ref, self._folder, kind=self._kind, max_bytes=self._max_bytes, keep=keep)
