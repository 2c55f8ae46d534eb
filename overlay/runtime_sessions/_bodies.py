"""How much of an answer is read: up to a limit of its decoded bytes, whatever a server sends."""

import zlib
from collections.abc import Iterator
from typing import Protocol

from runtime_sessions._http import (
    DecodingFailure,
    Headers,
    Response,
)

#: The most that is made of a compressed answer at once.
_PIECE = 65536
_ANY_HEADER = 16
_WINDOWS = {"gzip": _ANY_HEADER + zlib.MAX_WBITS, "x-gzip": _ANY_HEADER + zlib.MAX_WBITS}


class TooLargeFailure(DecodingFailure):
    """An answer is larger than the limit, or would be."""

    response: Response
    """The answer, with its status and headers, and without a body."""


class _Decompressor(Protocol):
    """What zlib decompresses with, whose own type has no public name."""

    @property
    def eof(self) -> bool: ...

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Decoder:
    """Decodes a body piece by piece, and counts what goes in and what comes out."""

    def __init__(self, headers: Headers, limit: int) -> None:
        self._encoding = headers.get("Content-Encoding", "identity").strip().lower()
        if self._encoding not in {"", "identity", "deflate", *_WINDOWS}:
            raise DecodingFailure(f"it is encoded as {self._encoding!r}, which nobody asked for")
        self._limit = limit
        self._received = 0
        self._decoded = 0
        self._decompressor: _Decompressor | None = None

    def decode(self, raw: bytes) -> Iterator[bytes]:
        """Yield what some bytes are when decoded."""
        self._received += len(raw)
        self._check(self._received)
        if self._encoding in {"", "identity"}:
            yield raw
            return
        try:
            yield from self._decompressed(raw)
        except zlib.error as error:
            raise DecodingFailure(f"it is no {self._encoding}: {error}") from None

    def _decompressed(self, raw: bytes) -> Iterator[bytes]:
        if self._decompressor is None:
            self._decompressor = zlib.decompressobj(self._window(raw))
        # What follows the end of the compressed data is nothing, but it counts.
        while raw and not self._decompressor.eof:
            piece = self._decompressor.decompress(raw, _PIECE)
            raw = self._decompressor.unconsumed_tail
            self._decoded += len(piece)
            self._check(self._decoded)
            yield piece

    def _window(self, raw: bytes) -> int:
        """Return what zlib is to expect: some servers send deflate without zlib's header."""
        if self._encoding != "deflate":
            return _WINDOWS[self._encoding]
        has_header = raw[0] & 0x0F == zlib.DEFLATED
        return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise TooLargeFailure(f"it is larger than {self._limit} bytes")


def is_sure_to_fit(response: Response, limit: int) -> bool:
    """Tell whether an answer says how long it is, and is not more than it says.

    One that says that it is too long is refused.
    """
    length: bytes | None = None
    for name, value in response.headers.raw:
        lowered = name.lower()
        if lowered == b"content-length":
            length = value
        elif lowered in {b"content-encoding", b"transfer-encoding"}:
            return False
    if length is None or not length.isdigit():
        return False
    # A number with more digits is too long for an int to be made of it.
    if len(length) > len(str(limit)) or int(length) > limit:
        raise TooLargeFailure(f"it is larger than {limit} bytes")
    return True


def without_encoding(headers: Headers) -> Headers:
    """Return headers without the one that says how a body is encoded."""
    kept = [pair for pair in headers.raw if pair[0].lower() != b"content-encoding"]
    return Headers(kept)


def without_body(response: Response) -> Response:
    """Return an answer with nothing but its status and headers."""
    empty = Response(response.status_code, headers=response.headers, content=b"")
    empty.extensions = response.extensions
    return empty
