"""What whoever keeps coupons must answer, in memory and in a database alike (优惠券契约)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from cpq.cap import Cap
from cpq.coupon import Coupon, CouponBatch, Coupons, coupons, refusal, seeded
from cpq.kernel.money import Money
from cpq.kernel.period import Period
from revenue.adapters.deals import Deals
from revenue.adapters.store import Store
from revenue.testing.inspect import content, refused

DAY = date(2026, 11, 21)


def example_coupon(code: str = "AUTUMN-7K4P", **changes: Any) -> Coupon:
    """A coupon of November for promotion AUTUMN, good for one order.

    >>> example_coupon(batch="flyer").batch
    'flyer'
    """
    fields = {
        "code": code,
        "promotion": "AUTUMN",
        "period": {"start": "2026-11-01", "end": "2026-11-30"},
        "zone": "Asia/Shanghai",
    }
    return Coupon.model_validate({**fields, **changes})


def example_coupons() -> tuple[Coupon, ...]:
    """Coupons that together use every field; the same ones every time."""
    return (
        example_coupon(),
        example_coupon("夏季 Öl_1", promotion="SUMMER/2026", period=Period(), zone=None),
        example_coupon("VIP-1", customer="C-7", batch="vip", caps=(), returns_on_cancel=False),
        example_coupon("lost", state="blocked", batch="vip"),
        example_coupon(
            "POSTER",
            batch="poster, left",
            period=Period(start="2026-11-01T09:00:00+08:00"),
            caps=(
                Cap(code="all", orders=500, window="lifetime"),
                Cap(code="each", orders=1, scope=("customer",), window="month", over="approve"),
                Cap(code="money", amount=Money("1000.00", "CNY"), window="rolling", days=30),
            ),
        ),
        *coupons(40, promotion="MAIL", entropy=seeded("mail"), batch="mail", prefix="M"),
    )


class CouponsContract:
    """Tests of ``Coupons``; subclass it and give a fixture ``kept``, empty for each test."""

    def test_coupons_come_back_as_they_were(self, kept: Coupons) -> None:
        """Every field of each, found by its code."""
        kept.issue(example_coupons())
        for coupon in example_coupons():
            found = kept.find(coupon.code, at=DAY)
            assert found == coupon
            assert found.canonical() == coupon.canonical()

    def test_a_code_is_found_however_it_is_typed(self, kept: Coupons) -> None:
        """Small or full-width letters, other hyphens, blanks, invisible signs."""
        kept.issue([example_coupon(), example_coupon("夏季-Öl")])
        for typed in (
            "autumn7k4p",
            " Autumn 7K4P\n",
            "ＡＵＴＵＭＮ－７Ｋ４Ｐ",
            "A-U-T-U-M-N\u20117k4p",
            "AUTUMN\u00ad\u200b–7K4P\u3000",
        ):
            assert kept.find(typed, at=DAY) == example_coupon()
        assert kept.find("夏季 O\u0308L", at=DAY).code == "夏季-Öl"

    def test_a_mistyped_code_is_told_as_such(self, kept: Coupons) -> None:
        """By its check character; a code that nobody issued is unknown either way."""
        kept.issue(example_coupons())
        other = coupons(1, promotion="A", entropy=seeded("other"), prefix="N")[0]
        for typed, said in ((other.code, False), (f"2{other.code}", True)):
            message = _unknown(kept, typed)
            assert ("check the code" in message) is said
            assert repr(typed) in message or typed in message

    def test_what_is_no_code_is_unknown(self, kept: Coupons) -> None:
        """No text breaks the look-up, and each is named so that it can be printed."""
        kept.issue(example_coupons())
        for typed in ("", "- -", "\x00", "\ud800", "AUTUMN\x007K4P", "9" * 100_000, "'; --", "%"):
            assert _unknown(kept, typed).isprintable()

    def test_issuing_twice_changes_nothing(self, kept: Coupons) -> None:
        """The same coupons again, alone or among new ones."""
        kept.issue(example_coupons())
        more = example_coupon("NEW-1", batch="mail")
        kept.issue([*reversed(example_coupons()), more, more])
        kept.issue([])
        assert sum(each.issued for each in kept.batches()) == len(example_coupons()) + 1
        assert kept.find("new1", at=DAY) == more

    def test_a_code_is_taken_while_it_is_valid(self, kept: Coupons) -> None:
        """However it is written; of a refused batch nothing is kept."""
        kept.issue([example_coupon()])
        others: tuple[dict[str, Any], ...] = (
            {"promotion": "OTHER"},
            {"code": "autumn 7k4p"},
            {"period": {"start": "2026-11-30"}},
            {"period": {"end": "2026-11-01"}},
            {"period": {}},
            {"state": "blocked"},
            {"period": {"start": "2026-11-01T12:00:00+08:00", "end": "2026-11-02"}},
        )
        for changes in others:
            with refused("coupon.code_taken"):
                kept.issue([example_coupon("NEW-1"), example_coupon(**changes)])
        with refused("coupon.code_taken"):
            kept.issue([example_coupon("NEW-1"), example_coupon("new1", promotion="OTHER")])
        _unknown(kept, "NEW-1")
        assert kept.find("AUTUMN-7K4P", at=DAY) == example_coupon()

    def test_a_code_may_be_given_out_again(self, kept: Coupons) -> None:
        """Once it has run out; at each moment it is one coupon, with counters of its own."""
        autumn = example_coupon()
        winter = example_coupon(
            "autumn7k4p", promotion="WINTER", period={"start": "2026-12-01", "end": "2026-12-31"}
        )
        spring = example_coupon(
            promotion="SPRING", period={"start": "2027-03-01", "end": "2027-03-31"}
        )
        kept.issue([spring])
        kept.issue([winter, autumn])
        for day, valid in (
            (date(2026, 10, 31), autumn),
            (date(2026, 11, 30), autumn),
            (date(2026, 12, 1), winter),
            (date(2027, 1, 1), spring),
            (date(2027, 4, 1), spring),
        ):
            assert kept.find("AUTUMN 7K4P", at=day) == valid
        assert len({autumn.owner, winter.owner, spring.owner}) == 3
        with refused("coupon.code_taken"):
            kept.issue([example_coupon(period={"start": "2026-12-31", "end": "2027-01-31"})])

    def test_days_are_those_of_the_coupons_zone(self, kept: Coupons) -> None:
        """The last day counts whole, where the coupon is at home; else where the asker is."""
        kept.issue([example_coupon(), example_coupon("HOME", zone=None)])
        late = datetime.fromisoformat("2026-11-30T23:59:59+08:00")
        early = datetime.fromisoformat("2026-12-01T00:00:00+08:00")
        assert _refusal(kept, "AUTUMN-7K4P", at=late) == ""
        assert _refusal(kept, "AUTUMN-7K4P", at=early) == "outside_period"
        assert _refusal(kept, "HOME", at=early) == ""
        assert _refusal(kept, "HOME", at=early, zone="Asia/Shanghai") == "outside_period"
        assert _refusal(kept, "HOME", at=date(2026, 11, 30), zone="America/Lima") == ""

    def test_another_zone_may_still_hold_the_code(self, kept: Coupons) -> None:
        """Days of nobody's zone reach as far as they could anywhere."""
        kept.issue([example_coupon(zone=None)])
        december = {"start": "2026-12-01", "end": "2026-12-31"}
        with refused("coupon.code_taken"):
            kept.issue([example_coupon(period=december, zone="Asia/Shanghai")])
        kept.issue([example_coupon(period={"start": "2026-12-02"}, zone="Asia/Shanghai")])
        with refused("coupon.code_taken"):
            kept.issue([example_coupon(period={"end": "2026-10-31"}, zone="America/Lima")])
        kept.issue([example_coupon(period={"end": "2026-10-31"}, zone=None)])

    def test_a_coupon_is_blocked_from_its_day_on(self, kept: Coupons) -> None:
        """As a fact: asked about the day before, it was good; another of its batch still is."""
        kept.issue([example_coupon(), example_coupon("AUTUMN-8888")])
        found = kept.block("autumn 7k4p", on=DAY, reason="printed twice")
        assert found == example_coupon(state="blocked")
        assert kept.find("AUTUMN-7K4P", at=DAY) == found
        assert kept.find("AUTUMN-7K4P", at=date(2026, 11, 20)) == example_coupon()
        midnight = datetime.fromisoformat("2026-11-21T00:00:00+08:00")
        assert kept.find("AUTUMN-7K4P", at=midnight).state == "blocked"
        assert kept.find("AUTUMN-8888", at=DAY).state == "issued"
        assert _refusal(kept, "AUTUMN-7K4P", at=DAY) == "blocked"

    def test_a_coupon_is_blocked_once(self, kept: Coupons) -> None:
        """To say the same again changes nothing; another day or reason is another story."""
        kept.issue([example_coupon()])
        first = kept.block("AUTUMN-7K4P", on=DAY, reason="printed twice")
        assert kept.block("autumn7k4p", on=DAY, reason="printed twice") == first
        for on, reason in ((DAY, "lost"), (date(2026, 11, 22), "printed twice")):
            with refused("coupon.blocked_already"):
                kept.block("AUTUMN-7K4P", on=on, reason=reason)
        with refused("coupon.unknown"):
            kept.block("NOBODYS", on=DAY, reason="lost")
        with refused("coupon.code_taken"):
            kept.issue([example_coupon(promotion="OTHER")])

    def test_to_block_a_code_leaves_its_next_coupon(self, kept: Coupons) -> None:
        """What is blocked is the coupon of the day, not the code."""
        winter = example_coupon(promotion="WINTER", period={"start": "2026-12-01"})
        kept.issue([winter, example_coupon()])
        kept.block("AUTUMN-7K4P", on=DAY, reason="lost")
        assert kept.find("AUTUMN-7K4P", at=DAY).state == "blocked"
        assert kept.find("AUTUMN-7K4P", at=date(2026, 12, 1)) == winter

    def test_a_batch_is_listed_by_code(self, kept: Coupons) -> None:
        """With what was blocked; batches by name and promotion, with their numbers."""
        kept.issue(reversed(example_coupons()))
        kept.issue([example_coupon("Z-1", batch="mail", promotion="AUTUMN")])
        mail = [coupon for coupon in example_coupons() if coupon.batch == "mail"]
        kept.block(mail[3].code, on=DAY, reason="lost")
        listed = kept.batch("mail")
        assert [each.key for each in listed] == sorted([each.key for each in mail] + ["z1"])
        assert [each.code for each in listed if each.state == "blocked"] == [mail[3].code]
        assert kept.batch("nothing") == kept.batch("\x00") == ()
        assert kept.batches() == (
            CouponBatch(batch="", promotion="AUTUMN", issued=1, blocked=0),
            CouponBatch(batch="", promotion="SUMMER/2026", issued=1, blocked=0),
            CouponBatch(batch="mail", promotion="AUTUMN", issued=1, blocked=0),
            CouponBatch(batch="mail", promotion="MAIL", issued=40, blocked=1),
            CouponBatch(batch="poster, left", promotion="AUTUMN", issued=1, blocked=0),
            CouponBatch(batch="vip", promotion="AUTUMN", issued=2, blocked=1),
        )


