from __future__ import annotations

from lazyflow.messages import File, Message, Role
from lazyflow.nodes.attachments import images, spoken

TABLE = File("t.csv", "text/csv", b"a,b", "a,b")
PICTURE = File("p.png", "image/png", b"\x89PNG")


def test_documents_stand_below_the_message_under_their_names() -> None:
    assert spoken(Message(Role.USER, "Sum it", (TABLE, PICTURE))) == "Sum it\n\nt.csv:\na,b"


def test_a_message_without_documents_stays_as_it_is() -> None:
    assert spoken(Message(Role.USER, " hi\n")) == " hi\n"


def test_pictures_are_told_apart_by_their_type() -> None:
    assert images(Message(Role.USER, "Look", (TABLE, PICTURE))) == (PICTURE,)
