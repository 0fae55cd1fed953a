"""The refusals of the Bot API as one table, and the two exceptions that carry a refusal to the wire.

The texts follow the public server code and what clients match on; where the platform's own wording is not published
the nearest phrase is used. This module decides nothing: who refuses, and when, is in `methods/` and `acts/`.
"""

from enum import Enum
from http import HTTPStatus


class Reason(Enum):
    """Code and text of a refusal; `{...}` parts are filled by `ApiError`."""

    # 400: the request itself
    BAD_JSON = (400, "Bad Request: can't parse JSON object")
    WRONG_PARAMETER = (400, "Bad Request: wrong parameter {name} in request: {detail}")
    CHAT_ID_EMPTY = (400, "Bad Request: chat_id is empty")
    TEXT_EMPTY = (400, "Bad Request: message text is empty")
    TEXT_TOO_LONG = (400, "Bad Request: message is too long")
    CAPTION_TOO_LONG = (400, "Bad Request: message caption is too long")
    ENTITIES = (400, "Bad Request: can't parse entities: {detail}")
    PARSE_MODE = (400, "Bad Request: unsupported parse_mode")
    MESSAGE_ID_MISSING = (400, "Bad Request: message identifier is not specified")
    MESSAGE_ID_INVALID = (400, "Bad Request: MESSAGE_ID_INVALID")
    WRONG_ACTION = (400, "Bad Request: wrong parameter action in request")
    # 400: keyboards
    MARKUP_JSON = (400, "Bad Request: can't parse reply keyboard markup JSON object")
    MARKUP_OBJECT = (400, "Bad Request: object expected as reply markup")
    MARKUP_BUTTON = (400, "Bad Request: can't parse {kind}: {detail}")
    MARKUP_TOO_LONG = (400, "Bad Request: reply markup is too long")
    BUTTON_DATA = (400, "Bad Request: BUTTON_DATA_INVALID")
    BUTTON_URL = (400, "Bad Request: BUTTON_URL_INVALID")
    BUTTON_COPY = (400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
    BUTTON_NO_ACTION = (400, "Bad Request: Text buttons are unallowed in the inline keyboard")
    BUTTON_ACTIONS = (400, "Bad Request: can't parse inline keyboard button: exactly one action is expected")
    CONTACT_PRIVATE_ONLY = (400, "Bad Request: phone number can be requested in private chats only")
    LOCATION_PRIVATE_ONLY = (400, "Bad Request: location can be requested in private chats only")
    # 400: chats and messages
    CHAT_NOT_FOUND = (400, "Bad Request: chat not found")
    USER_NOT_FOUND = (400, "Bad Request: user not found")
    MIGRATED = (400, "Bad Request: group chat was upgraded to a supergroup chat")
    THREAD_NOT_FOUND = (400, "Bad Request: message thread not found")
    REPLY_NOT_FOUND = (400, "Bad Request: message to be replied not found")
    EDIT_NOT_FOUND = (400, "Bad Request: message to edit not found")
    DELETE_NOT_FOUND = (400, "Bad Request: message to delete not found")
    PIN_NOT_FOUND = (400, "Bad Request: message to pin not found")
    UNPIN_NOT_FOUND = (400, "Bad Request: message to unpin not found")
    FORWARD_NOT_FOUND = (400, "Bad Request: message to forward not found")
    COPY_NOT_FOUND = (400, "Bad Request: message to copy not found")
    CANT_EDIT = (400, "Bad Request: message can't be edited")
    CANT_DELETE = (400, "Bad Request: message can't be deleted")
    CANT_COPY = (400, "Bad Request: message can't be copied")
    NO_TEXT = (400, "Bad Request: there is no text in the message to edit")
    NO_CAPTION = (400, "Bad Request: there is no caption in the message to edit")
    NOT_MODIFIED = (
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message",
    )
    PIN_RIGHTS = (400, "Bad Request: not enough rights to manage pinned messages in the chat")
    NO_PRIVATE_ADMINS = (400, "Bad Request: there are no administrators in the private chat")
    LEAVE_PRIVATE = (400, "Bad Request: chat member status can't be changed in private chats")
    IDS_COUNT = (400, "Bad Request: message identifiers must number 1 to 100")
    # 400: files
    FILE_ID = (400, "Bad Request: wrong file identifier/HTTP URL specified")
    FILE_UNAVAILABLE = (400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    FILE_URL = (400, "Bad Request: failed to get HTTP URL content")
    FILE_TOO_BIG = (400, "Bad Request: file is too big")
    FILE_EMPTY = (400, "Bad Request: file must be non-empty")
    FILE_MISSING = (400, "Bad Request: there is no {kind} in the request")
    FILE_TYPE = (400, "Bad Request: can't use file of type {found} as {wanted}")
    IMAGE_FAILED = (400, "Bad Request: IMAGE_PROCESS_FAILED")
    PHOTO_DIMENSIONS = (400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    ALBUM_LONG = (400, "Bad Request: too much messages to send as an album")
    ALBUM_SHORT = (400, "Bad Request: too few messages to send as an album")
    ALBUM_MIXED = (400, "Bad Request: {kind} can't be mixed with other media types")
    ALBUM_KIND = (400, "Bad Request: can't parse InputMedia: {detail}")
    # 400: the rest
    QUERY_OLD = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    ANSWER_TOO_LONG = (400, "Bad Request: MESSAGE_TOO_LONG")
    COMMAND_NAME = (400, "Bad Request: BOT_COMMAND_INVALID")
    COMMAND_DESCRIPTION = (400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    COMMANDS_MANY = (400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    WEBHOOK_URL = (400, "Bad Request: bad webhook: {detail}")
    SECRET_CHARACTERS = (400, "Bad Request: secret token contains unallowed characters")
    SECRET_TOO_LONG = (400, "Bad Request: secret token is too long")
    COORDINATES = (400, "Bad Request: wrong latitude or longitude specified")
    # 401, 403, 404, 409, 413, 429, 500
    UNAUTHORIZED = (401, "Unauthorized")
    TOKEN_SHAPE = (401, "Unauthorized: invalid token specified")
    BLOCKED = (403, "Forbidden: bot was blocked by the user")
    DEACTIVATED = (403, "Forbidden: user is deactivated")
    NOT_STARTED = (403, "Forbidden: bot can't initiate conversation with a user")
    KICKED = (403, "Forbidden: bot was kicked from the {kind} chat")
    NOT_MEMBER = (403, "Forbidden: bot is not a member of the {kind} chat")
    GROUP_DELETED = (403, "Forbidden: the group chat was deleted")
    METHOD_NOT_FOUND = (404, "Not Found: method not found")
    NOT_FOUND = (404, "Not Found")
    OTHER_POLL = (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    WEBHOOK_ACTIVE = (
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
    WEBHOOK_SET = (409, "Conflict: terminated by setWebhook request")
    TOO_LARGE = (413, "Request Entity Too Large")
    FLOOD = (429, "Too Many Requests: retry after {seconds}")
    INTERNAL = (500, "Internal Server Error")


class ApiError(Exception):
    """A call of the bot refused as the platform refuses it.

    Args:
        reason: row of the table.
        parameters: the answer's `parameters` object (`retry_after`, `migrate_to_chat_id`).
        parts: what fills the text's `{...}`.
    """

    def __init__(self, reason: Reason, parameters: dict[str, int] | None = None, **parts: object) -> None:
        self.reason = reason
        self.code: int = reason.value[0]
        self.description: str = reason.value[1].format(**parts)
        self.parameters = parameters
        super().__init__(self.description)


def flood(seconds: int) -> ApiError:
    """429 with the seconds to wait, in the text and in `parameters`."""
    return ApiError(Reason.FLOOD, {"retry_after": seconds}, seconds=seconds)


class Refused(Exception):
    """A call of the control API refused: an HTTP status and a sentence for its reader."""

    def __init__(self, sentence: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        self.status = status
        self.sentence = sentence
        super().__init__(sentence)


def unknown(sentence: str) -> Refused:
    """404: the person, chat, message or button named does not exist."""
    return Refused(sentence, HTTPStatus.NOT_FOUND)
