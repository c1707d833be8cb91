"""Files that cannot be read: each finding names file, line and column."""

from pathlib import Path

from cpq.adapters import read_catalogue, read_request
from tests.errors.registry import reproduces
from tests.errors.shop import laser_folder, untouched


@reproduces(
    "folder.missing",
    en="The catalogue folder is not there, or is no folder.",
    zh="目录文件夹不存在。",
    do="Give the folder that holds `products.csv`, `price_books.csv` and `prices.csv`.",
    names="nowhere",
)
def no_folder(folder: Path) -> None:
    read_catalogue(folder / "nowhere")


@reproduces(
    "catalogue.unreadable",
    en="Something in a catalogue folder cannot be read; `findings` says all of it at once.",
    zh="产品目录文件夹有误；全部问题一次列出。",
    do="Go through the findings; each names file, line and column.",
    names=("catalogue", "prices.csv:2:price", "'48600O.00'"),
)
def a_catalogue_with_a_typo(folder: Path) -> None:
    catalogue = laser_folder(folder, prices=("486000.00", "48600O.00"))
    with untouched(folder):
        read_catalogue(catalogue)


@reproduces(
    "row.unreadable",
    en="A row of a file cannot be read; the place is file, line and column.",
    zh="文件中的某一行无法读取（注明文件、行、列）。",
    do="Correct the cell at that place.",
    names=("prices.csv:2:price", "greater than or equal to 0", "-486000.00"),
)
def a_negative_price(folder: Path) -> None:
    read_catalogue(laser_folder(folder, prices=("486000.00", "-486000.00")))


@reproduces(
    "row.contradicts",
    en="Rows that are one thing, such as the tiers of an entry, say two things of it.",
    zh="同一条目（如阶梯、协议）的多行内容互相矛盾。",
    do="Say it in one of the rows, or the same in all.",
    names=("agreements.csv:3:currency", "'CNY'", "'USD'"),
)
def an_agreement_in_two_currencies(folder: Path) -> None:
    catalogue = laser_folder(folder)
    rows = "FW,C-0042,CNY,NOZZLE-15,40.00\nFW,,USD,LENS-150,110.00\n"
    (catalogue / "agreements.csv").write_text(
        f"code,customer,currency,product,price\n{rows}", encoding="utf-8"
    )
    read_catalogue(catalogue)


@reproduces(
    "customer.cycle",
    en="A customer belongs to itself, by way of others.",
    zh="客户的上级关系成环。",
    do="Take the parent off one of the customers that the message names.",
    names=("customers.csv", "'C-0042'", "C-0042 > C-0077 > C-0042"),
)
def two_customers_that_belong_to_each_other(folder: Path) -> None:
    catalogue = laser_folder(folder)
    (catalogue / "customers.csv").write_text(
        "code,name_en,parent\nC-0042,Hengtai,C-0077\nC-0077,Yongjiang,C-0042\n", encoding="utf-8"
    )
    read_catalogue(catalogue)


@reproduces(
    "file.columns",
    en="The header of a file has unknown columns, lacks needed ones, or has one twice.",
    zh="文件表头的列有误：未知、缺失或重复。",
    do="Use the column names that the finding lists.",
    names=("prices.csv:1", "amount"),
)
def an_unknown_column(folder: Path) -> None:
    read_catalogue(laser_folder(folder, prices=("price", "amount")))


@reproduces(
    "file.encoding",
    en="A file is not UTF-8.",
    zh="文件不是 UTF-8 编码。",
    do="Save it as UTF-8; in a spreadsheet: “CSV UTF-8”.",
    names=("categories.csv", "byte"),
)
def a_file_in_gbk(folder: Path) -> None:
    catalogue = laser_folder(folder)
    (catalogue / "categories.csv").write_bytes("code,name_zh\nlaser,激光".encode("gbk"))
    read_catalogue(catalogue)


@reproduces(
    "file.missing",
    en="A file is not there, or may not be read.",
    zh="文件不存在或无法打开。",
    do="Correct the path, or add the file that the folder lacks.",
    names="request.json",
)
def no_request_file(folder: Path) -> None:
    read_request(folder / "request.json")


@reproduces(
    "file.unreadable",
    en="A file is not the JSON or TOML that its name says.",
    zh="文件不是有效的 JSON 或 TOML。",
    do="Correct it at the line and column that the message names.",
    names=("request.json", "line 1 column 12"),
)
def a_request_cut_off(folder: Path) -> None:
    (folder / "request.json").write_text('{"number": "Q-1')
    with untouched(folder):
        read_request(folder / "request.json")
