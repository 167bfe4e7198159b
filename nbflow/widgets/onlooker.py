"""Is anybody looking at this notebook? A kernel that executes for nobody leaves static pictures
only: smaller files, and no dead widgets in them.
"""

from __future__ import annotations

import os
from enum import Enum

from IPython.core.getipython import get_ipython


class Onlooker(Enum):
    """Who sees what is displayed."""

    PERSON = "person"
    READER_OF_THE_FILE = "reader of the file"
    NOBODY = "nobody"


def onlooker() -> Onlooker:
    """Who sees what this process displays now.

    A notebook task of nbflow has no onlooker, and tells so by its environment. nbclient, papermill
    and nbconvert forbid to ask for input, which every front end with a person allows.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return Onlooker.NOBODY
    if os.environ.get("NBFLOW_ATTEMPT_ID") or not getattr(kernel, "_allow_stdin", True):
        return Onlooker.READER_OF_THE_FILE
    return Onlooker.PERSON
