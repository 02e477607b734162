"""A page as its words, if its tags close in order."""

from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "input"}
# Elements that HTML lets end by themselves.
OPEN = {"p", "li", "tr", "td", "th", "thead", "tbody", "dt", "dd"}


class Outline(HTMLParser):
    """Checks that tags close in order; collects text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more open element."""
        del attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """One less, and whatever ends with it."""
        while self.open and self.open[-1] != tag and self.open[-1] in OPEN:
            self.open.pop()
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """The words on the page."""
        self.text += data + " "


def outline(page: str) -> Outline:
    """The page, read to its end; everything in it is closed."""
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser
