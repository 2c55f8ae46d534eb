"""A small server of the classic contract, as somebody's first try: run with the faults to have.

`patch`: what PATCH says is not kept. `reopen`: a closed session is open again after PATCH.
`401`: who has no token is told 404. `closing`: a session is closed with 500, and stays open.
"""

import json
import re
import sys
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAULTS = set(sys.argv[1:])
TOKENS = {"user-token": "1", "other-token": "2"}
SESSIONS: dict[str, dict[str, Any]] = {}
ASKED = {"backend", "instance", "mode", "max_session_ttl"}
PATH = re.compile(r"/sessions/([^/]+)(/extended|/jobs|/close|)")


def now() -> str:
    return datetime.now(UTC).isoformat()


def refusal_of(body: dict[str, Any]) -> int | None:
    """The status with which create refuses a body; None where it does not."""
    backend, instance = body.get("backend"), body.get("instance")
    ttl, mode = body.get("max_session_ttl", 1), body.get("mode", "batch")
    number = isinstance(ttl, int | float) and not isinstance(ttl, bool) and ttl > 0
    if not (isinstance(backend, str) and isinstance(instance, str) and number):
        return 400
    if body.keys() - ASKED or mode not in ("batch", "dedicated"):
        return 400
    if backend != "ibmq_wellington":
        return 404
    return 403 if "/no-such/" in instance else None


def end(session: dict[str, Any]) -> None:
    session.setdefault("closed_at", now())
    session["accepting_jobs"] = False


def view(session: dict[str, Any], word: str) -> dict[str, Any]:
    """A session as one of the two views shows it, which have other words for its state."""
    shown, words = dict(session), {"state": ("open", "closed"), "status": ("pending", "completed")}
    if word == "state":
        del shown["user_id"], shown["instance"]
    shown[word] = words[word]["closed_at" in session]
    return shown


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two packets: else the second waits until the first was acknowledged.
    disable_nagle_algorithm = True

    def answer(self, status: int, body: dict[str, Any] | None = None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if content:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, status: int) -> None:
        error = {"code": status, "message": "No.", "more_info": "https://errors.invalid"}
        self.answer(status, {"errors": [error], "trace": str(uuid.uuid4())})

    def handle_one(self) -> None:
        length = self.headers.get("Content-Length", "0")
        content = self.rfile.read(int(length)) if length.isdigit() else b""
        path, _, query = self.path.partition("?")
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        user = TOKENS.get(self.headers.get("X-Access-Token", bearer))
        if user is None:
            return self.refuse(404 if "401" in FAULTS else 401)
        if path == "/sessions":
            return self.create(user, content)
        match = PATH.fullmatch(path)
        session = SESSIONS.get(match[1]) if match else None
        if match is None or session is None or session["user_id"] != user:
            return self.refuse(404)
        return self.act(session, match[2], content, query)

    def __getattr__(self, name: str) -> Any:
        """Take every method, by the name that the base class has for it."""
        if name.startswith("do_"):
            return self.handle_one
        raise AttributeError(name)

    def body(self, content: bytes) -> dict[str, Any] | None:
        try:
            body = json.loads(content)
        except ValueError:
            return None
        kind = self.headers.get_content_type()
        return body if isinstance(body, dict) and kind == "application/json" else None

    def create(self, user: str, content: bytes) -> None:
        body = self.body(content) or {}
        status = 405 if self.command != "POST" else refusal_of(body)
        if status is not None:
            return self.refuse(status)
        name, ttl = uuid.uuid4().hex[:20], body.get("max_session_ttl", 28800)
        SESSIONS[name] = {
            "id": name,
            "user_id": user,
            "backend_name": body["backend"],
            "instance": body["instance"],
            "created_at": now(),
            "interactive_ttl": 60,
            "max_ttl": min(ttl, 28800),
            "active_ttl": min(ttl, 28800),
            "accepting_jobs": True,
        }
        messages = [] if ttl <= 28800 else [{"level": "warn", "data": "The plan allows 8 hours."}]
        return self.answer(200, {"id": name, "messages": messages})

    def act(self, session: dict[str, Any], act: str, content: bytes, query: str) -> None:
        match self.command, act:
            case "GET", "":
                self.answer(200, view(session, "state"))
            case "GET", "/extended":
                self.answer(200, view(session, "status"))
            case "GET", "/jobs":
                self.jobs(query)
            case "DELETE", "/close" if "closing" in FAULTS:
                self.refuse(500)
            case "DELETE", "/close":
                end(session)
                self.answer(204)
            case "PATCH", "":
                self.update(session, self.body(content))
            case _:
                self.refuse(405)

    def jobs(self, query: str) -> None:
        parts = [part.partition("=") for part in query.split("&") if part]
        asked = {name: value for name, _, value in parts}
        limit, offset = asked.get("limit", "200"), asked.get("offset", "0")
        unknown = asked.keys() - {"limit", "offset", "sort"} or query.count("=") > len(asked)
        if unknown or not limit.isdigit() or not 1 <= int(limit) <= 200 or not offset.isdigit():
            return self.refuse(400)
        page = {"jobs": [], "count": 0, "limit": int(limit), "offset": int(offset)}
        return self.answer(200, page)

    def update(self, session: dict[str, Any], body: dict[str, Any] | None) -> None:
        accepting = None if body is None else body.get("accepting_jobs")
        if not isinstance(accepting, bool) or len(body or ()) != 1:
            return self.refuse(400)
        if "closed_at" in session and "reopen" in FAULTS:
            del session["closed_at"]
            session["accepting_jobs"] = True
        elif "patch" not in FAULTS and not accepting:
            end(session)
        return self.answer(204)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201
        server.serve_forever()
