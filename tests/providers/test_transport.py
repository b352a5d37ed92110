"""Real requests to a small server: who signs in, what is repeated, what is told of a failure."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.engine.ports import ProviderError
from infra.providers.databricks.client import Client
from infra.providers.databricks.credentials import Credentials
from infra.providers.databricks.errors import Absent, Unconfirmed

#: What a server does with one request: status, headers, body; None breaks the connection.
Reply = tuple[int, dict[str, str], Any] | None


class Server(ThreadingHTTPServer):
    """Answers the next of its replies, the last for ever; keeps what it was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *replies: Reply) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = list(replies)
        self.asked: list[tuple[str, dict[str, str], str]] = []

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_reply(self, path: str) -> Reply:
        if path.startswith("/oidc/.well-known"):
            return 200, {}, {"authorization_endpoint": "-", "token_endpoint": f"{self.host}/oidc/v1/token"}
        if path == "/oidc/v1/token":
            return 200, {}, {"access_token": "signed-in", "token_type": "Bearer", "expires_in": 3600}
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("latin-1")
        self.server.asked.append((f"{self.command} {self.path}", dict(self.headers), body))
        reply = self.server.next_reply(self.path)
        if reply is None:
            self.close_connection = True
            return
        status, headers, answer = reply
        content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        return


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(*replies: Reply) -> Server:
        server = Server(*replies)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class Naps(list[float]):
    """A sleep that only notes how long, and a clock that only sleeping moves."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)

    def now(self) -> float:
        return float(sum(self))


def client(server: Server, naps: Naps | None = None, **how: Any) -> Client:
    naps = naps if naps is not None else Naps()
    return Client(Credentials(host=server.host, **(how or {"token": "dapi-1"})), sleep=naps, now=naps.now)


BUSY_BODY = {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slow down"}
OK: Reply = (200, {}, {"name": "b"})
BUSY: Reply = (429, {"Retry-After": "7"}, BUSY_BODY)
DOWN: Reply = (503, {}, {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "later"})


def test_a_shell_does_not_decide_where_a_run_goes(serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Variables, profiles and .netrc of another workspace are there, and are not looked at."""
    profile = tmp_path / ".databrickscfg"
    profile.write_text("[DEFAULT]\nhost = https://other.example\ntoken = ambient\n[other]\nhost = https://other.example\n")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ambient password ambient\n")
    ambient = {
        "HOME": str(tmp_path),
        "DATABRICKS_HOST": "https://other.example",
        "DATABRICKS_TOKEN": "ambient",
        "DATABRICKS_CLIENT_ID": "ambient",
        "DATABRICKS_CLIENT_SECRET": "ambient",
        "DATABRICKS_CONFIG_PROFILE": "missing",
        "DATABRICKS_CONFIG_FILE": str(profile),
        "DATABRICKS_AUTH_TYPE": "azure-cli",
        "DATABRICKS_ACCOUNT_ID": "ambient",
        "DATABRICKS_EXPERIMENTAL_IS_UNIFIED_HOST": "true",
        "ARM_CLIENT_ID": "ambient",
    }
    for name, value in ambient.items():
        monkeypatch.setenv(name, value)
    server = serve(OK)
    client(server).call("GET", "/x")
    client(server, client_id="me", client_secret="mine").call("GET", "/x")
    signed = [headers["Authorization"] for asked, headers, _ in server.asked if asked == "GET /x"]
    assert signed == ["Bearer dapi-1", "Bearer signed-in"]
    assert not [headers for _, headers, _ in server.asked if "ambient" in json.dumps(headers)]


def test_a_client_signs_in_once(serve: Serve) -> None:
    """By client credentials, at the address that the workspace names."""
    server = serve(OK)
    signed = client(server, client_id="me", client_secret="mine")
    signed.call("GET", "/x")
    signed.call("GET", "/y")
    tokens = [body for asked, _, body in server.asked if asked == "POST /oidc/v1/token"]
    assert tokens == ["grant_type=client_credentials&scope=all-apis"]


