"""A service over real HTTP: pages, patience, secrets, and nowhere that it may not lead."""

import contextlib
import json
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from contracts.service import Answer, Service, serving
from enrollment.made import LEAST, maker
from scrubjay.enrollment.fetching import Origin, origin_of
from scrubjay.enrollment.mapping import read_mapping
from scrubjay.enrollment.rest import Sync, read_service
from scrubjay.errors import InputError, UsageError

PEOPLE = [{"Id": str(at), "Rel": "self", "Last": f"SAMPLE{at}", "First": "ANN"} for at in range(5)]


def body(items: list[dict[str, Any]], **more: Any) -> Answer:
    return Answer(json.dumps({"items": items, **more}).encode())


def sync(folder: Path, service: Service | str, rest: str, **more: Any) -> Sync:
    url = service if isinstance(service, str) else f"{service.url}/people?active=1"
    text = f'{LEAST}\n[rest]\nurl = "{url}"\nitems = "/items"\n{rest}\n'
    (folder / "map.toml").write_text(text)
    mapping = read_mapping(folder / "map.toml", "rest")
    return Sync(mapping, read_service(mapping, {"TOKEN": "s3cret"}), maker(), **more)


def lasts(made: Sync) -> list[str | None]:
    return [one.record.member.last if one.record else None for one in made.members()]


ALL = [f"SAMPLE{at}" for at in range(5)]
PAGINGS = {
    'by = "cursor", next = "/meta/next", parameter = "after"': ["", "&after=c1", "&after=c2"],
    'by = "page", size = 2, size_parameter = "limit"': [
        "&page=1&limit=2",
        "&page=2&limit=2",
        "&page=3&limit=2",
    ],
    'by = "offset", size = 2': ["&offset=0", "&offset=2", "&offset=4"],
    'by = "link", next = "/meta/next"': ["", "", ""],
}


@pytest.mark.parametrize("paging", PAGINGS)
def test_pages_are_followed_to_the_last(paging: str, tmp_path: Path) -> None:
    with serving() as service:
        link = "/people?active=1" if "link" in paging else ""
        at = ["c1", "c2"] if not link else [f"{link}&c1", f"{service.url}{link}&c2"]
        service.answers = [
            body(PEOPLE[:2], meta={"next": at[0]}),
            body(PEOPLE[2:4], meta={"next": at[1]}),
            body(PEOPLE[4:], meta={"next": None}),
        ]
        assert lasts(sync(tmp_path, service, f"page = {{ {paging} }}")) == ALL
        if not link:
            assert service.asked == [f"/people?active=1{more}" for more in PAGINGS[paging]]
        assert len(service.asked) == 3


def test_a_member_knows_its_page_and_its_index(tmp_path: Path) -> None:
    with serving(body(PEOPLE[:1], next="c1"), body(PEOPLE[1:])) as service:
        made = sync(tmp_path, service, 'page = { by = "cursor", next = "/next" }')
        sources = [one.record.source for one in made.members() if one.record]
        assert [(each.index, each.path) for each in sources[:2]] == [
            (0, "page 1 item 1"),
            (1, "page 2 item 1"),
        ]
        assert {each.file for each in sources} == {f"{service.url}/people"}


def test_a_busy_service_is_waited_for_as_it_says(tmp_path: Path) -> None:
    busy = [
        Answer(b"", 429, (("Retry-After", "7"),)),
        Answer(b"", 503, (("Retry-After", "Thu, 01 Jan 2026 00:00:00 GMT"),)),
        Answer(b"", 500),
    ]
    slept: list[float] = []
    with serving(*busy, body(PEOPLE)) as service:
        made = sync(tmp_path, service, "", sleep=slept.append)
        assert lasts(made) == ALL
        assert slept[:2] == [7.0, 0.0]
        assert 0 < slept[2] <= 2.0
        assert len(service.asked) == 4


