"""What every page stands in: nothing from outside, no script."""

import os

from scrubjay.report.sections import escape

__all__ = ["framed"]


def framed(subject: str, body: str, foot: str) -> str:
    """The page about `subject` with these parts, which are HTML."""
    with open(os.path.join(os.path.dirname(__file__), "page.css"), encoding="utf-8") as file:
        style = file.read()
    return _PAGE.format(title=escape(subject), style=style, body=body, foot=foot)


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}: Scrubjay report</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
<footer>{foot}</footer>
</body>
</html>
"""
