"""Reading an answer, up to a limit."""

from collections.abc import AsyncIterator
from typing import cast

from runtime_sessions._bodies import (
    Decoder,
    TooLargeFailure,
    is_sure_to_fit,
    without_body,
    without_encoding,
)
from runtime_sessions._http import AsyncByteStream, Response


class AsyncLimitedStream(AsyncByteStream):
    """A stream of an answer, decoded, up to the limit."""

    def __init__(self, stream: AsyncByteStream, decoder: Decoder) -> None:
        self._stream = stream
        self._decoder = decoder

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for raw in self._stream:
            for piece in self._decoder.decode(raw):
                yield piece

    async def aclose(self) -> None:
        """Close the stream."""
        await self._stream.aclose()


async def read(response: Response, limit: int) -> None:
    """Read an answer; the connection of one that is too large is dropped."""
    try:
        if is_sure_to_fit(response, limit):
            await response.aread()
        else:
            await _read_as_it_comes(response, limit)
    except BaseException as error:
        await response.aclose()
        if isinstance(error, TooLargeFailure):
            error.response = without_body(response)
        raise


async def _read_as_it_comes(response: Response, limit: int) -> None:
    headers = response.headers
    decoder = Decoder(headers, limit)
    response.stream = AsyncLimitedStream(cast("AsyncByteStream", response.stream), decoder)
    # What the stream yields is decoded, and is not to be decoded again.
    response.headers = without_encoding(headers)
    try:
        await response.aread()
    finally:
        response.headers = headers
