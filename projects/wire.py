"""JSON as it stands in the log, on the socket and in the API: one encoder, so that one object is one text."""

from typing import Any

import orjson


def _default(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump()
    return str(value)  # lazy translations, UUIDs, URLs of pydantic


def encode(value: Any) -> bytes:
    """Bytes of compact JSON; moments as ISO 8601 in UTC with "Z"."""
    return orjson.dumps(value, default=_default, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def text(value: Any) -> str:
    return encode(value).decode()


def for_script(value: Any) -> str:
    """For a <script> element of a page, which nothing in it can end."""
    return text(value).replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
