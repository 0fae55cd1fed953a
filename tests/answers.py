"""What the platform answers, in its own words, and what each comes to: the table of the delivery's outcomes.

The words are those of the Bot API server's source, of the library under it, and of what bots have been told in public.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.delivery.gateway import GatewayError, Refused, Unknown, Unsent
from bot.delivery.models import CardState, ChatState, MessageState
from bot.delivery.outcomes import Meaning

SENT, RETRY, DEAD = MessageState.SENT, MessageState.RETRY, MessageState.DEAD
IDLE = CardState.IDLE


@dataclass(frozen=True, slots=True)
class End:
    """What a meaning leaves: of an urgent row, of the edit of a card, of the chat; and what a desk reads of it."""

    row: MessageState
    card: CardState
    chat: ChatState = ChatState.OPEN
    zh: str = ""
    en: str = ""


ENDS = {
    Meaning.DELIVERED: End(SENT, IDLE, zh="平台已收下", en="the platform has it"),
    Meaning.FLOODED: End(RETRY, IDLE, zh="平台嫌发得快", en="wants a pause"),
    Meaning.MIGRATED: End(RETRY, IDLE, zh="群换了新号", en="new number"),
    Meaning.BLOCKED: End(DEAD, CardState.DEAD, ChatState.BLOCKED, zh="对方停用了机器人", en="blocked"),
    Meaning.GONE: End(DEAD, CardState.DEAD, ChatState.GONE, zh="机器人不在群里", en="may not write there"),
    Meaning.EDIT_LOST: End(DEAD, IDLE, zh="原来那条没有了", en="sent as a new one"),
    Meaning.THREAD_LOST: End(RETRY, IDLE, zh="话题关了或删了", en="topic is closed"),
    Meaning.REPLY_LOST: End(RETRY, CardState.DEAD, zh="要回复的那条没有了", en="message it answers"),
    Meaning.BROKEN_MARKUP: End(RETRY, IDLE, zh="文字格式平台读不了", en="mark-up"),
    Meaning.TOO_LONG: End(DEAD, CardState.DEAD, zh="太长或太大", en="too long or too big"),
    Meaning.FILE_REFUSED: End(DEAD, CardState.DEAD, zh="不收这类文件", en="no such files"),
    Meaning.MISCONFIGURED: End(RETRY, IDLE, zh="令牌不对", en="token is wrong"),
    Meaning.REJECTED: End(DEAD, CardState.DEAD, zh="平台不收", en="refused by the platform"),
    Meaning.UNSENT: End(RETRY, IDLE, zh="没有连上平台", en="no connection"),
    Meaning.UNCERTAIN: End(RETRY, IDLE, zh="没有回音", en="no answer came"),
    Meaning.INTERRUPTED: End(RETRY, IDLE, zh="程序断了", en="stopped while sending"),
}
"""An urgent row that is uncertain or interrupted goes once more, marked; a second time it is left (`test_answers`)."""

_REFUSALS: tuple[tuple[Meaning, int, tuple[str, ...]], ...] = (
    (
        Meaning.DELIVERED,
        400,
        (
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message",
        ),
    ),
    (Meaning.FLOODED, 429, ("Too Many Requests: retry after 17", "Too Many Requests")),
    (Meaning.FLOODED, 420, ("SLOWMODE_WAIT_17",)),
    (Meaning.FLOODED, 400, ("Bad Request: SLOWMODE_WAIT_17",)),
    (
        Meaning.BLOCKED,
        400,
        (
            "Bad Request: chat not found",
            "Bad Request: private chat not found",
            "Bad Request: user not found",
            "Bad Request: have no access to the user",
            "Bad Request: PEER_ID_INVALID",
            "Bad Request: USER_ID_INVALID",
            "Bad Request: YOU_BLOCKED_USER",
            "Bad Request: USER_IS_BOT",
        ),
    ),
    (
        Meaning.BLOCKED,
        403,
        (
            "Forbidden: bot was blocked by the user",
            "Forbidden: user is deactivated",
            "Forbidden: bot can't initiate conversation with a user",
            "Forbidden: bot can't send messages to bots",
            "Forbidden: bots can't send messages to bots",
        ),
    ),
    (
        Meaning.GONE,
        403,
        (
            "Forbidden: bot was kicked from the group chat",
            "Forbidden: bot was kicked from the supergroup chat",
            "Forbidden: bot was kicked from the channel chat",
            "Forbidden: bot is not a member of the group chat",
            "Forbidden: bot is not a member of the supergroup chat",
            "Forbidden: bot is not a member of the channel chat",
            "Forbidden: the group chat was deleted",
            "Forbidden: CHAT_WRITE_FORBIDDEN",
            "Forbidden: something nobody has said yet",
        ),
    ),
    (
        Meaning.GONE,
        400,
        (
            "Bad Request: have no rights to send a message",
            "Bad Request: not enough rights to send text messages to the chat",
            "Bad Request: need administrator rights in the channel chat",
            "Bad Request: CHAT_WRITE_FORBIDDEN",
            "Bad Request: CHAT_RESTRICTED",
            "Bad Request: CHAT_ADMIN_REQUIRED",
            "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN",
            "Bad Request: CHAT_GUEST_SEND_FORBIDDEN",
            "Bad Request: USER_BANNED_IN_CHANNEL",
            "Bad Request: CHANNEL_PRIVATE",
            "Bad Request: CHANNEL_INVALID",
            "Bad Request: group chat was deactivated",
            "Bad Request: bot was kicked from the supergroup chat",
            # Without the new id there is nowhere to follow it to.
            "Bad Request: group chat was upgraded to a supergroup chat",
        ),
    ),
    (
        Meaning.EDIT_LOST,
        400,
        (
            "Bad Request: message to edit not found",
            "Bad Request: message can't be edited",
            "Bad Request: MESSAGE_ID_INVALID",
            "Bad Request: MESSAGE_EDIT_TIME_EXPIRED",
            "Bad Request: MESSAGE_AUTHOR_REQUIRED",
            "Bad Request: there is no text in the message to edit",
        ),
    ),
    (
        Meaning.THREAD_LOST,
        400,
        (
            "Bad Request: message thread not found",
            "Bad Request: invalid message thread identifier specified",
            "Bad Request: TOPIC_CLOSED",
            "Bad Request: TOPIC_DELETED",
            "Bad Request: TOPIC_ID_INVALID",
        ),
    ),
    (
        Meaning.REPLY_LOST,
        400,
        (
            "Bad Request: message to be replied not found",
            "Bad Request: replied message not found",
            "Bad Request: reply message not found",
        ),
    ),
    (
        Meaning.BROKEN_MARKUP,
        400,
        (
            'Bad Request: can\'t parse entities: Unsupported start tag "3" at byte offset 12',
            "Bad Request: can't parse message text: Can't find end of the entity starting at byte offset 8",
            "Bad Request: ENTITIES_TOO_LONG",
            "Bad Request: entities too long",
            "Bad Request: ENTITY_BOUNDS_INVALID",
        ),
    ),
    (
        Meaning.TOO_LONG,
        400,
        (
            "Bad Request: message is too long",
            "Bad Request: MESSAGE_TOO_LONG",
            "Bad Request: text is too long",
            "Bad Request: message caption is too long",
            "Bad Request: MEDIA_CAPTION_TOO_LONG",
            "Bad Request: reply markup is too long",
            "Bad Request: file is too big",
        ),
    ),
    (Meaning.TOO_LONG, 413, ("Request Entity Too Large",)),
    (
        Meaning.FILE_REFUSED,
        400,
        (
            "Bad Request: not enough rights to send photos to the chat",
            "Bad Request: not enough rights to send voice notes to the chat",
            "Bad Request: not enough rights to send documents to the chat",
            "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN",
            "Bad Request: CHAT_SEND_DOCS_FORBIDDEN",
            "Bad Request: VOICE_MESSAGES_FORBIDDEN",
            "Bad Request: wrong file identifier/HTTP URL specified",
            "Bad Request: wrong remote file identifier specified: wrong character in the string",
            "Bad Request: FILE_REFERENCE_EXPIRED",
            "Bad Request: PHOTO_INVALID_DIMENSIONS",
            "Bad Request: IMAGE_PROCESS_FAILED",
            "Bad Request: file must be non-empty",
            "our copy 5d41402abc4b2a76b9719d911017c592 is not there",
        ),
    ),
    (Meaning.MISCONFIGURED, 401, ("Unauthorized", "Unauthorized: invalid token specified")),
    (Meaning.MISCONFIGURED, 404, ("Not Found",)),
    (Meaning.MISCONFIGURED, 406, ("FROZEN_METHOD_INVALID",)),
    (Meaning.MISCONFIGURED, 400, ("Bad Request: FROZEN_METHOD_INVALID",)),
    (Meaning.REJECTED, 404, ("Not Found: method not found",)),
    (
        Meaning.REJECTED,
        400,
        (
            "Bad Request: BUTTON_DATA_INVALID",
            "Bad Request: BUTTON_URL_INVALID",
            "Bad Request: message text is empty",
            "Bad Request: something nobody has said yet",
        ),
    ),
    (Meaning.REJECTED, 409, ("Conflict: terminated by other getUpdates request",)),
)

_NO_ANSWER: tuple[tuple[Meaning, GatewayError], ...] = (
    (Meaning.UNSENT, Unsent("sendMessage", "ClientConnectorError")),
    (Meaning.UNSENT, Unsent("sendMessage", "ConnectionTimeoutError")),
    (Meaning.UNCERTAIN, Unknown("sendMessage", "TimeoutError")),
    (Meaning.UNCERTAIN, Unknown("sendMessage", "ServerDisconnectedError")),
    (Meaning.UNCERTAIN, Unknown("sendMessage", "500 Internal Server Error")),
    (Meaning.UNCERTAIN, Unknown("sendMessage", "HTTP 502 without JSON")),
    (Meaning.UNCERTAIN, Unknown("sendMessage", "HTTP 504 without JSON")),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, or none, and what it means."""

    error: GatewayError
    meaning: Meaning

    @property
    def end(self) -> End:
        """What it leaves."""
        return ENDS[self.meaning]

    def __str__(self) -> str:
        return str(self.error).partition(": ")[2][:60]


REFUSALS = [
    Answer(Refused("sendMessage", code, said, {}), meaning) for meaning, code, words in _REFUSALS for said in words
]
ANSWERS = [*REFUSALS, *(Answer(error, meaning) for meaning, error in _NO_ANSWER)]
