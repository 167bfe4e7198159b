"""What the cell tagged `parameters` gives a value, in any language: the names, and the literals
that are their defaults. Other values have no default that could be shown.
"""

from __future__ import annotations

import ast
import json
import re

# Words by which languages declare; a name; a type behind a colon; a sign; a value.
_SET = re.compile(
    r"""^\s*
    (?:(?:export|declare|local|readonly|let|const|var|val|global|set)\s+)*
    \$?(?P<name>[A-Za-z_]\w*)
    (?:\s*:\s*[\w\[\], .<>{}]+?)?
    (?P<sign>\s*(?:=(?!=)|<-|:=)\s*)
    (?P<value>.+?)\s*;?\s*$""",
    re.VERBOSE,
)
_SHELLS = frozenset({"bash", "sh", "zsh", "fish", "shell"})
_WORDS = {"true": True, "false": False, "null": None, "nothing": None, "none": None, "nil": None}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?L?")
_BARE = re.compile(r"[^\s'\"$`\\;&|<>(){}\[\]*?#]+")
_COMMENT = re.compile(
    r"""^(?P<code>(?:[^'"#/]|/(?!/)|'[^']*'|"(?:[^"\\]|\\.)*")*?)\s+(?:\#|//).*$"""
)


def literals(code: str, language: str) -> dict[str, object]:
    """The names that `code` assigns a literal at top level, with their values."""
    return _of_python(code) if language == "python" else _of_lines(code, language)


def _of_python(code: str) -> dict[str, object]:
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return {}
    found: dict[str, object] = {}
    for statement in body:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        try:
            value = json.loads(json.dumps(ast.literal_eval(statement.value)))
        except (ValueError, TypeError, SyntaxError):
            continue
        found.update({target.id: value for target in targets if isinstance(target, ast.Name)})
    return found


def _of_lines(code: str, language: str) -> dict[str, object]:
    """The same of a language that nobody can parse here: one assignment a line."""
    found: dict[str, object] = {}
    for line in code.splitlines():
        commented = _COMMENT.match(line)
        assignment = _SET.match(commented["code"] if commented else line)
        if assignment is None:
            continue
        is_shell = language in _SHELLS
        if is_shell and assignment["sign"] != "=":
            continue  # a command that is called with an argument
        known, value = _value(assignment["value"], is_shell=is_shell)
        if known:
            found[assignment["name"]] = value
    return found


def _value(text: str, *, is_shell: bool) -> tuple[bool, object]:
    """Whether the text is a literal that languages agree on, and its value."""
    if text.lower() in _WORDS:
        return True, _WORDS[text.lower()]
    if _NUMBER.fullmatch(text):
        number = text.rstrip("L")
        return True, int(number) if re.fullmatch(r"[-+]?\d+", number) else float(number)
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"" and text[0] not in text[1:-1]:
        inner = text[1:-1]
        return "\\" not in inner and not ("$" in inner and text[0] == '"'), inner
    return is_shell and _BARE.fullmatch(text) is not None, text
