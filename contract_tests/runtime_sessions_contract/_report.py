"""Reports in files: JUnit XML for CI, HAR with every call, one page of HTML for people."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

from runtime_sessions_contract._drift import as_json
from runtime_sessions_contract._page import page
from runtime_sessions_contract._suite import Result
from runtime_sessions_contract._wire import Exchange, Secrets

#: Headers whose values are shown to nobody, whether they hold a token of ours or not.
HIDDEN = {"authorization", "x-access-token", "cookie", "set-cookie"}
#: Characters that XML cannot carry, however they are written.
CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def write(result: Result, folder: Path) -> list[Path]:
    """Write all of them into a folder, which is made. Returns where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "report.html": page(result),
        "junit.xml": junit(result),
        "calls.har": json.dumps(har(result), indent=1),
    }
    if result.drift is not None:
        files["drift.json"] = as_json(result.drift)
    for name, text in files.items():
        # Once more over everything: what was put together may hold what its parts did not.
        safe = result.run.target.secrets.redact(text)
        (folder / name).write_text(safe, encoding="utf-8", errors="replace")
    return [folder / name for name in files]


def junit(result: Result) -> str:
    """A test case for each finding, then one for each check of each operation that held."""
    tally, run = result.run.tally, result.run
    suite = ET.Element("testsuite", name="runtime-sessions-contract")
    for finding in result.findings:
        example, ground = finding.example, finding.ground
        case = ET.SubElement(suite, "testcase", classname="findings", name=_xml(finding.title))
        failure = ET.SubElement(case, "failure", message=_xml(finding.title))
        lines = [
            f"rule: {ground.says} ({ground.provenance})",
            f"expected: {example.expected}",
            f"came: {example.got}",
            f"seen: {finding.times} times, in {', '.join(finding.operations)}",
            f"by: {example.pointer}",
            *example.curls,
        ]
        failure.text = _xml("\n".join(lines))
    for finding in result.differences:
        case = ET.SubElement(suite, "testcase", classname="differences", name=_xml(finding.title))
        ground, example = finding.ground, finding.example
        told = (
            f"{ground.provenance}: {ground.reason} Expected {example.expected}, {example.got} came"
        )
        ET.SubElement(case, "skipped", message=_xml(told))
    failed = {(each.operation, each.check) for each in (*run.violations, *run.differences)}
    held = sorted(tally.made.keys() - failed)
    for operation, check in held:
        ET.SubElement(suite, "testcase", classname=operation, name=check)
    for what, why in result.gaps.unreachable:
        ET.SubElement(
            ET.SubElement(suite, "testcase", classname="coverage", name=what),
            "skipped",
            message=why,
        )
    skipped = len(result.gaps.unreachable) + len(result.differences)
    suite.attrib |= {
        "tests": str(len(suite)),
        "failures": str(len(result.findings)),
        "skipped": str(skipped),
    }
    suite.attrib["time"] = f"{sum(seconds for seconds, _ in result.spans.values()):.3f}"
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def har(result: Result) -> dict[str, object]:
    """Every call and answer."""
    secrets = result.run.target.secrets
    creator = {"name": "runtime-sessions-contract", "version": "1"}
    entries = [_entry(exchange, secrets) for exchange in result.run.exchanges]
    # What a replay needs to know beside the calls.
    target, control = result.run.target, result.run.control is not None
    names = {"_backend": target.backend, "_instance": target.instance}
    beside = {"_url": target.url, "_contract": target.dialect.name, **names, "_control": control}
    return {"log": {"version": "1.2", "creator": creator, **beside, "entries": entries}}


def _entry(exchange: Exchange, secrets: Secrets) -> dict[str, object]:
    elapsed = max(0.0, (exchange.received - exchange.sent) * 1000)
    body = secrets.redact(exchange.body.decode("utf-8", "replace"))
    sent = secrets.redact(exchange.request_body.decode("utf-8", "replace"))
    kind = exchange.request_headers.get("content-type", "")
    request: dict[str, object] = {
        "method": exchange.method,
        "url": secrets.redact(exchange.url),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(exchange.request_headers, secrets),
        "queryString": [
            {"name": secrets.redact(name), "value": secrets.redact(value)}
            for name, value in parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": len(exchange.request_body),
    }
    if sent:
        request["postData"] = {"mimeType": kind, "text": sent}
    content = {
        "size": len(body),
        "mimeType": exchange.headers.get("content-type", ""),
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
    return [
        {"name": name, "value": "[hidden]" if name.lower() in HIDDEN else secrets.redact(value)}
        for name, value in headers.items()
    ]


def _xml(text: str) -> str:
    return text.translate(CONTROLS)
