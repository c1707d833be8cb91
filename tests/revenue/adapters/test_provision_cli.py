"""The commands about provisions and write-offs: read from files, recorded whole or not at all."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from cpq.kernel.errors import DomainError, Unreadable
from cpq.kernel.money import Money
from revenue import Receipt, Receivable
from revenue.adapters import open_store
from revenue.adapters.provision_cli import provisions
from revenue.adapters.provision_file import matrix_toml, read_matrix, read_write_off_policy
from revenue.adapters.write_off_cli import write_offs
from revenue.provision import Overlay, provision_matrix
from revenue.writeoff import AllowanceCharge

MATRIX = """
name = "2026"
buckets = [0, 30, 60, 90]

[[segment]]
rates = ["0.3%", "1.6%", 0.036, "6.6%", "10.6%"]

[[segment]]
name = "export"
rates = ["1%", "3%", "2000/23000", "25%", "100%"]
customers = ["C-2"]

[[individual]]
customer = "C-3"
rate = "100%"
reason = "insolvent"

[[cover]]
customer = "C-2"
limit = "30000.00 CNY"
quota = "90%"
until = 2026-12-31
source = "policy 77"
"""
POLICY = """
relief = "DE-USTG-17"

[[role]]
role = "CFO"
people = ["Wang", "Zhou"]
limits = ["5000 CNY"]

[[evidence]]
reason = "insolvent"
any_of = ["court order"]

