"""The settings of what WeChat pushes to us: who it must come from, and in which form."""

import re
from typing import Any

from core.environment import Reader

TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
FORMATS = ("json", "xml")
PLAIN = "plain"
MODES = (PLAIN, "compatible", "safe")


def push(read: Reader) -> dict[str, Any]:
    """Read what has to be the same here as in the platform's console."""
    token, key = read.text("WECHAT_TOKEN", ""), read.text("WECHAT_ENCODING_AES_KEY", "")
    mode = read.choice("WECHAT_MESSAGE_MODE", "safe", MODES)
    if token and not TOKEN.fullmatch(token):
        read.mistakes.append("WECHAT_TOKEN must be 3 to 32 letters and digits")
    if key and not AES_KEY.fullmatch(key):
        read.mistakes.append("WECHAT_ENCODING_AES_KEY must be 43 letters and digits")
    if key and not token:
        read.mistakes.append("WECHAT_TOKEN is not set, and WECHAT_ENCODING_AES_KEY is")
    if token and not read.text("WECHAT_APPID", ""):
        read.mistakes.append("WECHAT_APPID is not set, and WECHAT_TOKEN is")
    if token and not key and mode != PLAIN:
        read.mistakes.append(f"WECHAT_ENCODING_AES_KEY is not set: mode {mode} needs it")
    return {
        "wechat_token": token,
        "wechat_encoding_aes_key": key,
        "wechat_message_format": read.choice("WECHAT_MESSAGE_FORMAT", "json", FORMATS),
        "wechat_message_mode": mode,
        "wechat_replay_window_s": read.number("WECHAT_REPLAY_WINDOW_S", 300, 0, 86_400),
    }
