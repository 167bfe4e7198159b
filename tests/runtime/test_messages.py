"""Messages of a kernel, unpacked and joined."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import pytest
import zmq
from jupyter_client.session import Session

from nbflow.runtime.messages import Message, UnreadableMessage, joined, received


@pytest.fixture
def ends() -> Iterator[tuple[zmq.Socket[bytes], zmq.Socket[bytes]]]:
    with zmq.Context() as context:
        here, there = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        with closing(here), closing(there):
            here.bind("inproc://messages")
            there.connect("inproc://messages")
            yield here, there


Ends = tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"]
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("stream", {"name": "stdout", "text": "ä\n"}),
    ("display_data", {"data": {"text/plain": "x"}, "metadata": {}, "transient": {}}),
    ("status", {"execution_state": "idle"}),
    ("error", {"ename": "E", "evalue": "e", "traceback": []}),
]


def sent(ends: Ends, session: Session, kind: str, content: dict[str, Any]) -> Message:
    """The message, as jupyter_client reads it."""
    message = session.send(ends[1], kind, content, parent=session.msg("execute_request"))
    parts = session.serialize(cast("dict[str, Any]", message))
    return dict(Session(key=session.key).deserialize(parts[1:]))


@pytest.mark.parametrize(("kind", "content"), KINDS)
def test_a_message_is_what_jupyter_reads_but_for_times_nobody_asks_for(
    ends: Ends, kind: str, content: dict[str, Any]
) -> None:
    expected = sent(ends, Session(key=b"secret"), kind, content)
    (message,) = received(Session(key=b"secret"), ends[0])

    assert message["content"] == expected["content"] == content
    for name in ("msg_id", "msg_type", "metadata", "buffers"):
        assert message[name] == expected[name]
    for header in ("header", "parent_header"):
        del message[header]["date"], expected[header]["date"]
        assert message[header] == expected[header]


@pytest.mark.parametrize(("kind", "content"), KINDS)
def test_a_message_of_somebody_else_is_refused(
    ends: Ends, kind: str, content: dict[str, Any]
) -> None:
    sent(ends, Session(key=b"other"), kind, content)
    with pytest.raises(ValueError, match="ignature"):
        list(received(Session(key=b"secret"), ends[0]))


def stream(text: str, name: str = "stdout", parent: str = "a") -> Message:
    content = {"name": name, "text": text}
    return {"msg_type": "stream", "parent_header": {"msg_id": parent}, "content": content}


def test_text_that_goes_on_is_one_message() -> None:
    idle: Message = {"msg_type": "status", "parent_header": {"msg_id": "a"}, "content": {}}
    came = [
        *[stream("1"), stream("2"), stream("3", name="stderr"), stream("4", parent="b")],
        *[stream("5", parent="b"), idle, stream("6", parent="b")],
    ]
    texts = [one["content"].get("text") for one in joined(came)]
    assert texts == ["12", "3", "45", None, "6"]


def test_so_many_are_read_at_a_time_and_none_is_lost() -> None:
    came = iter([stream(str(number)) for number in range(5)])
    assert [one["content"]["text"] for one in joined(came, most=3)] == ["012"]
    assert [one["content"]["text"] for one in joined(came, most=3)] == ["34"]


def test_what_is_no_message_is_told_in_a_sentence(ends: Ends) -> None:
    here, there = ends
    session = Session(key=b"secret")
    parts = [b"patched"] * 4
    there.send_multipart([b"<IDS|MSG>", session.sign(parts), *parts])
    assert here.poll(30_000)

    with pytest.raises(UnreadableMessage, match=r"replaces `json\.dumps`"):
        list(received(session, here))
