"""Writers of bank statements, for laws only: what a bank would send of a statement.

They share no code with the readers, and write every field in the way that its format has for it.
"""

import csv
import io
from html import escape
from itertools import chain

FULL, WIDE = 27, 65


def comma(money):
    return f"{abs(money.amount):f}".replace(".", ",") + ("" if "." in f"{money.amount:f}" else ",")


def side(money):
    return "D" if money.amount < 0 else "C"


def subfields(names, text):
    """The text over subfields of 27 characters."""
    chunks = [text[at : at + FULL] for at in range(0, len(text), FULL)]
    assert len(chunks) <= len(names)
    return "".join(f"?{name}{chunk}" for name, chunk in zip(names, chunks, strict=False))


def folded(text):
    """Over lines of 65 characters, none of which begins as SWIFT forbids."""
    lines = []
    while text:
        end = min(WIDE, len(text))
        while end > 1 and text[end : end + 1] in (":", "-"):
            end -= 1
        lines.append(text[:end])
        text = text[end:]
    return "\n".join(lines)


def mt940(statement, *, more=0):
    """MT940 with German subfields; the closing balance is off by ``more`` minor units."""
    closing = type(statement.closing).from_minor(statement.closing.minor + more, statement.currency)
    lines = [
        ":20:LAW",
        f":25:{statement.account}",
        f":28C:{statement.number}",
        balance("60F", statement.opening, statement.opening_on),
    ]
    for line in statement.lines:
        mark = side(-line.amount if line.is_return else line.amount)
        lines.append(
            f":61:{line.value_on:%y%m%d}{line.booked_on:%m%d}{'R' if line.is_return else ''}{mark}"
            f"{comma(line.amount)}NTRF{line.references[0] if line.references else 'NONREF'}"
            f"//{line.bank_reference}"
        )
        said = "166?00GUTSCHRIFT"
        names = [*map(str, range(20, 30)), "60", "61", "62", "63"]
        if line.end_to_end:
            head = subfields(names, f"EREF+{line.end_to_end}")
            said += head
            names = names[head.count("?") :]
        said += subfields(names, f"SVWZ+{line.text}")
        said += f"?30{line.counterparty_bank}?31{line.counterparty_account}"
        said += subfields(["32", "33"], line.counterparty)
        lines.append(folded(f":86:{said}"))
    lines += [balance("62F", closing, statement.closing_on), "-"]
    return "\n".join(lines) + "\n"


def balance(tag, money, on):
    return f":{tag}:{side(money)}{on:%y%m%d}{money.code}{comma(money)}"


def camt(statement, *, more=0):
    """camt.053.001.08, an entry with one payment for each line."""
    closing = type(statement.closing).from_minor(statement.closing.minor + more, statement.currency)
    balances = chain(
        camt_balance("OPBD", statement.opening, statement.opening_on),
        camt_balance("CLBD", closing, statement.closing_on),
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>LAW</MsgId></GrpHdr><Stmt><Id>{escape(statement.name)}</Id>"
        f"<ElctrncSeqNb>{escape(statement.number)}</ElctrncSeqNb>"
        f"<Acct><Id><IBAN>{statement.account}</IBAN></Id><Ccy>{statement.currency}</Ccy></Acct>"
        f"{''.join(balances)}{''.join(map(camt_entry, statement.lines))}"
        "</Stmt></BkToCstmrStmt></Document>"
    )


def camt_money(money):
    mark = "DBIT" if money.amount < 0 else "CRDT"
    size = f"{abs(money.amount):f}"
    return f'<Amt Ccy="{money.code}">{size}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'


def camt_balance(kind, money, on):
    yield f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{camt_money(money)}"
    yield f"<Dt><Dt>{on}</Dt></Dt></Bal>"


def camt_entry(line):
    incoming = (line.amount.amount > 0) != line.is_return
    party, agent = ("Dbtr", "DbtrAgt") if incoming else ("Cdtr", "CdtrAgt")
    references = "".join(
        f"<Strd><CdtrRefInf><Ref>{escape(each)}</Ref></CdtrRefInf></Strd>"
        for each in line.references
    )
    texts = "".join(f"<Ustrd>{escape(each)}</Ustrd>" for each in line.text.split("\n") if each)
    reversal = "<RvslInd>true</RvslInd>" if line.is_return else ""
    end_to_end = escape(line.end_to_end or "NOTPROVIDED")
    return (
        f"<Ntry>{camt_money(line.amount)}{reversal}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{line.booked_on}</Dt></BookgDt><ValDt><Dt>{line.value_on}</Dt></ValDt>"
        f"<AcctSvcrRef>{escape(line.bank_reference)}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>"
        f"<RltdPties><{party}><Pty><Nm>{escape(line.counterparty)}</Nm></Pty></{party}>"
        f"<{party}Acct><Id><IBAN>{line.counterparty_account}</IBAN></Id></{party}Acct></RltdPties>"
        f"<RltdAgts><{agent}><FinInstnId><BICFI>{line.counterparty_bank}</BICFI></FinInstnId>"
        f"</{agent}></RltdAgts><RmtInf>{texts}{references}</RmtInf></TxDtls></NtryDtls></Ntry>"
    )


TITLES = (
    *("记账日期", "起息日", "借方金额", "贷方金额", "余额", "对方户名", "对方账号", "对方开户行"),
    *("流水号", "客户参考号", "附言", "账号", "币种"),
)


def chinese_csv(statement, *, more=0, backward=False):
    """A CSV export as Chinese banks write it, money in under 贷方; forward or backward in time."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    rows = []
    for line in statement.lines:
        size = f"{abs(line.amount.amount):,f}"
        rows.append(
            [
                *(f"{line.booked_on:%Y%m%d}", f"{line.value_on}"),
                *((size, "") if line.amount.amount < 0 else ("", size)),
                f"{line.balance.amount:,f}",
                *(line.counterparty, line.counterparty_account, line.counterparty_bank),
                *(line.bank_reference, line.end_to_end, line.text),
                *(statement.account, statement.currency),
            ]
        )
    if more:
        money = statement.lines[-1].balance
        off = type(money).from_minor(money.minor + more, money.code)
        rows[-1][4] = f"{off.amount:,f}"
    writer.writerow(["账户明细"])
    writer.writerow(TITLES)
    writer.writerows(reversed(rows) if backward else rows)
    writer.writerow(["合计"])
    return out.getvalue()
