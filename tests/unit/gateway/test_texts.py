"""The catalogue of the pages' texts: whatever a page asks for is there, and nothing is there for nobody."""

import json
import re
from pathlib import Path

GATEWAY = Path(__file__).parents[3] / "services" / "gateway"
TEXTS = json.loads((GATEWAY / "pages" / "texts.vi.json").read_text(encoding="utf-8"))


def test_every_text_asked_for_is_there_and_every_text_is_asked_for() -> None:
    writers = [GATEWAY / "api" / f"{name}_pages.py" for name in ("survey", "catalog", "form", "petition")]
    sources = [*(GATEWAY / "pages").glob("*.html"), *writers]
    asked = {
        key for file in sources for key in re.findall(r'\b(?:t|text)\("(\w+)"[,)]', file.read_text("utf-8"))
    }
    # `told.html` and `button.html` are asked for by a key, and ask for what follows from it.
    for writer in writers:
        for page, key in re.findall(
            r'rendered\("(told|button)\.html", key="(\w+)"', writer.read_text("utf-8")
        ):
            asked |= {key, f"{key}_more"} | ({f"{key}_send"} if page == "button" else set())
    # `lead_on.html` is told where it leads to, and says it twice: as a title and on its button.
    for writer in (GATEWAY / "api").glob("*.py"):
        told = re.findall(r'rendered\("lead_on\.html", .*?to="(\w+)"', writer.read_text("utf-8"))
        asked |= {name for to in told for name in (to, f"{to}_go")}
    problems = {key for key in TEXTS if key.startswith("problem_") and key != "problem_wait"}
    assert len(asked) > 10
    assert asked - TEXTS.keys() == set()
    assert TEXTS.keys() - asked == problems


def test_every_problem_has_its_more() -> None:
    heads = {key.removesuffix("_more") for key in TEXTS if key.startswith("problem_")} - {"problem_wait"}
    assert {f"{key}_more" for key in heads} | heads <= TEXTS.keys()
    assert "problem_other" in heads


def test_no_page_holds_a_text_of_its_own() -> None:
    for file in (GATEWAY / "pages").glob("*.html"):
        bare = re.sub(r"<[^>]*>|{[{%].*?[%}]}", "", file.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"\w{2,}", bare), (file.name, bare.split())
