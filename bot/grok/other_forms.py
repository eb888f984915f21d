"""When the same order may be put in another form: the server refused the first as such, and has begun nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from bot.errors import UpstreamError, UpstreamModelUnknown, UpstreamRefused, UpstreamUnsupported
from bot.grok.dialects.forms import ClipForm, PictureForm

Form = TypeVar("Form", PictureForm, ClipForm)

_WRONG_CONTENT_STATUS = 415
_BAD_FIELD_STATUSES = (400, 422)
# A JSON order where a multipart form is wanted, or the other way round, meets a complaint about its encoding or about
# a field that is there.
_OTHER_ENCODING = re.compile(r"multipart|form.?data|content.?type|application/json|field required", re.IGNORECASE)


def is_other_form(error: UpstreamError) -> bool:
    """Tell whether another form of the same order may do."""
    if isinstance(error, UpstreamUnsupported | UpstreamModelUnknown):
        return True
    if not isinstance(error, UpstreamRefused):
        return False
    if error.status == _WRONG_CONTENT_STATUS:
        return True
    return error.status in _BAD_FIELD_STATUSES and bool(_OTHER_ENCODING.search(error.message))


def beyond(own: Sequence[Form], others: Sequence[Form]) -> tuple[Form, ...]:
    """Return the forms that go another way than those of one's own: the same way would meet the same answer.

    Multipart forms differ in what they call a picture.
    """
    ways = {_way(form) for form in own}
    return tuple(form for form in others if _way(form) not in ways)


def _way(form: PictureForm | ClipForm) -> object:
    return form.call if isinstance(form, PictureForm) and form.way == "form" else form.way


def told(refusals: Sequence[UpstreamError]) -> UpstreamError:
    """Return what to tell where no form was taken: a word about the order says more than that there is no such way."""
    return next(
        (error for error in refusals if not isinstance(error, UpstreamUnsupported)),
        refusals[0] if refusals else UpstreamUnsupported(),
    )
