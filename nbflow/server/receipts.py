"""What a client gets for a request that the scheduler is to answer."""

from __future__ import annotations

from nbflow.commands import Receipt
from nbflow.core.errors import RequestError
from nbflow.views.shapes import RequestReceipt


def accepted(receipt: Receipt) -> RequestReceipt:
    """The number of the request, by which its answer can be asked for."""
    assert receipt.request_id is not None  # only dry runs have none
    return RequestReceipt(receipt.request_id, receipt.run_id)


def number_of(text: str, nouns: str) -> int:
    """The number in an address. Raises RequestError: "Backfills have numbers; 'x' is none."."""
    if not text.isdecimal():
        raise RequestError(f"{nouns} have numbers; {text!r} is none.")
    return int(text)
