"""Laws of settlements of every kind, in two currencies, played as a game of sixty steps."""

from hypothesis import settings

from tests.revenue.settlement_game import SettlementGame

TestSettlementGame = SettlementGame.TestCase
TestSettlementGame.settings = settings(
    stateful_step_count=60, max_examples=settings.default.max_examples // 2
)
