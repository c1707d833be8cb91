"""What people confirmed is data: counted, in any order, and taken back."""

import pytest

from cpq.kernel.errors import Invalid
from revenue.matching import Confirmation, Learned, Matcher, learn, unlearn
from revenue.matching.who import core
from tests.revenue.matching.owed import owed, paid

ORION = Confirmation(customer="C-1", payer="Orion Tools Ltd", payer_account="DE12 3456")


def test_a_confirmed_name_and_account_say_who_paid() -> None:
    learned = learn(Learned(), ORION)
    book = [owed("AR-1", "977.03")]
    by_name = paid("977.03", customer="", payer="ORION TOOLS, LTD.")
    by_account = paid("977.03", customer="", payer="Somebody", payer_account="de123456")
    assert Matcher(book).match(by_name).posts is None
    for payment in (by_name, by_account):
        found = Matcher(book, learned=learned).match(payment)
        assert found.customer == "C-1"
        assert found.posts is not None


def test_a_name_of_two_customers_says_nothing() -> None:
    other = ORION.with_(customer="C-2")
    learned = learn(Learned(), ORION, other)
    assert learned.named("Orion Tools Ltd") == learned.banked("DE123456") == ""
    assert unlearn(learned, other).named("Orion Tools Ltd") == "C-1"


def test_unlearning_is_the_mirror_of_learning() -> None:
    once = learn(Learned(), ORION)
    twice = learn(once, ORION)
    assert [lesson.count for lesson in twice.lessons] == [2, 2]
    assert unlearn(twice, ORION) == once
    assert unlearn(once, ORION) == Learned()


def test_what_was_never_confirmed_cannot_be_unlearned() -> None:
    with pytest.raises(Invalid, match="never confirmed") as caught:
        unlearn(Learned(), ORION)
    assert caught.value.code == "learned.never_confirmed"


def test_an_account_outweighs_a_name_and_a_conflict_is_not_certain() -> None:
    learned = learn(
        Learned(),
        Confirmation(customer="C-1", payer_account="DE1"),
        Confirmation(customer="C-2", payer="Vega Ltd"),
    )
    book = [owed("AR-1", "977.03"), owed("AR-2", "977.03", customer="C-2")]
    found = Matcher(book, learned=learned).match(
        paid("977.03", customer="", payer="Vega Ltd", payer_account="DE1")
    )
    assert found.customer == "C-1"
    assert found.candidates[0].receivables == ("AR-1",)


def test_an_alias_stands_for_a_receivable() -> None:
    learned = learn(Learned(), Confirmation(customer="C-1", aliases=(("77-4711", "AR-1"),)))
    book = [owed("AR-1", "977.03"), owed("AR-2", "977.03")]
    found = Matcher(book, learned=learned).match(paid("977.03", "bill 77-4711"))
    assert found.posts is not None
    assert found.posts.receivables == ("AR-1",)


def test_a_habit_ranks_and_does_not_prove() -> None:
    book = [owed("AR-1", "100.10"), owed("AR-2", "200.20"), owed("AR-3", "300.30")]
    learned = learn(Learned(), Confirmation(customer="C-1", habit="oldest_first"))
    found = Matcher(book, learned=learned).match(paid("300.30"))
    assert found.posts is None
    assert found.candidates[0].receivables == ("AR-1", "AR-2")
    assert Matcher(book).match(paid("300.30")).candidates[0].receivables == ("AR-3",)


def test_a_name_that_is_like_one_is_a_hint() -> None:
    learned = learn(Learned(), Confirmation(customer="C-1", payer="苏州恒达机电有限公司"))
    book = [owed("AR-1", "97.70"), owed("AR-2", "1834.17")]
    free = Matcher(book, learned=learned)
    assert core("苏州恒达机电股份有限公司") == core("苏州恒达机电有限公司")
    clear = free.match(paid("1834.17", customer="", payer="苏州恒达机电有限公司上海分公司"))
    assert clear.customer == "C-1"
    assert clear.posts is not None
    round_one = free.match(paid("97.70", customer="", payer="苏州恒达机电有限公司上海分公司"))
    assert round_one.posts is None
    assert round_one.candidates[0].receivables == ("AR-1",)
