"""A claim that replaces another names it: by REF*F8, else by its own number, in one practice."""

import re
from pathlib import Path

import pytest

from pipeline.works import document, works
from scrubjay.pipeline.correcting import claim_rows, numbers
from scrubjay.pipeline.packing import Line
from scrubjay.store.contract import View
from scrubjay.store.rows import Claim


def replacing(content: bytes, *, by_number: bool, frequency: int) -> bytes:
    """Each claim as one that corrects the one of that place in the first file."""

    def one(found: re.Match[bytes]) -> bytes:
        original = found[1].replace(b"S0002", b"S0001")
        number = found[1] if by_number else original
        reference = b"\nREF*F8*%s~" % (original if by_number else b"ICN0000001")
        claim = (number, found[2], frequency, found[3], reference)
        return b"\nCLM*%s*%s:%d*Y%s%s\nHI*" % claim

    pattern = rb"\nCLM\*([^*]+)\*([^~]*?):1\*Y([^~]*~(?:(?!\nHI).)*?)\nHI\*"
    made, count = re.subn(pattern, one, content, flags=re.DOTALL)
    assert count == content.count(b"\nCLM*")
    return re.sub(rb"SE\*(\d+)\*", lambda found: b"SE*%d*" % (int(found[1]) + count), made)


@pytest.mark.parametrize("frequency", [6, 7, 8])
@pytest.mark.parametrize("how", ["number", "own"])
async def test_a_correction_names_the_newest_claim_of_its_practice(
    tmp_path: Path, how: str, frequency: int
) -> None:
    async with works(tmp_path) as (made, _):
        made.take(document(10, seed=1))
        await made.settle()
        made.take(document(10, seed=3).replace(b"S0003-", b"S0001-"), "somebody else")
        await made.settle()
        content = document(10, seed=2)
        made.take(replacing(content, by_number=how == "number", frequency=frequency))
        await made.settle()

        def asked(view: View) -> list[Claim]:
            return [claim for number in range(1, 31) if (claim := view.one(Claim, number))]

        claims = made.ask(asked)
        assert [claim.corrects for claim in claims[:20]] == [None] * 20
        # those that scrub rejects replace nothing
        sent = [claim for claim in claims[20:] if claim.batch is not None]
        assert [claim.corrects for claim in sent] == [claim.ordinal + 1 for claim in sent]
        assert sent


def test_rows_are_changed_where_the_original_is_known_and_nowhere_else() -> None:
    text = '[[0,"k.a","",100,null],[1,"k.b","k.t",200,null],[2,"k.c","",300,null]]'
    head = {"count": 3, "charges": 600, "corrects": [[1, "k.x", "k.b"], [2, "", "k.c"]]}
    line = Line(head, text)
    assert numbers([line]) == ["k.b", "k.c", "k.x"]
    assert claim_rows(line, {}).text is text
    made = claim_rows(line, {"k.b": 7, "k.x": 8})
    assert [claim.corrects for claim in made.claims()] == [None, 8, None]
    assert made.text == text.replace("200,null", "200,8")
    assert claim_rows(line, {"k.c": 9}).claims()[2].corrects == 9
