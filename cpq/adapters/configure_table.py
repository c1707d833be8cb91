"""What a configuring session prints (选配会话用语): its words in two languages, its tables.

How a value stands is said by a sign and a word, never by colour alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from rich.table import Table

from cpq.adapters.trace_table import plain_table
from cpq.adapters.words import Language
from cpq.bom import OptionGroup
from cpq.bom.layout import Slot
from cpq.configuration import Choice, Configuration
from cpq.configuration.reason import gate_words
from cpq.configuration.selection import Domain, Selection
from cpq.kernel.money import exact, plain
from cpq.kernel.text import LocalText
from cpq.product import Attribute, Product

SIGNS = {
    "chosen": "✓",
    "implied": "→",
    "possible": "○",
    "impossible": "✗",
    "ruled_out": "✗",
    "unproved": "?",
    "absent": "–",
}

_ROWS_MAX = 30
_VALID = timedelta(days=30)

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "absent": "only with {gate}",
        "author": "by {author}",
        "begin": "{product}: 'help' lists the commands, 'quit' or the end of input ends",
        "by_preset": "by preset",
        "chosen": "chosen",
        "configurations": "{count} configurations agree with the choices",
        "configuration": "1 configuration agrees with the choices",
        "each": "Each",
        "fewest": "changes from the presets: {cost}; none has fewer",
        "few": "changes from the presets: {cost}; at least {bound} are needed",
        "fix": "fix {number}: take {choices} back",
        "fix_none": "no choice is to blame: the rules alone exclude it",
        "impossible": "impossible",
        "implied": "implied",
        "implied_alone": "{value} is implied by the model alone",
        "implied_by": "{value} is implied by {choices}",
        "is_chosen": "{value} is chosen",
        "line": "No.",
        "more": "… and {count} more",
        "name": "Name",
        "none": "none",
        "path": "Path",
        "possible": "possible",
        "preferred": "preference {cost}; none is preferred",
        "nearly": "preference {cost}; at least {bound} is needed",
        "product": "Product",
        "ruled_out": "ruled out",
        "saved": "saved: {file}",
        "saved_nobody": "saved: {file}; it names no customer yet: add one before it is priced",
        "standing": "Standing",
        "taken_back": "taken back: {choices}",
        "too_many": "how many configurations agree takes too long to count",
        "total": "Total",
        "undone": "undone",
        "unit": "Unit",
        "unproved": "not known",
        "value": "Value",
    },
    "zh": {
        "absent": "仅当 {gate}",
        "author": "由 {author}",
        "begin": "{product}：输入 help 查看命令，quit 或输入结束即退出",
        "by_preset": "按预设",
        "chosen": "已选",
        "configurations": "符合所选的配置共 {count} 种",
        "configuration": "符合所选的配置只有 1 种",
        "each": "每件",
        "fewest": "与预设不同之处：{cost}，已是最少",
        "few": "与预设不同之处：{cost}，至少需要 {bound}",
        "fix": "fix {number}：撤回 {choices}",
        "fix_none": "与所选无关：规则本身不允许",
        "impossible": "不可选",
        "implied": "推定",
        "implied_alone": "{value} 由产品模型推定",
        "implied_by": "{value} 由 {choices} 推定",
        "is_chosen": "{value} 已选",
        "line": "序号",
        "more": "…… 另有 {count} 项",
        "name": "名称",
        "none": "无",
        "path": "路径",
        "possible": "可选",
        "preferred": "偏好值 {cost}，已是最优",
        "nearly": "偏好值 {cost}，至少需要 {bound}",
        "product": "产品",
        "ruled_out": "已排除",
        "saved": "已保存：{file}",
        "saved_nobody": "已保存：{file}；尚无客户，请补充后再计价",
        "standing": "状态",
        "taken_back": "已撤回：{choices}",
        "too_many": "符合所选的配置太多，无法及时计数",
        "total": "合计",
        "undone": "已撤销上一步",
        "unit": "单位",
        "unproved": "未知",
        "value": "取值",
    },
}

PRICE_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "bounded": "; none is better than {bound}",
        "change": "Change",
        "cost": "cost to us {amount}",
        "estimated": "; whether it is the best is not known",
        "margin": "margin {amount}, before promotions",
        "net": "Net price",
        "none": "none",
        "percent": "In percent",
        "price": "net price {amount}, before promotions",
        "proven": "; none is better",
        "running": "net price {net}",
        "unpriced": "no price yet: {why}",
        "value": "Value",
    },
    "zh": {
        "bounded": "；最优不超过 {bound}",
        "change": "变动",
        "cost": "成本 {amount}",
        "estimated": "；是否最优未知",
        "margin": "毛利 {amount}（促销前）",
        "net": "净价",
        "none": "无",
        "percent": "变动百分比",
        "price": "净价 {amount}（促销前）",
        "proven": "；已是最优",
        "running": "净价 {net}",
        "unpriced": "暂无价格：{why}",
        "value": "取值",
    },
}

HELP: tuple[tuple[str, LocalText], ...] = (
    ("show [PATH]", LocalText(en="what may be chosen, and how it stands", zh="查看可选项及其状态")),
    ("choose PATH VALUE", LocalText(en="choose; also PATH=VALUE", zh="选择，也可写 PATH=VALUE")),
    (
        "no PATH VALUE",
        LocalText(en="rule out; also PATH!=VALUE", zh="排除多选组中的一项，也可写 PATH!=VALUE"),
    ),
    ("unchoose PATH [VALUE]", LocalText(en="take a choice back", zh="撤回所选")),
    ("undo", LocalText(en="take the last step back", zh="撤销上一步")),
    (
        "why [PATH VALUE]",
        LocalText(
            en="why it is impossible or implied; alone: the last one refused",
            zh="为何不可选或被推定；不带参数时指上次被拒的选择",
        ),
    ),
    ("fix N", LocalText(en="apply a correction that 'why' listed", zh="采用 why 列出的更正")),
    (
        "complete [AIM]",
        LocalText(
            en="fill in what is left, with the fewest changes from the presets; "
            "by AIM: price, cost, margin or preference",
            zh="补全其余选项，与预设差异最少；AIM 可为 price、cost、margin、preference",
        ),
    ),
    ("count", LocalText(en="how many configurations agree", zh="统计符合所选的配置数")),
    (
        "price [CUSTOMER]",
        LocalText(en="price the completed configuration", zh="为补全后的配置计价"),
    ),
    (
        "prices PATH",
        LocalText(en="what each possible value makes of the price", zh="各可选值对价格的影响"),
    ),
    ("explode", LocalText(en="the tree of parts with quantities", zh="展开部件树及数量")),
    (
        "save FILE",
        LocalText(en="write a request for 'cpq quote'", zh="保存为 cpq quote 的报价请求"),
    ),
    ("help", LocalText(en="this list", zh="显示本说明")),
    ("quit", LocalText(en="end", zh="退出")),
)


def help_table(spoken: Language) -> Table:
    """The commands of a session, each with what it does."""
    table = plain_table()
    table.show_header = False
    for command, words in HELP:
        table.add_row(command, spoken.phrase(words).text)
    return table


def value_words(slot: Slot, code: str, products: Mapping[str, Product]) -> LocalText:
    """What a value of a slot is called: the name of its product or its own; empty where none."""
    match slot.source:
        case OptionGroup():
            named = {option.key: option.product for option in slot.source.options}
            product = products.get(named.get(code, ""))
            return product.name if product else LocalText()
        case Attribute() if code:
            words = slot.source.words(code)
            return LocalText() if str(words) == code else words
    return LocalText()


def standing_table(
    domains: Iterable[Domain],
    slots: Mapping[str, Slot],
    choices: Sequence[Selection],
    *,
    products: Mapping[str, Product],
    spoken: Language,
    whole: str = "",
) -> Table:
    """Every value of every path with how it stands; a path stands once, before its first value.

    Of many values, those that stand alike are one row, but for the path ``whole``.
    """
    words = WORDS[spoken.first]
    table = plain_table(*(words[each] for each in ("path", "value", "standing", "name")))
    made = {(choice.path, choice.value): choice for choice in choices}
    for domain in domains:
        slot = slots[domain.path]
        path = domain.path
        if domain.is_there is not True:
            assert slot.gate is not None
            sign = SIGNS["absent" if domain.is_there is False else "unproved"]
            told = words["absent"].format(gate=gate_words(slot.gate))
            table.add_row(path, "", f"{sign} {told}", "")
            path = ""
        if domain.is_there is False:
            continue
        if len(domain.offers) > _ROWS_MAX and path != whole:
            for value, told in _folded(domain, words):
                table.add_row(path, value, told, "")
                path = ""
            continue
        for code, standing in domain.offers:
            choice = made.get((domain.path, code))
            told = _standing(standing, choice, words)
            name = spoken.phrase(value_words(slot, code, products)).text
            table.add_row(path, code or words["none"], told, name)
            path = ""
    return table


def _folded(domain: Domain, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A row for each way that values of a path stand: the first, the last, and how many."""
    for standing in ("chosen", "implied", "possible", "unproved", "impossible"):
        codes = [code for code, stands in domain.offers if stands == standing]
        if codes:
            ends = (codes[0] or words["none"], codes[-1])
            value = " … ".join(ends if len(codes) > 1 else ends[:1])
            count = f" × {len(codes)}" if len(codes) > 1 else ""
            yield value, f"{SIGNS[standing]} {words[standing]}{count}"


