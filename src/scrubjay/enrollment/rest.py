"""Members from a REST service: pages of JSON, one after the other, from where we were last.

::

    [rest]
    url = "https://hr.example.com/v1/employees"
    items = "/data"                                  # where in a page the members are
    page = { by = "cursor", parameter = "cursor", next = "/next" }
    auth = { header = "Authorization", prefix = "Bearer ", environment = "HR_TOKEN" }
    since = { parameter = "updated_since", field = "/updated_at" }

    [[rest.members]]                                 # more members of an item
    at = "dependents"
    fields = { "member.first" = "first_name", "member.subscriber_id" = "/employee_number" }

Names in `fields` are pointers: ``name/first`` begins at the member, ``/employee_number`` at the
item.
"""

import json
import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit

from scrubjay.enrollment.fetching import Bounds, Origin, origin_of
from scrubjay.enrollment.fields import Draft, as_text
from scrubjay.enrollment.making import Made, Maker
from scrubjay.enrollment.mapped import Mapped
from scrubjay.enrollment.mapping import Mapping, Part, part_of
from scrubjay.enrollment.pages import Table
from scrubjay.errors import InputError, UsageError

__all__ = ["Service", "Sync", "read_service"]

_BY = ("none", "cursor", "link", "page", "offset")
_PAGES = 100_000
_LONGEST = 8_000
"""Signs of a cursor or a link."""


class Paging(NamedTuple):
    """How one page leads to the next."""

    by: str
    parameter: str
    next: str
    """Pointer to the next cursor, or the next page's address."""
    size_parameter: str
    size: int
    first: int


class Service(NamedTuple):
    """What a mapping says under [rest]."""

    url: SplitResult
    items: str
    paging: Paging
    headers: dict[str, str]
    since_parameter: str
    since_field: str
    """Pointer into an item: the largest is where the next run begins."""
    since_next: str
    """Pointer into the last page instead: what the service wants to be told next time."""
    members: tuple[Part, ...]
    bounds: Bounds
    private: bool
    pages: int


def read_service(mapping: Mapping, environ: dict[str, str] | None = None) -> Service:
    """The service that a mapping describes; its secret from a file or the environment."""
    said = mapping.rest
    address = said.text("url")
    if not address:
        raise said.fault("url is missing: where does the service answer?")
    try:
        url = origin_of(address)
    except UsageError as error:
        raise said.fault(str(error), at="url") from None
    since = said.table("since")
    made = Service(
        url=url,
        items=said.text("items", ""),
        paging=_paging(said.table("page")),
        headers=_auth(said.table("auth"), dict(os.environ) if environ is None else environ),
        since_parameter=since.text("parameter", ""),
        since_field=since.text("field", ""),
        since_next=since.text("next", ""),
        members=tuple(part_of(each, (), coverage=False) for each in said.tables("members")),
        bounds=_bounds(said.table("limits")),
        private=said.flag("private"),
        pages=said.number("pages", _PAGES, least=1),
    )
    since.end("parameter", "field", "next")
    if bool(made.since_parameter) != bool(made.since_field or made.since_next):
        raise said.fault("since has a parameter, and a field or a next to take it from", at="since")
    said.end("url", "items", "page", "auth", "since", "members", "limits", "private", "pages")
    return made


def _paging(table: Table) -> Paging:
    by = table.text("by", "none", among=_BY)
    made = Paging(
        by=by,
        parameter=table.text("parameter", {"page": "page", "offset": "offset"}.get(by, "cursor")),
        next=table.text("next", ""),
        size_parameter=table.text("size_parameter", ""),
        size=table.number("size", 0),
        first=table.number("first", 1 if by == "page" else 0),
    )
    if by in {"cursor", "link"} and not made.next:
        raise table.fault("next is missing: where in a page is what leads to the next?")
    table.end("by", "parameter", "next", "size_parameter", "size", "first")
    return made


def _auth(table: Table, environ: dict[str, str]) -> dict[str, str]:
    header = table.text("header", "Authorization")
    prefix = table.text("prefix", "")
    variable, file = table.text("environment", ""), table.text("file", "")
    table.end("header", "prefix", "environment", "file")
    if not variable and not file:
        return {}
    secret = environ.get(variable, "") if variable else _secret(file)
    if not secret:
        raise UsageError(f"the variable {variable} is not set; it holds what {header} says")
    if not all(" " <= sign <= "~" for sign in secret + prefix + header):
        raise table.fault("what the header says is one line of plain text")
    return {header: prefix + secret}