def test_a_service_that_stays_busy_is_an_error_that_names_no_query(tmp_path: Path) -> None:
    with serving(Answer(b"", 429)) as service:
        made = sync(tmp_path, service, "limits = { retries = 2 }", sleep=lambda _: None)
        with pytest.raises(
            InputError, match="status 429, 3 times asked; try again later"
        ) as caught:
            lasts(made)
        assert "active" not in str(caught.value)


def test_a_service_that_asks_for_an_hour_is_not_waited_for(tmp_path: Path) -> None:
    with (
        serving(Answer(b"", 429, (("Retry-After", "3600"),))) as service,
        pytest.raises(InputError, match="1 times asked"),
    ):
        lasts(sync(tmp_path, service, "", sleep=lambda _: pytest.fail("it waited")))


def test_a_service_that_is_away_is_an_error(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/"
        made = sync(tmp_path, url, "limits = { retries = 1 }", sleep=lambda _: None)
        with pytest.raises(InputError, match="no answer, 2 times asked"):
            lasts(made)


def test_the_secret_goes_along_and_into_no_error(tmp_path: Path) -> None:
    auth = 'auth = { prefix = "Bearer ", environment = "TOKEN" }'
    with serving(body(PEOPLE)) as service:
        lasts(sync(tmp_path, service, auth))
        assert service.headers[0]["Authorization"] == "Bearer s3cret"
        service.answers = [Answer(b"", 401)]
        with pytest.raises(InputError, match=r"status 401; check .* \[rest.auth\]") as caught:
            lasts(sync(tmp_path, service, auth))
        assert "s3cret" not in str(caught.value)


def test_a_secret_in_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-a-file\n")
    auth = f'auth = {{ header = "X-Key", file = "{secret}" }}'
    with serving(body(PEOPLE)) as service:
        secret.chmod(0o644)
        with pytest.raises(UsageError, match="chmod 600"):
            sync(tmp_path, service, auth)
        secret.chmod(0o600)
        lasts(sync(tmp_path, service, auth))
        assert service.headers[0]["X-Key"] == "from-a-file"
    with pytest.raises(UsageError, match="NOT_SET is not set"):
        sync(tmp_path, "https://example.com/", 'auth = { environment = "NOT_SET" }')


def test_a_run_begins_where_the_last_one_was(tmp_path: Path) -> None:
    since = 'since = { parameter = "since", field = "/at" }'
    with serving(
        body([{**PEOPLE[0], "at": "2026-03-02"}, {**PEOPLE[1], "at": "2026-03-01"}])
    ) as service:
        made = sync(tmp_path, service, since, since="2026-02-01")
        lasts(made)
        assert service.asked == ["/people?active=1&since=2026-02-01"]
        assert made.since == "2026-03-02"
        token = sync(tmp_path, service, 'since = { parameter = "t", next = "/sync" }')
        service.answers = [body(PEOPLE, sync="abc")]
        lasts(token)
        assert token.since == "abc"


def test_a_run_that_fails_leaves_where_it_began(tmp_path: Path) -> None:
    rest = 'since = { parameter = "s", field = "/Id" }\npage = { by = "cursor", next = "/next" }'
    with serving(body(PEOPLE, next="c1"), Answer(b"<html>")) as service:
        made = sync(tmp_path, service, rest, since="0")
        with pytest.raises(InputError, match="page 2 is no JSON"):
            lasts(made)
        assert made.since == "0"


STRANGE = {
    "another service": (
        'page = { by = "link", next = "/next" }',
        body(PEOPLE, next="https://169.254.169.254/latest"),
        "at another service; not asked",
    ),
    "a circle": (
        'page = { by = "cursor", next = "/next" }',
        body(PEOPLE, next="again"),
        "a page that was read before",
    ),
    "the same page": (
        'page = { by = "page", size = 5 }',
        body(PEOPLE),
        "page 2 is the page before it once more",
    ),
    "a cursor of another sort": (
        'page = { by = "cursor", next = "/next" }',
        body(PEOPLE, next={"a": 1}),
        "/next of page 1 leads nowhere",
    ),
    "a cursor without end": (
        'page = { by = "cursor", next = "/next" }',
        body(PEOPLE, next="x" * 8001),
        "too long for an address",
    ),
    "no address": (
        'page = { by = "link", next = "/next" }',
        body(PEOPLE, next="http://[::1/"),
        "at another service; not asked",
    ),
    "half a character": ("", Answer(b'{"items": ["\\ud800"]}'), "page 1 is no JSON"),
    "no number": ("", Answer(b'{"items": [NaN]}'), "page 1 is no JSON"),
    "too large a number": ("", Answer(b'{"items": [1e99999999999999999999]}'), "page 1 is no JSON"),
    "no list": ("", Answer(b'{"items": {}}'), "/items of page 1 is no list"),
    "deep": ("", Answer(b"[" * 100_000), "page 1 is no JSON"),
    "large": ("limits = { bytes = 1000 }", Answer(b" " * 5000), "a page of more than 1,000 bytes"),
    "moved": ("", Answer(b"", 302, (("Location", "http://10.0.0.1/"),)), "status 302; write the"),
    "gone": ("", Answer(b"", 404), "status 404; check the address"),
}


@pytest.mark.parametrize("case", STRANGE)
def test_what_a_service_must_not_say_is_one_line(case: str, tmp_path: Path) -> None:
    rest, answer, said = STRANGE[case]
    with serving(answer) as service, pytest.raises(InputError, match=said):
        lasts(sync(tmp_path, service, rest))


def test_a_link_may_have_any_sign(tmp_path: Path) -> None:
    rest = 'page = { by = "link", next = "/next" }'
    with serving(body(PEOPLE[:4], next="/people?\u00e9 1"), body(PEOPLE[4:])) as service:
        assert lasts(sync(tmp_path, service, rest)) == ALL
        assert service.asked[1] == "/people?%C3%A9%201"


def test_an_answer_that_drips_is_ended(tmp_path: Path) -> None:
    def drip(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                one, _ = listening.accept()
                with one:
                    one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
                    one.recv(4096)
                    while one.recv(1):
                        pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/people"
        made = sync(tmp_path, url, "limits = { whole = 1, retries = 0 }")
        with pytest.raises(InputError, match="no answer, 1 times asked"):
            lasts(made)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://a..b/", "the address is none"),
        ("http://example.com/", "goes over TLS"),
        ("ftp://example.com/", "the address is none"),
        ("https://me:pw@example.com/", "holds no password"),
        ("https://example.com:99999/", "the address is none"),
        ("", "url is missing"),
    ],
)
def test_addresses_that_are_not_asked(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"map.toml:[0-9]+: .*{said}") as caught:
        sync(tmp_path, url, "")
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "private", "asked"),
    [
        ("169.254.169.254", True, False),
        ("10.1.2.3", False, False),
        ("10.1.2.3", True, True),
        ("127.0.0.1", False, False),
        ("::ffff:169.254.169.254", True, False),
        ("93.184.216.34", False, True),
    ],
)
def test_a_name_that_leads_inside_is_asked_only_if_it_is_meant(
    address: str,
    private: bool,  # noqa: FBT001 - a parameter
    asked: bool,  # noqa: FBT001 - a parameter
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 443))])
    tried: list[object] = []

    def connect(place: object, **_: object) -> None:
        tried.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    origin = Origin(origin_of("https://hr.example.com/"), {}, private=private, sleep=lambda _: None)
    with pytest.raises(InputError if asked else UsageError):
        origin.get("/")
    assert bool(tried) is asked


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ('page = { by = "cursor" }', "next is missing"),
        ('page = { by = "magic" }', "by is one of none, cursor"),
        ('since = { parameter = "s" }', "since has a parameter, and a field"),
        ("limit = 3", "limit has no meaning in .rest.; did you mean limits"),
        ("private = 1", "private is true or false"),
    ],
)
def test_what_is_wrong_under_rest_is_told(rest: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        sync(tmp_path, "https://example.com/", rest)
