"""Messages to users: subscription messages, and customer messages within 48 hours of theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wechat import answers
from wechat.authorised import Authorised, Body
from wechat.calls import Api

SUBSCRIBE_SEND = Api("subscribe_send", "POST", "/cgi-bin/message/subscribe/send")
CUSTOM_SEND = Api("custom_send", "POST", "/cgi-bin/message/custom/send")
TYPING = Api("custom_typing", "POST", "/cgi-bin/message/custom/business/typing")


@dataclass(frozen=True)
class SubscriptionMessage:
    """A message of a template. `data` maps its keywords (`thing1`) to their texts.

    `page` is where it leads to, with its query; `state` which version of the mini-program opens:
    formal, trial or developer; `lang` zh_CN or en_US.
    """

    openid: str = field(repr=False)
    template: str
    data: Mapping[str, str] = field(repr=False)
    page: str = ""
    state: str = "formal"
    lang: str = "zh_CN"


@dataclass(frozen=True)
class TextMessage:
    """A text. It may hold `<a href="…">` links."""

    content: str = field(repr=False)

    def body(self) -> Body:
        """Return what is sent of it."""
        return {"msgtype": "text", "text": {"content": self.content}}


@dataclass(frozen=True)
class ImageMessage:
    """A picture that was uploaded to WeChat."""

    media_id: str

    def body(self) -> Body:
        """Return what is sent of it."""
        return {"msgtype": "image", "image": {"media_id": self.media_id}}


@dataclass(frozen=True)
class LinkMessage:
    """A card that leads to a page of the web."""

    title: str
    description: str
    url: str
    thumb_url: str = ""

    def body(self) -> Body:
        """Return what is sent of it."""
        return {"msgtype": "link", "link": dict(vars(self))}


@dataclass(frozen=True)
class PageMessage:
    """A card that leads to a page of the mini-program, with a picture that was uploaded."""

    title: str
    page: str
    thumb_media_id: str

    def body(self) -> Body:
        """Return what is sent of it."""
        card = {"title": self.title, "pagepath": self.page, "thumb_media_id": self.thumb_media_id}
        return {"msgtype": "miniprogrampage", "miniprogrampage": card}


CustomerMessage = TextMessage | ImageMessage | LinkMessage | PageMessage


class Messages(Authorised):
    """The part of the client that sends messages.

    The platform knows no idempotency: what may have been sent must not be sent again.
    """

    def send_subscription(self, message: SubscriptionMessage) -> str:
        """Send a subscription message; return the platform's id of it, empty when it tells none.

        Raises `NoCredit`, `UnknownUser`, `MessagesBanned`, `TextForbidden`, `WechatMisused` (the
        template or a field), `BadTarget` (the page), `WechatUnavailable` (`concurrent` while
        another one to this user is under way), `WechatRefused`.
        """
        body: Body = {
            "touser": message.openid,
            "template_id": message.template,
            "data": {name: {"value": value} for name, value in message.data.items()},
            "miniprogram_state": message.state,
            "lang": message.lang,
        }
        if message.page:
            body["page"] = message.page
        return self._call_with_token(SUBSCRIBE_SEND, body, answers.message_id)

    def send_customer(self, openid: str, message: CustomerMessage) -> None:
        """Send a customer message; five at most, within 48 hours of the user's last message.

        Raises `OutOfWindow`, `UnknownUser`, `WechatUnavailable`, `WechatRefused`.
        """
        self._call_with_token(CUSTOM_SEND, {"touser": openid, **message.body()}, answers.done)

    def show_typing(self, openid: str, *, typing: bool = True) -> None:
        """Show the user that somebody writes to them, for 15 seconds, or stop showing it.

        Raises `NotTyping` when it is shown already, or the user wrote nothing lately.
        """
        command = "Typing" if typing else "CancelTyping"
        self._call_with_token(TYPING, {"touser": openid, "command": command}, answers.done)
