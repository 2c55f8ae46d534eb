# Written by codegen/unasync.py from _async/bodies.py: edit that one, and `make generate`.
"""Reading an answer, up to a limit."""

from collections.abc import Iterator
from typing import cast

from runtime_sessions._bodies import (
    Decoder,
    TooLargeFailure,
    is_sure_to_fit,
    without_body,
    without_encoding,
)
from runtime_sessions._http import ByteStream, Response


class LimitedStream(ByteStream):
    """A stream of an answer, decoded, up to the limit."""

    def __init__(self, stream: ByteStream, decoder: Decoder) -> None:
        self._stream = stream
        self._decoder = decoder

    def __iter__(self) -> Iterator[bytes]:
        for raw in self._stream:
            for piece in self._decoder.decode(raw):
                yield piece

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()


def read(response: Response, limit: int) -> None:
    """Read an answer; the connection of one that is too large is dropped."""
    try:
        if is_sure_to_fit(response, limit):
            response.read()
        else:
            _read_as_it_comes(response, limit)
    except BaseException as error:
        response.close()
        if isinstance(error, TooLargeFailure):
            error.response = without_body(response)
        raise


def _read_as_it_comes(response: Response, limit: int) -> None:
    headers = response.headers
    decoder = Decoder(headers, limit)
    response.stream = LimitedStream(cast("ByteStream", response.stream), decoder)
    # What the stream yields is decoded, and is not to be decoded again.
    response.headers = without_encoding(headers)
    try:
        response.read()
    finally:
        response.headers = headers
