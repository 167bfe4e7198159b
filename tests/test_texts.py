"""Everything the panel says can be translated: the template for translators has all of it."""

from __future__ import annotations

import pytest

from labextension.scripts import extract_texts


def test_the_template_has_every_text_of_the_sources() -> None:
    assert extract_texts.TARGET.read_text("utf-8") == extract_texts.template(), (
        f"nbflow.pot is stale: run `{extract_texts.COMMAND}`."
    )


def test_texts_are_found_however_they_are_written() -> None:
    source = """
        trans.__('It\\'s %1', name); texts.__(
          "two words"
        ); _n('%1 run', '%1 runs', n)
    """
    assert list(extract_texts.texts_in(source)) == [
        ("It's %1", None),
        ("two words", None),
        ("%1 run", "%1 runs"),
    ]


def test_a_text_that_is_put_together_is_refused_with_its_place() -> None:
    with pytest.raises(extract_texts.NotPlain, match=r"a\.ts:2"):
        list(extract_texts.texts_in("\ntrans.__(`no ${way}`)", "a.ts"))
