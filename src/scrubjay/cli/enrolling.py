"""What the commands of enrollment share: the profile and the key that were asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from scrubjay.enrollment.making import Maker

__all__ = ["maker_of"]


def maker_of(given: dict[str, Any]) -> Maker:
    """Makes records with the profile in force on the day of the load, and with the key."""
    import datetime as dt

    from scrubjay.enrollment.identity import Tokens
    from scrubjay.enrollment.making import Maker
    from scrubjay.enrollment.profile import PLAIN, found
    from scrubjay.keys import TokenKey

    day = given["as_of"] or dt.datetime.now(dt.UTC).date()
    profile = found(given["profile"], day) if given["profile"] else PLAIN
    return Maker(Tokens(TokenKey.find(given["token_key"])), profile)
