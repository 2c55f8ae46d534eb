"""What the service knows, from a file."""

from pathlib import Path

import pytest

from runtime_sessions_emulator import Config, Emulator

FILE = """
backends = ["ibm_one"]
interactive_ttl = 5
unused_ttl = 1800

[[instances]]
name = "a/b/c"
max_ttl = 100

[[instances]]
name = "d/e/f"
open_plan = true

[[users]]
id = "me"
token = "my-token"
instances = ["a/b/c", "d/e/f"]

[[users]]
id = "you"
token = "your-token"
instances = ["a/b/c"]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "emulator.toml"
    path.write_text(FILE)
    return path


def test_a_file_says_what_is_there(path: Path) -> None:
    emulator = Emulator(Config.load(path), virtual_clock=True)
    assert (emulator.token, emulator.other_token) == ("my-token", "your-token")
    with emulator.client() as mine, emulator.client("your-token") as yours:
        body = {"backend": "ibm_one", "instance": "a/b/c", "max_session_ttl": 101}
        created = mine.post("/sessions", json=body).json()
        assert "100" in created["messages"][0]["data"]
        shown = mine.get(f"/sessions/{created['id']}").json()
        assert (shown["max_ttl"], shown["interactive_ttl"]) == (100, 5)
        open_plan = {"backend": "ibm_one", "instance": "d/e/f"}
        warning = mine.post("/sessions", json=open_plan).json()["messages"][0]["data"]
        assert "open plan" in warning
        assert yours.post("/sessions", json=open_plan).status_code == 403
        assert (
            yours.post("/sessions", json={**body, "backend": "ibmq_wellington"}).status_code == 404
        )
        emulator.advance(1800)
        assert mine.get(f"/sessions/{created['id']}").json()["state"] == "closed"


def test_without_a_file_everything_is_by_default(path: Path) -> None:
    path.write_text("")
    assert Config.load(path) == Config()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("interactive_ttl = -1", "interactive_ttl"),
        ("interactiv_ttl = 1", "interactiv_ttl"),
        ("[[instances]]\nname = 'a'\nmax_ttl = 0", r"instances\.0\.max_ttl"),
        ("[[users]]\nid = 'x'", "token"),
        ("[[users]]\nid = 'x'\ntoken = 'secret'\ninstances = ['n/o/ne']", "n/o/ne"),
        ("users = []", "at least one"),
        ("[[instances]]\nname = 'a'\n[[instances]]\nname = 'a'", "twice"),
        ("nonsense", "Expected"),
    ],
)
def test_what_makes_no_sense_is_said(path: Path, wrong: str, said: str) -> None:
    path.write_text(wrong)
    with pytest.raises(ValueError, match=said):
        Config.load(path)


def test_no_token_is_shown(path: Path) -> None:
    assert "my-token" not in repr(Config.load(path))
    for wrong in ("token = 'secret'", "[[users]]\nid = 'x'\ntoken = ['secret']\ninstances = []"):
        path.write_text(wrong)
        with pytest.raises(ValueError, match=r".") as caught:
            Config.load(path)
        assert "secret" not in str(caught.value)
    twice = "[[users]]\nid = '{}'\ntoken = 'secret'\ninstances = []\n"
    path.write_text(twice.format(1) + twice.format(2))
    with pytest.raises(ValueError, match="same token") as caught:
        Config.load(path)
    assert "secret" not in str(caught.value)
