"""What the documents name is there."""

import re
from pathlib import Path

import pytest

from marketplace import ROOT

TESTS = ROOT / "tests"
DOCUMENTS = sorted((ROOT / "docs").rglob("*.md"))


def names_of_tests() -> set[str]:
    found: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        found |= {path.stem, *re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)}
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_that_a_document_names_is_there(document: Path):
    named = set(re.findall(r"\btest_\w+", document.read_text(encoding="utf-8")))
    assert not named - names_of_tests()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_page_that_a_document_leads_to_is_there(document: Path):
    targets = re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))
    assert not [target for target in targets if not (document.parent / target).exists()]