def _standing(standing: str, choice: Selection | None, words: Mapping[str, str]) -> str:
    """The sign, the word, and by whom it was chosen where that is known."""
    if choice is None:
        return f"{SIGNS[standing]} {words[standing]}"
    key = "chosen" if choice.picked else "ruled_out"
    who = words["author"].format(author=choice.author) if choice.author else ""
    if choice.origin == "preset":
        who = words["by_preset"]
    return f"{SIGNS[key]} {words[key]} {who}".rstrip()


def tree_table(made: Configuration, *, products: Mapping[str, Product], spoken: Language) -> Table:
    """The parts of a configuration, indented, each with its quantity per parent and in all."""
    words = WORDS[spoken.first]
    table = plain_table(words["line"], words["product"])
    for name in ("each", "total"):
        table.add_column(words[name], justify="right")
    table.add_column(words["unit"])
    table.add_column(words["name"])

    def named(code: str) -> str:
        product = products.get(code)
        return spoken.phrase(product.name).text if product else ""

    count = plain(made.quantity)
    table.add_row("", made.product, "", count, made.unit, named(made.product))
    for number, part in made.numbered():
        inset = "  " * (number.count(".") + 1)
        each, every = plain(part.quantity), plain(part.total)
        table.add_row(number, f"{inset}{part.product}", each, every, part.unit, named(part.product))
    return table


