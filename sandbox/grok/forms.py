"""Orders sent as multipart forms: their fields, and the pictures in them."""

from __future__ import annotations

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox.grok.demo import ENTRY


async def read_form(request: web.Request, picture_field: str | None = None) -> tuple[dict[str, object], bytes | None]:
    """Return the fields of a form, and the last picture in it; the journal gets names and sizes of files.

    picture_field: what a picture has to be called to be seen; None: anything.
    """
    fields: dict[str, object] = {}
    files: list[bytes] = []
    sizes: list[dict[str, object]] = []
    for name, value in (await request.post()).items():
        if not isinstance(value, FileField):
            fields[name] = value if isinstance(value, str) else value.decode(errors="replace")
        elif picture_field in (None, name):
            files.append(value.file.read())
            sizes.append({"filename": value.filename, "size": len(files[-1])})
    entry = request[ENTRY]
    entry.body = {**fields, "files": sizes}
    entry.model = str(fields["model"]) if "model" in fields else None
    return fields, files[-1] if files else None