[[rule]]
reason = "insolvent"
marked = ["insolvent"]
"""

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "matrix.toml").write_text(MATRIX, encoding="utf-8")
    (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
    with open_store(f"sqlite:///{tmp_path / 'books.db'}") as store, store.unit() as deals:
        deals.record(
            owed("AR-1", "C-1", "1000.00", due=date(2026, 11, 20)),
            owed("AR-2", "C-2", "60000.00", due=date(2026, 10, 20)),
            owed("AR-3", "C-3", "1130.00", due=date(2026, 11, 30), tax=yuan("130.00")),
        )
    return tmp_path


def yuan(amount: str) -> Money:
    return Money(amount, "CNY")


def owed(
    number: str, customer: str, amount: str, *, due: date, tax: Money | None = None
) -> Receivable:
    return Receivable(
        number=number,
        customer=customer,
        on=date(2026, 1, 1),
        due_on=due,
        amount=yuan(amount),
        tax=tax,
    )


def said(app: typer.Typer, folder: Path, *words: str) -> str:
    """What a command prints; what it refuses is raised."""
    environment = {"CPQ_STORE": f"sqlite:///{folder / 'books.db'}", "COLUMNS": "120"}
    place = {"matrix.toml": str(folder / "matrix.toml"), "policy.toml": str(folder / "policy.toml")}
    done = CliRunner().invoke(app, [place.get(word, word) for word in words], env=environment)
    if isinstance(done.exception, DomainError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


SHOW = ("--matrix", "matrix.toml", "--as-of", "2026-11-30")


def test_the_expected_loss_is_shown_line_by_line(folder: Path) -> None:
    lines = [line.split() for line in said(provisions, folder, *SHOW).splitlines()]
    assert lines[0] == ["2026", "·", "as", "of", "2026-11-30"]
    assert lines[2:] == [
        ["all", "customers", "1-30", "1,000.00", "1.6%", "16.00", "CNY"],
        ["export", "31-60", "60,000.00", "27,000.00", "8.7%", "2,869.57", "CNY"],
        ["C-3", "insolvent", "1,130.00", "100%", "1,130.00", "CNY"],
        ["Total", "62,130.00", "4,015.57", "CNY"],
        *[["CNY:", "allowance", "0.00,", "required", "4,015.57,", "to", "charge", "4,015.57"]],
    ]


def test_the_allowance_is_charged_once(folder: Path) -> None:
    record = (*SHOW, "--record", "--number", "P-1")
    assert "P-1: 4015.57 CNY charged to the allowance" in said(provisions, folder, *record)
    again = said(provisions, folder, *SHOW, "--record", "--number", "P-2")
    assert "P-2" not in again
    assert "to charge 0.00" in again
    moved = said(provisions, folder, "movement", "--as-of", "2026-12-31")
    assert moved.splitlines()[-1].split()[:2] == ["CNY", "0.00"]
    assert moved.count("4,015.57") == 2


def test_recording_wants_a_number(folder: Path) -> None:
    with pytest.raises(DomainError, match="--number"):
        said(provisions, folder, *SHOW, "--record")


@pytest.mark.parametrize(
    ("app", "words", "told"),
    [
        (provisions, (*SHOW, "--rate", "7.10"), "USD=7.10"),
        (
            provisions,
            ("rates", "--currency", "CNY", "--lost-after", "9", "--buckets", "0,x"),
            "0,30,60,90",
        ),
        (write_offs, ("candidates", "-p", "policy.toml", "--mark", "C-7"), "C-7=insolvent"),
        (write_offs, ("candidates", "-p", "bare.toml"), "[[rule]]"),
    ],
)
def test_a_word_of_the_wrong_shape_says_how_it_is_written(
    folder: Path, app: typer.Typer, words: tuple[str, ...], told: str
) -> None:
    bare = folder / "bare.toml"
    bare.write_text("[[role]]\nrole = 'CFO'\npeople = ['Wang']\n", encoding="utf-8")
    with pytest.raises(DomainError) as refusal:
        said(app, folder, *(str(bare) if word == "bare.toml" else word for word in words))
    assert refusal.value.code == "input.invalid"
    assert told in refusal.value.message


def test_books_in_which_nothing_is_open_need_nothing(folder: Path) -> None:
    shown = said(provisions, folder, "--matrix", "matrix.toml", "--as-of", "2025-12-31")
    assert "nothing is open" in shown


def test_dollars_are_charged_in_the_books_at_a_rate(folder: Path) -> None:
    with open_store(f"sqlite:///{folder / 'books.db'}") as store, store.unit() as deals:
        deals.record(
            Receivable(
                number="AR-9",
                customer="C-1",
                on=date(2026, 1, 1),
                due_on=date(2026, 11, 20),
                amount=Money("1000", "USD"),
            )
        )
    shown = said(provisions, folder, *SHOW, "--book", "CNY", "--rate", "USD=7.10")
    assert "CNY: allowance 0.00, required 4,129.17, to charge 4,129.17" in shown
    assert "USD: allowance" not in shown


def test_chinese_is_spoken(folder: Path) -> None:
    assert "已提准备 0.00，应有准备 4,015.57" in said(provisions, folder, *SHOW, "-l", "zh_CN")


def test_rates_and_their_test_are_read_from_the_books(folder: Path) -> None:
    with open_store(f"sqlite:///{folder / 'books.db'}") as store, store.unit() as deals:
        cash = Receipt(number="R", customer="C-1", on=date(2026, 11, 20), amount=yuan("1000.00"))
        deals.record(
            *deals.ledger()
            .record(cash)
            .apply("R", to="AR-1", number="A", on=date(2026, 11, 20))
            .facts[3:]
        )
    history = ("--currency", "CNY", "--lost-after", "30", "--buckets", "0,30")
    rates = said(provisions, folder, "rates", *history, "--as-of", "2026-12-20")
    assert rates.splitlines()[2].split() == [
        *("all", "customers", "0", "2", "61,000.00", "60,000.00", "98.36%", "98.36%"),
    ]
    assert "rests on 2 receivables" in rates
    file = str(folder / "2027.toml")
    words = (*history, "--as-of", "2026-12-20", "-m", "matrix.toml", "--write", file)
    assert said(provisions, folder, "rates", *words).splitlines()[-1] == file
    assert read_matrix(file).segments == {"C-2": "export"}
    assert read_matrix(file).matrix.rate("export", 0) == 1
    tested = said(provisions, folder, "test", "2026-11-25", *history, "--as-of", "2026-12-30")
    assert tested.startswith("2026-11-25: of 61130.00 CNY open")


def test_a_write_off_goes_its_way_through_the_commands(folder: Path) -> None:
    found = said(
        write_offs,
        folder,
        "candidates",
        "-p",
        "policy.toml",
        "--mark",
        "C-3=insolvent",
        "--as-of",
        "2026-12-01",
    )
    assert found.startswith("AR-3 C-3: 1130.00 CNY open, 1 days overdue on 2026-12-01")
    step = ("-p", "policy.toml", "--on", "2026-12-02")
    said(
        write_offs,
        folder,
        "propose",
        "AR-3",
        "-n",
        "WP-1",
        "--reason",
        "insolvent",
        "--by",
        "Wang",
        "--evidence",
        "court order: 12",
        *step,
    )
    with pytest.raises(DomainError, match="another person"):
        said(write_offs, folder, "decide", "WP-1", "-n", "WD-1", "--by", "Wang", "--approve", *step)
    said(write_offs, folder, "decide", "WP-1", "-n", "WD-1", "--by", "Zhou", "--approve", *step)
    posted = said(write_offs, folder, "post", "WP-1", "-n", "W-1", *step)
    assert posted == "W-1: 1130.00 CNY written off, 130.00 CNY of tax relieved\n"
    listed = said(write_offs, folder, "list", "--as-of", "2026-12-02").splitlines()[1].split()
    assert listed == ["WP-1", "AR-3", "1,130.00", "CNY", "insolvent", "posted"]
    with open_store(f"sqlite:///{folder / 'books.db'}", create=False) as store:
        assert store.verify() == ()


def test_a_write_off_by_somebodys_word_still_works(folder: Path) -> None:
    words = ("-n", "W-9", "--reason", "small", "--approved-by", "Wang", "--on", "2026-12-02")
    assert said(write_offs, folder, "AR-1", *words) == "AR-1 written off by W-9\n"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("0.036", "0.6"), "provision.rates_fall"),
        (('"1%"', '"1%%"'), "segment.2.rates.1"),
        (('"1%"', '"101%"'), "provision.rate_invalid"),
        (('rate = "100%"', 'rates = "100%"'), "individual.1.rates"),
        (("30000.00 CNY", "30000.00"), "cover.1.limit"),
        (("[0, 30, 60, 90]", "[0, 30, 20, 90]"), "ageing.buckets_invalid"),
        (('name = "2026"', ""), "name"),
    ],
)
def test_a_matrix_file_that_is_wrong_names_the_field(
    folder: Path, change: tuple[str, str], place: str
) -> None:
    text = MATRIX.replace(*change, 1)
    assert text != MATRIX
    (folder / "matrix.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable) as refusal:
        read_matrix(folder / "matrix.toml")
    assert refusal.value.code == "provision_file.invalid"
    assert any(place in str(finding) for finding in refusal.value.findings)


def test_a_matrix_that_is_written_reads_back(folder: Path) -> None:
    matrix = provision_matrix(
        '含 "引号"',
        {"": ("1/3", "2/3"), "出口": ("50%", "100%")},
        buckets=(7,),
        overlays=(Overlay(segment="出口", factor="1.05", reason="关税"),),
        rate_places=1,
        amount_places=0,
    )
    file = folder / "again.toml"
    file.write_text(matrix_toml(matrix, segments={"C-1": "出口"}), encoding="utf-8")
    again = read_matrix(file)
    assert again.matrix == matrix
    assert again.segments == {"C-1": "出口"}


def test_two_who_charge_at_once_charge_once(folder: Path) -> None:
    """What the second one reckoned before the first one charged is refused, not added."""
    with open_store(f"sqlite:///{folder / 'books.db'}", create=False) as store:
        charge = AllowanceCharge(
            number="P-0", on=date(2026, 11, 30), amount=yuan("4015.57"), reason="first"
        )
        store.run(lambda deals: deals.record(charge, key="provision after 0 charges"))
        late = charge.with_(number="P-1")
        with pytest.raises(DomainError) as refusal:
            store.run(lambda deals: deals.record(late, key="provision after 0 charges"))
    assert refusal.value.code == "command.key_reused"
    again = said(provisions, folder, *SHOW, "--record", "--number", "P-1")
    assert "to charge 0.00" in again


def test_a_customer_in_two_segments_is_refused(folder: Path) -> None:
    text = MATRIX.replace('10.6%"]', '10.6%"]\ncustomers = ["c-2"]')
    (folder / "matrix.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable) as refusal:
        read_matrix(folder / "matrix.toml")
    assert refusal.value.code == "provision_file.two_segments"


def test_a_policy_file_that_is_wrong_or_names_no_known_law_is_refused(folder: Path) -> None:
    for change, code in (
        (("limits", "limit"), "provision_file.invalid"),
        (("DE-USTG-17", "XX"), "tax_relief.unknown"),
    ):
        (folder / "policy.toml").write_text(POLICY.replace(*change), encoding="utf-8")
        with pytest.raises(DomainError) as refusal:
            read_write_off_policy(folder / "policy.toml")
        assert refusal.value.code == code
