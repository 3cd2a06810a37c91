"""A day of an editor, through the staff REST only, from the first word to a rollback."""

from flask import Flask
from flask.testing import FlaskClient

from models.audit import AuditEntry
from models.enums import Kind
from models.staff import Role
from services import audit_chain
from tests.admin.newsroom import Desk, approve, release, reviewers
from tests.factories import create_live

PUBLIC = "/api/v1/projects"
SLUG = "hydrogen-valves"


def live_title(client: FlaskClient) -> str | None:
    answer = client.get(f"{PUBLIC}/{SLUG}")
    return str(answer.get_json()["title"]) if answer.status_code == 200 else None


def test_an_editor_s_day(app: Flask, client: FlaskClient) -> None:
    track = create_live(Kind.TRACKS)
    zhang, li = (Desk(app, Role.EDITOR, name=name) for name in ("测试编辑甲", "测试编辑乙"))
    desks = reviewers(app)
    path = f"projects/{SLUG}"

    # Morning: a new card, written in two sittings.
    first = {"slug": SLUG, "title": "氢能阀门", "tracks": [track.id]}
    made = zhang.post("projects", first, 201)
    assert (made["state"], made["revision"], made["stage"]) == ("draft", 1, "open")
    typing = {"revision": 1, "fields": {"summary": "先写一半", "carrier": ""}}
    zhang.put(f"{path}/draft", typing)
    assert zhang.get(path)["summary"] is None
    assert li.refused("GET", f"{path}/draft", None, 404) == "not_found"
    kept = zhang.get(f"{path}/draft")
    assert kept["fields"] == typing["fields"]

    # A colleague saves first: two versions, and what differs.
    li.patch(path, {"revision": 1, "summary": "乙写的摘要", "carrier": "测试园区"})
    late = {"revision": 1, "summary": "甲写的摘要", "title": "氢能阀门项目"}
    collision = zhang.patch(path, late, 409)["error"]
    assert collision["code"] == "stale_revision"
    assert collision["details"]["given"] == {"summary": "甲写的摘要", "title": "氢能阀门项目"}
    assert collision["details"]["current"]["carrier"] == "测试园区"
    assert collision["details"]["current"]["revision"] == 2
    assert collision["details"]["current"]["changed_by"] == "测试编辑乙"
    differing = {one["path"]: one for one in collision["details"]["differences"]}
    assert differing["summary"]["current"] == "乙写的摘要"
    assert differing["summary"]["given"] == "甲写的摘要"

    # Merge, which ends the draft.
    merged = {"revision": 2, "summary": "乙写的摘要；甲补充", "title": "氢能阀门项目"}
    assert zhang.patch(path, merged)["revision"] == 3
    zhang.get(f"{path}/draft", 404)

    # A look at it as visitors will see it; nobody else does yet.
    token = zhang.post(f"{path}/preview", code=201)["token"]
    seen = client.get("/api/v1/previews", headers={"X-Preview-Token": token})
    assert seen.get_json()["title"] == "氢能阀门项目"
    assert live_title(client) is None

    # Handing over. Neither author may release it.
    assert zhang.refused("POST", f"{path}/publish", {"revision": 3}, 403) == "forbidden"
    zhang.post(f"{path}/submit", {"revision": 3, "note": "请审"})
    refusal = desks[2].refused("POST", f"{path}/publish", {"revision": 3}, 422)
    assert refusal == "not_approved"
    returned = {"revision": 3, "approved": False, "note": "投资规模未写"}
    assert desks[0].post(f"{path}/review", returned)["review"]["stage"] == "returned"

    # Mended, reviewed again in three steps, released.
    zhang.patch(path, {"revision": 3, "investment_scale": "约2亿元（测试）"})
    zhang.post(f"{path}/submit", {"revision": 4})
    shown = desks[0].get(f"{path}/diff")["items"]
    assert {"title", "summary", "investment_scale"} <= {one["path"] for one in shown}
    assert approve(desks, path, 4)["review"]["stage"] == "approved"
    assert desks[1].post(f"{path}/publish", {"revision": 4})["live_revision"] == 4
    assert live_title(client) == "氢能阀门项目"

    # Afternoon: a correction goes live and turns out wrong; back to what was right.
    li.patch(path, {"revision": 4, "title": "氢能阀门（误）"})
    release(li, desks, path)
    assert live_title(client) == "氢能阀门（误）"
    assert desks[2].post(f"{path}/rollback", {"number": 4})["live_revision"] == 4
    assert live_title(client) == "氢能阀门项目"
    numbers = [one["number"] for one in li.get(f"{path}/revisions")["items"]]
    assert numbers == [5, 4]

    # Evening: the log tells the story, and nothing of it was touched.
    told = [
        (entry.action.removeprefix("content."), entry.actor)
        for entry in AuditEntry.objects(target=f"projects:{made['id']}").order_by("at", "id")
    ]
    who = {desk.account.id: name for desk, name in ((zhang, "甲"), (li, "乙"))}
    who |= {desk.account.id: str(step) for step, desk in enumerate(desks, start=1)}
    assert sorted((action, who[actor]) for action, actor in told) == sorted(
        [
            *(
                ("create", "甲"),
                ("update", "乙"),
                ("update", "甲"),
                ("preview", "甲"),
                ("submit", "甲"),
            ),
            *(("review_return", "1"), ("update", "甲"), ("submit", "甲")),
            *(("review_pass", "1"), ("review_pass", "2"), ("review_pass", "3"), ("publish", "2")),
            *(("update", "乙"), ("submit", "乙")),
            *(("review_pass", "1"), ("review_pass", "2"), ("review_pass", "3"), ("publish", "3")),
            ("rollback", "3"),
        ]
    )
    denied = AuditEntry.objects.get(action="content.publish", outcome="denied")
    assert denied.actor == zhang.account.id
    corrected = {"action": "content.update", "before__title": "氢能阀门项目"}
    assert AuditEntry.objects.get(**corrected).after["title"] == "氢能阀门（误）"
    audit_chain.seal()
    assert audit_chain.verify().faults == []
