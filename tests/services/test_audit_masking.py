"""What the audit log holds: no secrets, personal data masked, bounded, always storable."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from bson.decimal128 import Decimal128

from core import canonical
from core.clock import now
from models.audit import AuditEntry
from models.staff import Role
from services import audit
from services.actors import SYSTEM, Actor
from services.audit_masking import STRUCK_OUT, difference, masked, masked_text
from services.staff import passwords

PHONE, EMAIL, CARD = "13812345678", "wang.lei@example.org", "37021119900101123X"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "password",
            "new_password",
            "passwordHash",
            "TOTP",
            "totp_secret",
            "accessToken",
            "Cookie",
        ),
        *(
            "session_key",
            "apiKey",
            "openid",
            "union_id_token",
            "recovery_codes",
            "x-csrf",
            "js_code",
        ),
    ],
)
@pytest.mark.parametrize("value", ["abc", 123456, ["a", "b"], {"inner": "x"}, b"raw"])
def test_a_secret_is_struck_out_by_its_name(name: str, value: Any) -> None:
    assert masked({"deep": [{name: value}]}) == {"deep": [{name: STRUCK_OUT}]}


def test_whether_there_is_a_secret_is_none() -> None:
    moment = now()
    fields = {"must_change_password": True, "password_changed_at": moment, "token": None}
    assert masked(fields) == fields


@pytest.mark.parametrize(
    "text",
    [
        *(PHONE, "138 1234 5678", "+86 138-1234-5678", "电话13812345678。", "8613812345678"),
        *(EMAIL, f"写信给{EMAIL}", CARD, f"证件{CARD}号"),
    ],
)
def test_personal_data_is_masked_by_its_shape(text: str) -> None:
    found = masked({"note": text, "list": [text], text: 1})
    assert not [
        one for one in ("12345678", "1234 5678", "1234-5678", "wang", "1990") if one in str(found)
    ]
    assert "*" in found["note"]


@pytest.mark.parametrize("value", [13812345678, 370211199001011234])
def test_numbers_have_shapes_too(value: int) -> None:
    assert str(value)[4:8] not in str(masked({"note": value}))


@pytest.mark.parametrize(
    "name", ["phone", "contactPhone", "e_mail", "plates", "companions", "id_card"]
)
def test_personal_data_is_masked_by_its_name(name: str) -> None:
    found = masked({name: ["鲁B12345测试", {"name": "张三测试员"}]})
    assert "12345" not in str(found)
    assert "三测试" not in str(found)


def test_secrets_are_struck_out_by_their_shape() -> None:
    texts = [
        passwords.hashed("a password of a test"),
        "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP",
        "Authorization: Bearer abcdefghijk.lmnop",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "mongodb://user:pass-word@127.0.0.1/",
    ]
    kept = " ".join(masked_text(text) for text in texts)
    for secret in ("argon2", "JBSWY3DP", "lmnop", "eyJzdWI", "pass-word"):
        assert secret not in kept


@pytest.mark.parametrize(
    "text",
    ["产业规模超500亿元", "2025-01-17", "鲁政发〔2025〕12号", "1.5.3", "slug-of-an-item", ""],
)
def test_plain_texts_stay_as_they_are(text: str) -> None:
    assert masked({"title": text}) == {"title": text}


def test_only_what_differs_is_kept() -> None:
    before = {"a": 1, "b": 2, "gone": 3}
    assert difference(before, {"a": 1, "b": 5, "new": 4}) == (
        {"b": 2, "gone": 3},
        {"b": 5, "new": 4},
    )
    assert difference(None, {"a": 1}) == (None, {"a": 1})


def test_anything_can_be_stored_and_hashes_alike_afterwards() -> None:
    deep: dict[str, Any] = {"end": 1}
    for _ in range(60):
        deep = {"in": deep}
    odd = {
        "$gt": 1,
        "a.b": 2,
        "nul": "\x00",
        "lone": "\ud800",
        "big": 2**80,
        "dates": [dt.date(2025, 1, 17), now()],
        "exact": [Decimal("1.50"), Decimal128("2.5")],
        "roles": {Role.EDITOR, Role.AUDITOR},
        "raw": b"123",
        "long": "字" * 100_000,
        "many": list(range(10_000)),
        "deep": deep,
        "nan": float("nan"),
    }
    written = masked(odd)
    audit.record(SYSTEM, "test.odd", "test:1", after=odd)
    row = AuditEntry._get_collection().find_one({}) or {}
    assert canonical.dump(row["after"]) == canonical.dump(written)
    assert len(canonical.dump(row)) < 30_000


def test_an_entry_says_who_when_from_where() -> None:
    who = Actor("id1", "王测试", frozenset({Role.EDITOR}), "投促中心", "192.0.2.7", "req-12345678")
    audit.record(who, "tracks.update", f"tracks:{PHONE}", outcome="denied")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_name, entry.roles) == ("id1", "王测试", ["editor"])
    assert (entry.department, entry.address) == ("投促中心", "192.0.2.7")
    assert (entry.request_id, entry.outcome.value) == ("req-12345678", "denied")
    assert PHONE not in entry.target
    assert abs((now() - entry.at).total_seconds()) < 60
