"""The fields of each kind of content, every one of them set. Plainly fictitious."""

import datetime as dt

from models.content import Content
from models.enums import Kind
from tests.factories import Fields, create, dummy_figure, dummy_stops, publish

Items = dict[Kind, Content]
YESTERDAY = (dt.datetime.now(dt.UTC) - dt.timedelta(days=2)).date().isoformat()
LOCATION = {"lng": 120.0, "lat": 36.3}
WINDOWS = [{"weekday": 1, "opens": "09:00", "closes": "17:30"}]
CONTACT = {
    "key": "desk",
    "name": "测试联系人",
    "department": "测试部门",
    "phone": "000-0000",
    "email": "desk@example.org",
    "website": "https://example.org/",
    "note": "演示",
}


def shared_fields(items: Items) -> Fields:
    """Return the fields that every kind has."""
    return {
        "summary": "测试摘要",
        "cover": {"media": "whole-picture", "alt": "测试封面"},
        "tags": ["测试标签"],
        "tracks": [items[Kind.TRACKS].id] if Kind.TRACKS in items else [],
        "figures": [
            dummy_figure(as_of="2025-01-01", review_by=YESTERDAY),
            dummy_figure(key="span", comparator="range", value=None, low="3", high="5.5"),
        ],
        "sources": [
            {
                "title": "测试文件",
                "publisher": "测试单位",
                "published_on": "2025-01-01",
                "place": "qingdao",
            }
        ],
        "place": "jiaozhou",
        "featured": True,
        "demo_fields": ["summary"],
    }


def own_fields(kind: Kind, items: Items) -> Fields:
    """Return the fields that only this kind has."""
    own = {
        Kind.TRACKS: track_fields,
        Kind.SITES: site_fields,
        Kind.PROJECTS: project_fields,
        Kind.FILMS: film_fields,
        Kind.VENUES: venue_fields,
        Kind.HANDBOOK: edition_fields,
        Kind.CHAPTERS: chapter_fields,
        Kind.ROUTES: route_fields,
        Kind.CLUSTERS: cluster_fields,
        Kind.ARTICLES: article_fields,
        Kind.FAQS: faq_fields,
    }
    return own[kind](items)


def track_fields(_items: Items) -> Fields:
    """Return a track's own fields."""
    link = {"key": "core", "stage": "midstream", "name": "测试环节", "description": "测试"}
    return {
        "number": 7,
        "track_class": "priority",
        "direction": "测试方向",
        "chain_leaders": ["测试企业"],
        "carriers": ["测试园区"],
        "lead_official": "测试",
        "responsible_official": "测试",
        "lead_department": "测试部门",
        "chain": [{**link, "standing": "gap"}],
    }


def site_fields(_items: Items) -> Fields:
    """Return a site's own fields."""
    return {
        "site_type": "park",
        "description": "测试介绍",
        "address": "测试路 1 号",
        "location": LOCATION,
        "opening_hours": WINDOWS,
        "opening_note": "测试",
        "visit_minutes": 45,
        "visit_note": "测试",
        "gate_needs": ["names", "plates"],
        "capacity": {"groups": 2, "people": 60, "margin_minutes": 10},
        "photos": [{"media": "whole-picture", "alt": "测试照片"}],
    }


def project_fields(items: Items) -> Fields:
    """Return a project's own fields."""
    return {
        "stage": "negotiating",
        "industry_direction": "测试方向",
        "target_companies": "测试企业",
        "investment_scale": "测试规模",
        "requirements": {"land": "测试", "energy": "测试", "talent": "测试"},
        "carrier": "测试载体",
        "site": items[Kind.SITES].id,
        "cluster": items[Kind.CLUSTERS].id,
        "cooperation": "测试方式",
        "policies": "测试政策",
        "department": "测试部门",
        "contacts": [CONTACT],
        "chain_positions": [{"track": items[Kind.TRACKS].id, "link": "core"}],
        "milestones": ["测试节点"],
    }


def film_fields(_items: Items) -> Fields:
    """Return a film's own fields."""
    return {
        "video": {"media": "whole-film", "alt": "测试影片"},
        "main": True,
        "subtitles": [
            {"language": "en", "label": "English", "file": {"media": "whole-subtitles"}},
        ],
        "transcript": "测试旁白",
    }


def venue_fields(items: Items) -> Fields:
    """Return a venue's own fields."""
    return {
        "description": "测试介绍",
        "offers": [{"key": "desk", "title": "测试服务", "description": "测试"}],
        "photos": [{"media": "whole-picture"}],
        "address": "测试路 2 号",
        "location": LOCATION,
        "opening_hours": WINDOWS,
        "opening_note": "测试",
        "contacts": [CONTACT],
        "site": items[Kind.SITES].id,
    }


def edition_fields(_items: Items) -> Fields:
    """Return an edition's own fields."""
    return {"year": 2025, "foreword": "<p>测试前言</p>", "pdf": {"media": "whole-document"}}


def chapter_fields(items: Items) -> Fields:
    """Return a chapter's own fields: it has a chapter above it and one before it."""
    edition = items[Kind.HANDBOOK].id
    above = publish(create(Kind.CHAPTERS, edition=edition, number="1"))
    return {
        "edition": edition,
        "parent": above.id,
        "number": "1.2",
        "body": "<p>测试正文</p>",
        "policies": [
            {
                "key": "first",
                "title": "测试政策",
                "issuing_body": "测试单位",
                "document_number": "测试〔2025〕1 号",
                "valid_from": "2025-01-01",
                "valid_until": "2026-12-31",
                "eligible": "测试对象",
                "granted": "测试支持",
            }
        ],
        "contacts": [CONTACT],
        "as_of": "2025-01-17",
    }


def route_fields(_items: Items) -> Fields:
    """Return a route's own fields."""
    stops = [{**stop, "note": "测试说明"} for stop in dummy_stops()]
    return {
        "description": "测试动线",
        "stops": stops,
        "map_image": {"media": "whole-picture", "alt": "测试示意图"},
        "map_approval": {"number": "演示", "exemption": "测试示意图，非地图"},
        "meeting_point": {"title": "测试集合点", "note": "测试", "location": LOCATION},
        "languages": ["zh-CN", "en"],
        "booking": {
            "lead_days": 3,
            "cancel_hours": 24,
            "reschedule_hours": 48,
            "group_min": 2,
            "group_max": 30,
            "minimum_to_run": 2,
            "confirmation": "staff",
        },
    }


def cluster_fields(_items: Items) -> Fields:
    """Return a cluster's own fields that are public."""
    return {
        "development_path": "测试路径",
        "key_projects": [{"key": "one", "name": "测试项目", "description": "测试"}],
        "strengths": ["测试优势"],
        "weaknesses": ["测试劣势"],
    }


def article_fields(_items: Items) -> Fields:
    """Return an article's own fields."""
    return {"article_type": "notice", "body": "<p>测试正文</p>"}


def faq_fields(_items: Items) -> Fields:
    """Return a question's own fields."""
    return {"answer": "<p>测试回答</p>", "topic": "测试主题", "topic_key": "test"}
