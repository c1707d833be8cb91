"""The price-book linter (价目表检查)."""
