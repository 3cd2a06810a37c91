"""The errors of WeChat's APIs: errcodes with the texts that the platform gives them."""

TEXTS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40163: "code been used",
    40164: "invalid ip 203.0.113.1, not in whitelist",
    40165: "invalid weapp pagepath",
    40169: "invalid length for scene, or the data is not json string",
    40200: "invalid account type",
    40212: "invalid query",
    40226: "code blocked",
    40243: "appsecret has been frozen",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    43104: "appid and openid does not match",
    43107: "subscribe message capability is blocked",
    43108: "concurrent messages to one user",
    44002: "empty post data",
    44004: "empty content",
    44990: "reach max rate of generating links",
    44991: "reach max minute limit",
    44993: "reach max number of links of a day",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "no talk with this user goes on",
    45081: "typing is shown already",
    45168: "the content has sensitive words",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    50004: "forbid to use",
    50007: "account has been blocked",
    61010: "code is expired",
    61500: "date format error",
    61504: "no figures for this date",
    85079: "miniprogram has no online release",
    85096: "not allow include scancode_time field",
    85401: "time limit between 1min and 1year",
    85402: "invalid env_version",
    85407: "invalid expire_interval",
    87007: "session_key is not existd or expired",
    87008: "invalid sig_method",
    87009: "invalid signature",
    87020: "media cannot be fetched",
    89503: "the administrator has to confirm this call",
    89506: "the administrator refused this ip twice within 24 hours",
    89507: "the administrator refused this ip within the last hour",
    9410009: "test quota is used up",
}


class ApiError(Exception):
    """An API refuses: HTTP 200 with this errcode; `text` in place of the usual one."""

    def __init__(self, errcode: int, text: str | None = None) -> None:
        self.errcode = errcode
        self._text = text
        super().__init__(errcode)

    def body(self, rid: str) -> dict[str, object]:
        """Return the answer's body."""
        text = self._text or TEXTS.get(self.errcode, "error")
        return {"errcode": self.errcode, "errmsg": f"{text}, rid: {rid}"}
