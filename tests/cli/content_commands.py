"""What tests of the `content` commands share."""

import orjson
from click.testing import Result

from models.content import Content
from models.enums import Kind, Language
from services import content, live


def printed(result: Result) -> str:
    """Return what a command that went well has printed."""
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return str(result.stdout)


def fresh(item: Content) -> Content:
    """Return the item as it is stored now."""
    return content.get(item.KIND, item.id)


def live_ids(kind: Kind) -> list[str]:
    """Return the ids of what the public sees, in its order."""
    page = live.page(live.Selection(kind, 50), Language.ZH_CN)
    return [orjson.loads(orjson.dumps(card))["id"] for card in page.cards]
