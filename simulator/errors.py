"""The errors of WeChat's APIs: errcodes with the texts that the platform gives them."""

TEXTS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40013: "invalid appid",
    40029: "invalid code",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip 203.0.113.1, not in whitelist",
    40226: "code blocked",
    40243: "appsecret has been frozen",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    44002: "empty post data",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower retry next minute",
    47001: "data format error",
    50004: "forbid to use",
    50007: "account has been blocked",
    89503: "the administrator has to confirm this call",
    89506: "the administrator refused this ip twice within 24 hours",
    89507: "the administrator refused this ip within the last hour",
}


class ApiError(Exception):
    """An API refuses: HTTP 200 with this errcode."""

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        super().__init__(errcode)

    def body(self, rid: str) -> dict[str, object]:
        """Return the answer's body."""
        text = TEXTS.get(self.errcode, "error")
        return {"errcode": self.errcode, "errmsg": f"{text}, rid: {rid}"}
