"""Writes labextension/locale/nbflow.pot, the template for translators, from what the sources give
to the translator: `__('text')` and `_n('one', 'many', n)`. Run it from the project's folder after
changing a text:

    python labextension/scripts/extract_texts.py

File names without lines, so that the template changes when a text does and not when code moves.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "locale" / "nbflow.pot"
COMMAND = "python labextension/scripts/extract_texts.py"

_HEAD = r"""# Texts of nbflow in JupyterLab: a template for translators.
msgid ""
msgstr ""
"Project-Id-Version: nbflow\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\n"
"""

# Not where the functions themselves are declared, which name their arguments.
_CALL = re.compile(r"(?<![\w$])(__|_n)\(\s*(?!text[:,)]|singular[:,)])")
_STRING = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)\"""")
_COMMA = re.compile(r"\s*,\s*")
_ESCAPES = {"n": "\n", "t": "\t", "u2009": "\u2009"}


class NotPlain(Exception):
    """A text that is put together where it is used, so that nobody could translate it."""


Text = tuple[str, str | None]
"""What is said of one, and of many where it is counted."""


def template() -> str:
    """The template as it should be."""
    found: defaultdict[Text, set[str]] = defaultdict(set)
    for file in sorted((ROOT / "src").rglob("*.ts*")):
        if ".test." not in file.name and file.parent.name != "testing":
            for text in texts_in(file.read_text("utf-8"), file.name):
                found[text].add(file.relative_to(ROOT).as_posix())
    entries = [_entry(text, sorted(files)) for text, files in sorted(found.items(), key=_order)]
    return "\n".join([_HEAD, *entries])


def texts_in(source: str, file: str = "") -> Iterator[Text]:
    """The texts of one source. Raises NotPlain with the line of one that is no plain string."""
    for call in _CALL.finditer(source):
        one, end = _string(source, call.end(), file)
        many = None
        if call[1] == "_n":
            comma = _COMMA.match(source, end)
            many, _ = _string(source, comma.end() if comma else end, file)
        yield one, many


def _string(source: str, at: int, file: str) -> tuple[str, int]:
    found = _STRING.match(source, at)
    if found is None:
        line = source.count("\n", 0, at) + 1
        raise NotPlain(f"{file}:{line}: a text for the translator has to be a plain string.")
    written = found[1] if found[1] is not None else found[2]
    plain = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _unescaped, written)
    return plain, found.end()


def _unescaped(escape: re.Match[str]) -> str:
    word = escape[1]
    if word.startswith("u") and len(word) == 5:
        return chr(int(word[1:], 16))
    return _ESCAPES.get(word, word)


def _order(item: tuple[Text, set[str]]) -> tuple[str, str]:
    (one, many), _ = item
    return one, many or ""


def _entry(text: Text, files: list[str]) -> str:
    one, many = text
    lines = [*(f"#: {file}" for file in files), f"msgid {_quoted(one)}"]
    if many is None:
        lines.append('msgstr ""')
    else:
        lines += [f"msgid_plural {_quoted(many)}", 'msgstr[0] ""', 'msgstr[1] ""']
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    TARGET.write_text(template(), "utf-8")
