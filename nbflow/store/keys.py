"""The Fernet keys that open secrets: outside the database, in a file only its owner may read, or in
`NBFLOW_FERNET_KEY` for schedulers on several machines.

The first key encrypts, each of them decrypts: that is how keys are changed (`rotated`).
Cryptography is imported when there is something to open: most processes that could never do.
"""

# ruff: noqa: PLC0415 - see the module docstring

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from nbflow.core.errors import NbflowError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet, MultiFernet

KEY_VARIABLE = "NBFLOW_FERNET_KEY"
KEY_FILE = "fernet.key"
_HOW = (
    "Make one with `python -c 'from cryptography.fernet import Fernet; "
    "print(Fernet.generate_key().decode())'`; several are separated by commas, the newest first."
)


class KeyProblem(NbflowError):
    """A key is not there or does not fit; the message says which, and what to do."""


@dataclass(frozen=True)
class KeyRing:
    """Keys, the newest first. `file` is where they are kept; None for those of the environment."""

    keys: tuple[str, ...]
    file: Path | None = None

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str, what: str) -> str:
        """The text of a token; `what` names it in the KeyProblem raised if no key opens it."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken:
            where = KEY_VARIABLE if self.file is None else str(self.file)
            raise KeyProblem(
                f"{what} was encrypted with another key than those in {where}. "
                f"Put the old key behind the new one there, or set {what} again."
            ) from None

    def with_new_key(self) -> KeyRing:
        """The same keys behind a new one."""
        return KeyRing((_new_key(), *self.keys), self.file)

    def newest(self) -> KeyRing:
        """The newest key alone."""
        return KeyRing(self.keys[:1], self.file)

    def save(self) -> None:
        """Write the keys to their file, whole or not at all."""
        if self.file is None:
            raise KeyProblem(f"The keys come from {KEY_VARIABLE}: change them there.")
        _write(self.file, self.keys).replace(self.file)

    @property
    def _fernet(self) -> MultiFernet:
        from cryptography.fernet import MultiFernet

        return MultiFernet([_checked(key) for key in self.keys])


def load_keys(folder: Path, environment: Mapping[str, str] = os.environ) -> KeyRing:
    """The keys of the project whose data is in `folder`; a first one is made if there is none.

    Raises KeyProblem.
    """
    given = environment.get(KEY_VARIABLE, "")
    if given.strip():
        ring = KeyRing(tuple(key.strip() for key in given.split(",") if key.strip()))
    else:
        file = folder / KEY_FILE
        try:
            _make_once(file)
            ring = KeyRing(tuple(file.read_text("ascii").split()), file)
        except OSError as error:
            raise KeyProblem(f"The key file {file} cannot be read: {error}.") from error
    for key in ring.keys:
        _checked(key)
    if not ring.keys:
        raise KeyProblem(f"There is no key in {ring.file or KEY_VARIABLE}. {_HOW}")
    return ring


def _new_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def _checked(key: str) -> Fernet:
    from cryptography.fernet import Fernet

    try:
        return Fernet(key)
    except (ValueError, TypeError):
        raise KeyProblem(f"A key for secrets is no Fernet key. {_HOW}") from None


def _make_once(file: Path) -> None:
    """Make the file with a first key. Of several processes that try at once, one is first."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    new = _write(file, (_new_key(),))
    try:
        os.link(new, file)
    except FileExistsError:
        pass  # somebody was quicker, and theirs is the key
    finally:
        new.unlink()


def _write(file: Path, keys: tuple[str, ...]) -> Path:
    """A new file beside `file`, which nobody but its owner may read from the beginning on."""
    # Temporary files are made with mode 0600.
    with NamedTemporaryFile("w", dir=file.parent, prefix=KEY_FILE, delete=False) as new:
        new.write("".join(f"{key}\n" for key in keys))
        new.flush()
        os.fsync(new.fileno())
    return Path(new.name)
