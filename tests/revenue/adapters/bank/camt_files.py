"""camt.053 files for tests: whole ones, and such as somebody tampered with."""

HEAD = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>'


def balance(kind, amount, day, currency="EUR", mark="CRDT"):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(amount="5.00", inside="", mark="CRDT", currency="EUR", status="<Sts>BOOK</Sts>"):
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{status}'
        f"<BookgDt><Dt>2026-11-20</Dt></BookgDt>{inside}</Ntry>"
    )


def payment(inside="", amount=""):
    said = f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>' if amount else ""
    return f"<TxDtls>{said}{inside}</TxDtls>"


def statement(*entries, balances=None, extra=""):
    around = balances if balances is not None else balance("OPBD", "0.00", "2026-11-19")
    return (
        "<Stmt><Id>S1</Id><CreDtTm>2026-11-21T06:00:00</CreDtTm>"
        "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{around}{extra}{''.join(entries)}</Stmt>"
    )


def document(*statements, version="08", declared="UTF-8", head=HEAD):
    body = "".join(statements)
    return (
        f'<?xml version="1.0" encoding="{declared}"?>\n'
        f"{head.format(version=version)}\n{body}\n</BkToCstmrStmt></Document>"
    )


def simple(*entries, **options):
    return document(statement(*(entries or (entry(),))), **options)
