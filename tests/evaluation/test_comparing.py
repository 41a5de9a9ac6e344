"""What another model reads better and worse. Rings: unit, model (the last one)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from reception.dialogue.meaning import Frame, Intent, Slot
from reception.errors import Invalid
from reception.evaluation.cases import Case
from reception.evaluation.comparing import SHOWN, Comparison, other_model, summary
from reception.evaluation.report import write_report
from reception.evaluation.understanding import Outcome, Scores
from reception.inference.language_model import Request
from reception.inference.models import CATALOGUE
from reception.settings import Settings

WANTED = (Intent.BOOK, {Slot.DATE: "Monday"})
NO_DAY = (Intent.BOOK, {})
ANOTHER = (Intent.CHECK, {Slot.DATE: "Monday"})

Read = tuple[Intent, dict[Slot, str]]


def scores(read: Sequence[Read]) -> Scores:
    case = Case("", "on Monday <b>", *WANTED, values={})
    return Scores([Outcome(case, Frame(intent, slots)) for intent, slots in read])


def test_only_what_changes_sides_counts() -> None:
    compared = Comparison(
        now=scores([WANTED, NO_DAY, NO_DAY, WANTED]), then=scores([WANTED, WANTED, ANOTHER, ANOTHER])
    )
    assert [(old.frame.slots, new.frame.slots) for old, new in compared.better] == [({}, WANTED[1])]
    assert [new.frame.intent for _, new in compared.worse] == [Intent.CHECK]


def test_the_summary_shows_some_and_says_how_many_more() -> None:
    many = SHOWN + 3
    text = "\n".join(summary(Comparison(scores([NO_DAY] * many), scores([WANTED] * many)), "new.gguf"))
    assert f"read better: {many} of {many}" in text and "read worse: 0" in text
    assert "and 3 more" in text
    assert "book_appointment -> book_appointment (date: Monday)" in text


def test_the_report_has_every_change_as_text(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    now = scores([NO_DAY])
    page, _ = write_report(tmp_path, now, compared=Comparison(now, scores([WANTED])))
    html = page.read_text()
    assert "Read better: 1" in html and "on Monday &lt;b&gt;" in html


async def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.gguf"
    file.write_bytes(b"not a model at all, only some words")
    with pytest.raises(Invalid, match=r"notes\.gguf"):
        async with other_model(file, Settings()):
            pass


@pytest.mark.model
async def test_an_adapter_is_read_on_the_base_of_the_model_that_serves() -> None:
    adapter = CATALOGUE["desk-135m"].adapter
    assert adapter is not None
    async with other_model(adapter, Settings()) as model:
        answer = await model.complete(Request("desk: -\npatient: hello\nframe:", 8, stop=("\n",)))
    assert answer.text.strip() == "greet"
