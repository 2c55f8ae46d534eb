"""The transport under a client, which keeps every call and its answer."""

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.wire.exchange import Exchange
from runtime_sessions_contract.wire.trust import trusted


class Recorder(httpx.BaseTransport):
    """The transport under the generated client and the overlay: keeps each exchange.

    An answer that never came is an exchange with the status 0 and the error as its body.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._inner = run.transport or httpx.HTTPTransport(verify=trusted())
        self._own = run.transport is None
        self.taken: list[Exchange] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on."""
        body = request.read()
        sent = self._run.now()
        try:
            response = self._inner.handle_request(request)
            response.read()
        except httpx.TransportError as error:
            self._keep(request, body, 0, {}, str(error).encode(), sent)
            raise
        self._keep(
            request,
            body,
            response.status_code,
            dict(response.headers.items()),
            response.content,
            sent,
        )
        return response

    def _keep(  # noqa: PLR0913, PLR0917 - a call and its answer
        self,
        request: httpx.Request,
        body: bytes,
        status: int,
        headers: dict[str, str],
        content: bytes,
        sent: float,
    ) -> None:
        """Keep a call and its answer."""
        self.taken.append(
            self._run.exchange(
                method=request.method,
                url=str(request.url),
                request_headers=dict(request.headers.items()),
                request_body=body,
                status=status,
                headers=headers,
                body=content,
                sent=sent,
                received=self._run.now(),
            )
        )

    def close(self) -> None:
        """Let go of the connections."""
        if self._own:
            self._inner.close()
