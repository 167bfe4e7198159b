"""A module whose import never ends."""

from threading import Event

Event().wait()