def request_of(
    made: Configuration, slots: Iterable[Slot], *, number: str, customer: str, on: date
) -> dict[str, object]:
    """A configuration as a request for a quote, valid for thirty days."""
    choose = dict(choices_of(made, slots))
    item = {"configure": made.product, "quantity": plain(made.quantity), "choose": choose}
    return {
        "number": number,
        **({"customer": customer} if customer else {}),
        "issued_on": str(on),
        "valid_until": str(on + _VALID),
        "items": [item if made.periods is None else {**item, "periods": made.periods}],
    }


def choices_of(made: Configuration, slots: Iterable[Slot]) -> Iterator[tuple[str, str | list[str]]]:
    """The choices of a configuration as a request has them: all that is there, nothing preset.

    Codes of a group with several picks are a list; a group of which nothing is picked is one too,
    so that nothing is preset there when the request is read.
    """
    for slot in slots:
        codes = [choice.value for choice in made.choices if choice.path == slot.path]
        if slot.kind == "group" and (slot.maximum > 1 or not codes):
            if codes or (slot.minimum == 0 and is_there(made.choices, slot)):
                yield slot.path, codes
        elif codes:
            yield slot.path, codes[0]


def is_there(choices: Iterable[Choice], slot: Slot) -> bool:
    """Whether the owner of a group is there, by what was chosen above it."""
    gate = slot.gate
    if gate is None:
        return True
    codes = [choice.value for choice in choices if choice.path == gate.path]
    return gate.code in codes if gate.code else any(exact(code) >= gate.least for code in codes)