def test_a_request_and_its_answer_arrive_as_they_are(serve: Serve) -> None:
    """Query, body, JSON; an answer without content is empty, a list stands under `items`."""
    server = serve(OK, (200, {}, ""), (200, {"X-Databricks-Org-Id": "9"}, [1, 2]))
    api = client(server)
    assert api.call("POST", "/a", query={"force": True, "q": 'a "b"'}, body={"x": [1]}) == {"name": "b"}
    assert api.call("DELETE", "/b") == {}
    assert api.call("GET", "/c", headers=("x-databricks-org-id",)) == {"items": [1, 2]}
    assert [(asked, body) for asked, _, body in server.asked] == [
        ("POST /a?force=true&q=a+%22b%22", '{"x": [1]}'),
        ("DELETE /b", ""),
        ("GET /c", ""),
    ]


def test_a_throttled_request_waits_as_long_as_it_is_told(serve: Serve) -> None:
    """A create too: it was refused before anything was done."""
    server, naps = serve(BUSY, BUSY, OK), Naps()
    assert client(server, naps).call("POST", "/a", body={}) == {"name": "b"}
    assert naps == [7, 7]


def test_throttling_does_not_go_on_for_ever(serve: Serve) -> None:
    """After five minutes the last answer is shown."""
    naps, busy = Naps(), (429, {"Retry-After": "100"}, BUSY_BODY)
    with pytest.raises(ProviderError, match="POST /a answered REQUEST_LIMIT_EXCEEDED: slow down"):
        client(serve(busy), naps).call("POST", "/a", body={})
    assert naps == [100, 100, 100]


@pytest.mark.parametrize("reply", [None, DOWN, (500, {}, {"error_code": "INTERNAL_ERROR", "message": "?"}), (504, {}, "")])
def test_a_create_whose_answer_is_lost_is_sent_once(serve: Serve, reply: Reply) -> None:
    """It may have landed."""
    server = serve(reply, OK)
    with pytest.raises(Unconfirmed, match=r"POST /a.*whether the change was made is not known"):
        client(server).call("POST", "/a", body={})
    assert len(server.asked) == 1


@pytest.mark.parametrize(("method", "repeatable"), [("GET", False), ("PUT", False), ("DELETE", False), ("POST", True)])
@pytest.mark.parametrize("reply", [None, DOWN])
def test_what_may_be_repeated_is_repeated(serve: Serve, reply: Reply, method: str, repeatable: bool) -> None:
    """Reads, replacements, deletes, and what says of itself that twice is once."""
    server = serve(reply, OK)
    assert client(server).call(method, "/a", repeatable=repeatable) == {"name": "b"}
    assert len(server.asked) == 2


def test_a_workspace_that_is_not_there_is_named() -> None:
    """After some tries: nothing was sent, so every request may try again."""
    server = Server(OK)
    server.server_close()
    naps = Naps()
    with pytest.raises(ProviderError, match=rf"POST /a: {server.host} cannot be reached \(.*refused\)"):
        client(server, naps).call("POST", "/a", body={})
    assert sum(naps) >= 20
    with pytest.raises(ProviderError, match=rf"signing in to {server.host}: it cannot be reached"):
        client(server, client_id="me", client_secret="mine").call("GET", "/a")


def test_an_answer_of_something_else_is_told(serve: Serve) -> None:
    """A login page, for instance."""
    with pytest.raises(ProviderError, match="did not answer in JSON: is it a Databricks workspace"):
        client(serve((200, {"Content-Type": "text/html"}, "<html>"))).call("GET", "/a")


def test_a_refusal_is_shown_with_its_code(serve: Serve) -> None:
    """Missing objects have their own type; SCIM's errors have another form."""
    missing: Reply = (404, {}, {"error_code": "SCHEMA_DOES_NOT_EXIST", "message": "Schema 'a.b' does not exist."})
    with pytest.raises(Absent, match=r"GET /a answered SCHEMA_DOES_NOT_EXIST: Schema 'a.b' does not exist\."):
        client(serve(missing)).call("GET", "/a")
    scim: Reply = (400, {}, {"schemas": [], "detail": "Given filter is invalid", "status": "400", "scimType": "invalidFilter"})
    with pytest.raises(ProviderError, match="invalidFilter Given filter is invalid"):
        client(serve(scim)).call("GET", "/a")


def test_a_form_is_sent_in_parts(serve: Serve) -> None:
    """Content of any kind, as it is."""
    server = serve(OK)
    client(server).call("POST", "/import", files={"path": (None, "/a"), "content": ("content", b"\x00\xff")}, repeatable=True)
    _, headers, body = server.asked[0]
    assert headers["Content-Type"].startswith("multipart/form-data")
    assert 'name="path"' in body
    assert "\x00\xff" in body
