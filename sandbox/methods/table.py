"""Every method this sandbox carries out, and what carries it out. What is not here is answered 404, never faked."""

from collections.abc import Callable
from typing import Any

from aiogram import methods as api
from aiogram.methods import TelegramMethod

from sandbox.methods import account, editing, groups, media, writing
from sandbox.world import World

Handler = Callable[[World, Any], object]

HANDLERS: dict[type[TelegramMethod[Any]], Handler] = {
    api.GetMe: account.get_me,
    api.AnswerCallbackQuery: account.answer_callback_query,
    api.SendChatAction: account.send_chat_action,
    api.SetMyCommands: account.set_my_commands,
    api.GetMyCommands: account.get_my_commands,
    api.DeleteMyCommands: account.delete_my_commands,
    api.SetWebhook: account.set_webhook,
    api.DeleteWebhook: account.delete_webhook,
    api.GetWebhookInfo: account.get_webhook_info,
    api.SendMessage: writing.send_message,
    api.SendLocation: writing.send_location,
    api.ForwardMessage: writing.forward_message,
    api.CopyMessage: writing.copy_message,
    api.EditMessageText: editing.edit_text,
    api.EditMessageCaption: editing.edit_caption,
    api.EditMessageReplyMarkup: editing.edit_reply_markup,
    api.DeleteMessage: editing.delete_message,
    api.DeleteMessages: editing.delete_messages,
    api.PinChatMessage: editing.pin,
    api.UnpinChatMessage: editing.unpin,
    api.UnpinAllChatMessages: editing.unpin_all,
    api.SendPhoto: media.send_photo,
    api.SendDocument: media.send_document,
    api.SendVoice: media.send_voice,
    api.SendVideo: media.send_video,
    api.SendMediaGroup: media.send_media_group,
    api.GetFile: media.get_file,
    api.GetChat: groups.get_chat,
    api.GetChatMember: groups.get_chat_member,
    api.GetChatAdministrators: groups.get_chat_administrators,
    api.GetChatMemberCount: groups.get_chat_member_count,
    api.LeaveChat: groups.leave_chat,
}
POLL = "getupdates"

BY_NAME: dict[str, tuple[str, type[TelegramMethod[Any]], Handler]] = {
    model.__api_method__.lower(): (model.__api_method__, model, handler) for model, handler in HANDLERS.items()
}