class StoredCouponsContract:
    """Tests of a store's coupons; subclass it and give a fixture ``store``, empty each time."""

    def test_thousands_are_kept_and_checked(self, store: Store) -> None:
        """More than one page and one chunk, in one transaction; then all of them again."""
        made = coupons(1700, promotion="MAIL", entropy=seeded("mail"), batch="mail")
        with store.unit() as deals:
            deals.coupons.issue(made)
            assert deals.verify() == ()
        rows = content(store.engine)
        with store.unit() as deals:
            deals.coupons.issue(made)
            listed = deals.coupons.batch("mail")
        assert set(listed) == set(made)
        assert content(store.engine) == rows

    def test_a_refused_batch_leaves_nothing(self, store: Store) -> None:
        """Not even what came before the code that is taken; the unit goes on."""
        made = coupons(900, promotion="MAIL", entropy=seeded("mail"))
        taken = max(made, key=lambda coupon: coupon.key)
        with store.unit() as deals:
            deals.coupons.issue([taken.with_(promotion="OTHER")])
        rows = content(store.engine)
        with store.unit() as deals:
            with refused("coupon.code_taken"):
                deals.coupons.issue(made)
            with refused("coupon.unknown"):
                deals.coupons.find(made[0].code, at=DAY)
        assert content(store.engine) == rows

    def test_tenants_have_coupons_each(self, store: Store) -> None:
        """The same codes twice, and nobody sees or blocks the other's."""
        with store.unit() as deals:
            other = Deals(deals.connection, tenant="other")
            deals.coupons.issue(example_coupons())
            with refused("coupon.unknown"):
                other.coupons.find("AUTUMN-7K4P", at=DAY)
            other.coupons.issue([example_coupon(promotion="OTHER")])
            other.coupons.block("AUTUMN-7K4P", on=DAY, reason="lost")
            assert deals.coupons.find("AUTUMN-7K4P", at=DAY) == example_coupon()
            assert [each.promotion for each in other.coupons.batches()] == ["OTHER"]
            assert deals.verify() == other.verify() == ()

    def test_a_view_neither_issues_nor_blocks(self, store: Store) -> None:
        """Whoever reads adds nothing."""
        with store.unit() as deals:
            deals.coupons.issue([example_coupon()])
        with store.view() as deals:
            with refused("store.only_reads"):
                deals.coupons.issue([example_coupon("NEW-1")])
            with refused("store.only_reads"):
                deals.coupons.block("AUTUMN-7K4P", on=DAY, reason="lost")
            assert deals.coupons.find("AUTUMN-7K4P", at=DAY) == example_coupon()

    def test_an_undone_unit_leaves_no_coupons(self, store: Store) -> None:
        """An error takes coupons and blocks along."""
        before = content(store.engine)
        try:
            with store.unit() as deals:
                deals.coupons.issue(example_coupons())
                deals.coupons.block("AUTUMN-7K4P", on=DAY, reason="lost")
                raise RuntimeError("the host changed its mind")
        except RuntimeError:
            pass
        assert content(store.engine) == before

    def test_changed_coupons_are_named(self, store: Store) -> None:
        """By the look-up that would have shown them, and by ``verify``."""
        winter = example_coupon(promotion="WINTER", period={"start": "2026-12-01"})
        with store.unit() as deals:
            deals.coupons.issue([example_coupon(), winter, example_coupon("OTHER-1")])
            deals.coupons.block("AUTUMN-7K4P", on=DAY, reason="lost")
            assert deals.verify() == ()
        winters = "SET body = replace(body, 'WINTER', 'SUMMER') WHERE place = 2"
        for change, places in (
            (f"coupon {winters}", {"coupon autumn7k4p 2"}),
            ("coupon SET promotion = 'SUMMER' WHERE code_key = 'other1'", {"coupon other1 1"}),
            ("coupon SET code_key = 'free' WHERE code_key = 'other1'", {"coupon free 1"}),
            ("coupon SET place = 3 WHERE place = 2", {"coupon autumn7k4p 2"}),
            (
                "coupon SET tenant = 'other' WHERE place = 1",
                {"coupon autumn7k4p 1", "coupon_block autumn7k4p 1"},
            ),
            ("coupon_block SET on_day = '2026-12-24'", {"coupon_block autumn7k4p 1"}),
            ("coupon_block SET place = 2", {"coupon_block autumn7k4p 2"}),
            ("coupon_block SET place = 3", {"coupon_block autumn7k4p 3"}),
        ):
            with store.engine.connect() as connection:
                _guards_off(connection, store.prefix)
                connection.execute(text(f"UPDATE {store.prefix}{change}"))
                deals = Deals(connection, tenant=store.tenant, prefix=store.prefix)
                named = {finding.place for finding in deals.verify()}
                assert named == places, change
                if "body" in change:
                    with refused("store.corrupt_document"):
                        deals.coupons.find("AUTUMN-7K4P", at=DAY)
                connection.rollback()


def _unknown(kept: Coupons, typed: str) -> str:
    """How whoever keeps coupons refuses a code that nobody issued."""
    with refused("coupon.unknown"):
        try:
            kept.find(typed, at=DAY)
        except LookupError as error:
            message = str(error)
            raise
    return message


def _refusal(kept: Coupons, code: str, *, at: date, zone: str = "UTC") -> str:
    found = refusal(kept.find(code, at=at, zone=zone), customer=None, at=at, zone=zone)
    return "" if found is None else found[0]


def _guards_off(connection: Any, prefix: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for table in ("coupon", "coupon_block"):
        connection.execute(text(f"DROP TRIGGER {prefix}{table}_no_update"))
