"""Closing a widget with all that it is made of: ipywidgets holds its layout, its style and what is
in it for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets


def close_with_parts(widget: ipywidgets.Widget) -> None:
    """Close it, and what only it shows: its layout, its style, and the widgets in it."""
    parts = list(_parts(widget))
    widget.close()
    for part in parts:
        close_with_parts(part)


def _parts(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    for name in widget.keys:
        value = getattr(widget, name)
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, ipywidgets.Widget):
                yield one
