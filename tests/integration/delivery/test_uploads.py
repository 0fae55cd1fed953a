"""Files of our own on their way to a chat: as the platform takes them, once, and never without the file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core import shelf
from bot.delivery.gateway import Gateway, Refused
from bot.delivery.models import MessageState
from bot.delivery.schemas import Media, Upload
from sandbox.client import PIXEL
from tests.integration.delivery.post import REPEATED, Post


@pytest.fixture
async def gateway(post: Post, tmp_path: Path) -> AsyncIterator[Gateway]:
    async with Gateway(post.sandbox.token, post.sandbox.url, files=tmp_path) as opened:
        yield opened


async def test_a_photo_of_our_own_arrives_with_its_words_silently_and_as_a_reply(
    post: Post, group: int, gateway: Gateway, tmp_path: Path
) -> None:
    first = await post.tell(group, "险情")
    async with post.sending(gateway):
        await post.settled()
    shown = (await post.row(first)).message_id
    digest = shelf.keep(tmp_path, PIXEL)
    media = Media("photo", sha256=digest)
    await post.tell(group, "<b>龙水0712-3</b> 裂缝", media=media, silent=True, reply_to=shown)
    async with post.sending(gateway):
        await post.settled()
    _, photo = await post.seen(group)
    assert (photo.kind, photo.text, photo.silent, photo.reply_to) == ("photo", "龙水0712-3 裂缝", True, shown)
    assert photo.file is not None
    assert await post.control.file(photo.file["file_id"]) == PIXEL


async def test_a_file_that_is_not_there_is_refused_before_anything_is_sent(
    post: Post, group: int, gateway: Gateway
) -> None:
    row = await post.tell(group, "裂缝", media=Media("photo", sha256="ab" * 32))
    async with post.sending(gateway):
        await post.settled()
    assert (await post.row(row)).state is MessageState.DEAD
    assert await post.seen(group) == []
    assert await post.control.calls(method="sendPhoto") == []


async def test_a_photo_that_was_being_uploaded_when_it_died_goes_again_marked(
    post: Post, group: int, gateway: Gateway, tmp_path: Path
) -> None:
    row = await post.tell(group, "裂缝", media=Media("photo", sha256=shelf.keep(tmp_path, PIXEL)))
    await post.set_row(row, state=MessageState.SENDING, sending_at=post.clock.now())
    async with post.sending(gateway):
        await post.settled()
    (photo,) = await post.seen(group)
    assert (photo.kind, photo.text) == ("photo", f"{REPEATED}\n裂缝")


async def test_an_upload_carries_the_name_we_give_it_and_no_other(
    post: Post, group: int, gateway: Gateway, tmp_path: Path
) -> None:
    digest = shelf.keep(tmp_path, PIXEL)
    await gateway.call("sendPhoto", {"chat_id": group, "photo": Upload(digest, "photo.jpg")})
    (call,) = await post.control.calls(method="sendPhoto")
    assert call["params"]["photo"] == f"<{len(PIXEL)} bytes photo.jpg>"
    with pytest.raises(Refused, match="ab" * 32):
        await gateway.call("sendPhoto", {"chat_id": group, "photo": Upload("ab" * 32, "photo.jpg")})


@pytest.mark.parametrize("name", ["预0712-1 结案报告.docx", 'a 100% "b".xlsx'])
async def test_a_document_arrives_under_the_name_its_readers_should_see(
    post: Post, group: int, gateway: Gateway, tmp_path: Path, name: str
) -> None:
    media = Media("document", sha256=shelf.keep(tmp_path, b"PK"), name=name)
    await post.tell(group, "结案报告", media=media)
    async with post.sending(gateway):
        await post.settled()
    (document,) = await post.seen(group)
    assert document.file is not None
    assert (document.kind, document.file["name"]) == ("document", name)
    assert await post.control.file(document.file["file_id"]) == b"PK"
