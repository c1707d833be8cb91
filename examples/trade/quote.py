"""A wholesale trade whose prices explain themselves (一份会自己说明价格的批发报价), as a program.

Run it from anywhere: ``python examples/trade/quote.py``. It prices the request of a dealer, shows
every rule in Chinese, asks why a price is what it is, why a rule did not act and what would make it
act, collects the approvals that the quote needs, and sends it. Then a web shop whose prices include
tax, an export in euros, and a request that is refused.
"""

from pathlib import Path

from cpq import Decision, DomainError, Quote, approve, send
from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.catalogue import Catalogue
from cpq.quote import approval_status

HERE = Path(__file__).resolve().parent
WHO = {"sales-manager": "zhou", "director": "qian", "finance": "sun"}


def main() -> None:
    catalogue = read_catalogue(HERE)

    # --- a dealer, and every rule that was looked at ---------------------------------------------
    quote = drafted("request.json", catalogue)
    pricing = quote.pricing
    print(pricing.explain("zh_CN"))

    print("\n为什么第 2 行是这个价：")
    for reason in pricing.why("2"):
        print(f"  {reason.text.zh}")

    print("为什么促销不作用于第 1 行：")
    for refused in pricing.why_not("CLOTH-NOV", "1"):
        print(f"  {refused.text.zh}")

    print("怎样才能达到：")
    for rule in ("DEALER-2026: category cloth from 1000", "LIST-2026: CANVAS-600 from 500"):
        for trigger in pricing.what_would_trigger(rule):
            print(f"  {rule} ({trigger.line}): {trigger.text.zh}")

    print("套装价的分摊：")
    for part in ("7.1", "7.2", "7.3"):
        line = pricing.line(part)
        print(f"  {part} {line.name.zh}: {line.allocated} {line.currency}")

    # --- what somebody should know, and who must say yes -----------------------------------------
    print("\n须知：")
    for finding in pricing.findings:
        print(f"  [{finding.severity}] {finding.message.zh}")
    sent = send(agreed(quote, catalogue), matrix=catalogue.approvals)
    print(f"{sent.reference}: {sent.state}, {sent.gross}")

    # --- prices that include tax, an export, a refusal -------------------------------------------
    for file in ("request-web.json", "request-export.json"):
        other = drafted(file, catalogue)
        print(f"{other.number}: {other.net} + {other.tax} = {other.gross}")
    try:
        drafted("request-refused.json", catalogue)
    except DomainError as refusal:
        for finding in refusal.findings:
            print(f"{finding.code}: {finding.message.zh}")


def drafted(file: str, catalogue: Catalogue) -> Quote:
    """The draft quote of a request file beside this program."""
    return quote_for(read_request(HERE / file), catalogue)


def agreed(quote: Quote, catalogue: Catalogue) -> Quote:
    """The quote after everybody who is asked has said yes, one after the other."""
    matrix = catalogue.approvals
    while asked := approval_status(quote, matrix=matrix).asked:
        need, role = asked[0].need, asked[0].roles[0]
        decision = Decision(need=need, by=WHO[role], role=role, at="2026-11-21T15:00:00+08:00")
        quote = approve(quote, decision, matrix=matrix)
        print(f"  {WHO[role]} ({role}): {need.message.zh}")
    return quote


if __name__ == "__main__":
    main()