def _secret(path: str) -> str:
    try:
        if os.stat(path).st_mode & 0o077:
            raise UsageError(f"{path} can be read by others; run: chmod 600 {path}")
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"{path}: {reason}; it holds the secret of [rest.auth]") from None


def _bounds(table: Table) -> Bounds:
    plain = Bounds()
    made = Bounds(
        bytes=table.number("bytes", plain.bytes, least=1),
        seconds=float(table.number("seconds", plain.seconds)),
        whole=float(table.number("whole", plain.whole, least=1)),
        retries=table.number("retries", plain.retries),
        wait=float(table.number("wait", plain.wait)),
    )
    table.end("bytes", "seconds", "whole", "retries", "wait")
    return made


class Sync:
    """One run through the pages of a service, from where an earlier run was."""

    def __init__(
        self,
        mapping: Mapping,
        service: Service,
        maker: Maker,
        *,
        since: str = "",
        sleep: Callable[[float], None] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self.since = since
        """Where the next run is to begin; that of this one until all pages are read."""
        self._mapping = mapping
        self._service = service
        self._maker = maker
        self._progress = progress
        more: dict[str, Any] = {"sleep": sleep} if sleep else {}
        self._origin = Origin(
            service.url, service.headers, bounds=service.bounds, private=service.private, **more
        )

    def members(self) -> Iterator[Made]:
        """Every member, in the order of the service."""
        index = 0
        latest = self.since
        mapped = Mapped(self._mapping, self._maker)
        try:
            for number, page in enumerate(self._pages(), start=1):
                for at, item in enumerate(self._items(page, number)):
                    if self._service.since_field:
                        latest = max(latest, _said(_pointed(item, self._service.since_field)))
                    place = f"page {number} item {at + 1}"
                    for made in self._of_item(mapped, item, place, index):
                        yield made
                        index += 1
                if self._service.since_next:
                    latest = _said(_pointed(page, self._service.since_next)) or latest
        finally:
            self._origin.close()
        self.since = latest

    def _of_item(self, mapped: Mapped, item: Any, place: str, index: int) -> Iterator[Made]:
        for part, node, where in self._nodes(item):
            look = _look(node, item)
            mapped.member(look, part)
            for each in self._mapping.coverages:
                held = _pointed(item if each.at.startswith("/") else node, each.at)
                for coverage in held if isinstance(held, list) else [held]:
                    if isinstance(coverage, dict):
                        mapped.coverage(each, _look(coverage, item))
            source = {"kind": "rest", "file": self._name, "index": index, "path": place + where}
            yield mapped.made(source)
            index += 1

    def _nodes(self, item: Any) -> Iterator[tuple[Part, Any, str]]:
        """The members of an item: itself, and those in its lists."""
        whole = self._mapping.member
        if whole.rules:
            yield whole, item, ""
        for part in self._service.members:
            held = _pointed(item, part.at)
            both = part._replace(constants=_both(whole.constants, part.constants))
            for at, node in enumerate(held if isinstance(held, list) else []):
                yield both, node, f" {part.at.strip('/')} {at + 1}"

    @property
    def _name(self) -> str:
        return f"{self._origin.name}{self._service.url.path}"

    def _items(self, page: Any, number: int) -> list[Any]:
        held = _pointed(page, self._service.items)
        if not isinstance(held, list):
            where = self._service.items or "the page"
            raise InputError(
                f"{self._origin.name}: {where} of page {number} is no list; check items in "
                f"{self._mapping.page.name}"
            )
        return held

    # ---- page after page

    def _pages(self) -> Iterator[Any]:
        paging = self._service.paging
        target = self._target(self._first())
        seen = {target}
        done = 0
        at: int | None = paging.first
        before = b""
        for number in range(self._service.pages):
            body = self._origin.get(target)
            done += len(body)
            if self._progress is not None:
                self._progress(done)
            page = self._parsed(body, number + 1)
            numbered = paging.by in {"page", "offset"}
            if numbered and body == before and self._items(page, number + 1):
                raise InputError(
                    f"{self._origin.name}: page {number + 1} is the page before it once more; "
                    f"check page in {self._mapping.page.name}"
                )
            before = body
            yield page
            following: str | None = None
            if numbered:
                at = self._numbered(page, number + 1, at or 0)
                if at is not None:
                    following = self._target({**self._first(), paging.parameter: str(at)})
            else:
                following = self._following(page, number + 1)
            if following is None:
                return
            target = following
            if target in seen:
                raise InputError(f"{self._origin.name}: it leads to a page that was read before")
            seen.add(target)
        raise InputError(
            f"{self._origin.name}: more than {self._service.pages:,} pages; raise pages in "
            f"{self._mapping.page.name}"
        )

    def _first(self) -> dict[str, str]:
        paging = self._service.paging
        more = {}
        if paging.by in {"page", "offset"}:
            more[paging.parameter] = str(paging.first)
        if paging.size_parameter and paging.size:
            more[paging.size_parameter] = str(paging.size)
        if self._service.since_parameter and self.since:
            more[self._service.since_parameter] = self.since
        return more

    def _target(self, more: dict[str, str]) -> str:
        url = self._service.url
        query = urlencode([*parse_qsl(url.query, keep_blank_values=True), *more.items()])
        return f"{_plain(url.path) or '/'}{'?' if query else ''}{query}"

    def _numbered(self, page: Any, number: int, at: int) -> int | None:
        """The number of the next page, or of its first member; None after the last."""
        paging = self._service.paging
        count = len(self._items(page, number))
        if count < max(paging.size, 1):
            return None
        return at + (1 if paging.by == "page" else count)

    def _following(self, page: Any, number: int) -> str | None:
        """The target that a page leads to; None of the last."""
        paging = self._service.paging
        held = _pointed(page, paging.next) if paging.by != "none" else None
        said = _said(held)
        if not said:
            if isinstance(held, (dict, list)):
                raise InputError(
                    f"{self._origin.name}: {paging.next} of page {number} leads nowhere; "
                    f"check next in {self._mapping.page.name}"
                )
            return None
        if len(said) > _LONGEST:
            raise InputError(
                f"{self._origin.name}: {paging.next} of page {number} is too long for an address"
            )
        if paging.by == "cursor":
            return self._target({**self._first(), paging.parameter: said})
        return self._linked(said)

    def _linked(self, said: str) -> str:
        """The target of a link: of this service, or nobody's."""
        try:
            url = urlsplit(urljoin(self._service.url.geturl(), said))
            leads_here = self._origin.leads_here(url)
        except ValueError:
            leads_here = False
        if not leads_here:
            raise InputError(f"{self._origin.name}: its next page is at another service; not asked")
        return _plain(f"{url.path or '/'}{'?' if url.query else ''}{url.query}")

    def _parsed(self, body: bytes, number: int) -> Any:
        try:
            page = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
            if b"\\ud" in body.lower():
                # half a character can be written down by nobody
                json.dumps(page, ensure_ascii=False, default=str).encode()
        except (ValueError, ArithmeticError, RecursionError):
            raise InputError(
                f"{self._origin.name}: page {number} is no JSON; check the address"
            ) from None
        return page


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _said(held: Any) -> str:
    """What a text or a number says; nothing of anything else."""
    is_said = isinstance(held, (str, int, Decimal)) and not isinstance(held, bool)
    return as_text(held) if is_said else ""


def _plain(target: str) -> str:
    """A target as a request may have it: what is no plain sign in it, as its bytes."""
    return quote(target, safe="%/:=&?~+!$,;'@()*[]")


def _both(one: Draft, other: Draft) -> Draft:
    """Two drafts as one; what the other says counts."""
    made = dict(one)
    for key, value in other.items():
        held = made.get(key)
        if isinstance(held, dict) and isinstance(value, dict):
            made[key] = _both(held, value)
        else:
            made[key] = value
    return made


def _look(node: Any, item: Any) -> Callable[[str], Any]:
    def look(name: str) -> Any:
        value = _pointed(item if name.startswith("/") else node, name)
        return None if isinstance(value, (dict, list)) else value

    return look


def _pointed(held: Any, pointer: str) -> Any:
    """What a JSON pointer leads to, with or without its first slash; None where nothing is."""
    for step in pointer.split("/"):
        if not step:
            continue
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(held, dict):
            held = held.get(name)
        elif isinstance(held, list) and name.isdecimal() and int(name) < len(held):
            held = held[int(name)]
        else:
            return None
    return held
