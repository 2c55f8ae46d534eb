"""Every call and answer of a run, as a HAR file."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from runtime_sessions_contract.suite.result import Result
from runtime_sessions_contract.wire.exchange import Exchange
from runtime_sessions_contract.wire.secrets import Secrets

#: Headers whose values are shown to nobody, whether they hold a token of ours or not.
HIDDEN = {"authorization", "x-access-token", "cookie", "set-cookie"}


def har(result: Result) -> dict[str, object]:
    """Every call and answer."""
    secrets = result.target.secrets
    creator = {"name": "runtime-sessions-contract", "version": "1"}
    entries = [_entry(exchange, secrets) for exchange in result.exchanges]
    # What a replay needs to know beside the calls.
    target, control = result.target, result.controlled
    names = {"_backend": target.backend, "_instance": target.instance}
    beside = {"_url": target.url, "_contract": target.contract.name, **names, "_control": control}
    return {"log": {"version": "1.2", "creator": creator, **beside, "entries": entries}}


def _entry(exchange: Exchange, secrets: Secrets) -> dict[str, object]:
    """One call with its answer."""
    elapsed = max(0.0, (exchange.received - exchange.sent) * 1000)
    body = secrets.redact(exchange.body.decode("utf-8", "replace"))
    sent = secrets.redact(exchange.request_body.decode("utf-8", "replace"))
    kind = secrets.redact(exchange.request_headers.get("content-type", ""))
    url = secrets.redact(exchange.url)
    request: dict[str, object] = {
        "method": exchange.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(exchange.request_headers, secrets),
        "queryString": [
            {"name": name, "value": value}
            # Of the URL as it is shown: a token is whole in it, whatever it is made of.
            for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": len(exchange.request_body),
    }
    if sent:
        request["postData"] = {"mimeType": kind, "text": sent}
    content = {
        "size": len(body),
        "mimeType": secrets.redact(exchange.headers.get("content-type", "")),
        "text": body,
    }
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.sent, UTC).isoformat(),
        "time": elapsed,
        "request": request,
        "response": {
            "status": exchange.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(exchange.headers, secrets),
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(exchange.body),
        },
        "cache": {},
        "timings": {"send": 0, "wait": elapsed, "receive": 0},
        "_caller": str(exchange.caller) if exchange.caller else "contradictory",
    }


def _headers(headers: Mapping[str, str], secrets: Secrets) -> list[dict[str, str]]:
    """Headers, without those that hold secrets."""
    return [
        {
            "name": secrets.redact(name),
            "value": "[hidden]" if name.lower() in HIDDEN else secrets.redact(value),
        }
        for name, value in headers.items()
    ]
