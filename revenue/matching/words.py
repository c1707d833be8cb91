"""What the matcher says, in English and in Chinese: one code, one sentence each (匹配说明)."""

from cpq.kernel.text import LocalText
from revenue.matching.candidate import Reason

_SAID: dict[str, tuple[str, str]] = {
    # why something is a candidate
    "named": ("the text names {names}", "附言写明{names}"),
    "named_short": ("the text names {names} by its last digits", "附言写有{names}的尾号"),
    "named_month": ("the text names the month {month}", "附言写明{month}的货款"),
    "typo": (
        "{token} in the text is one slip of the keyboard away from {name}",
        "附言中的{token}与{name}仅差一处笔误",
    ),
    "sum_agrees": ("{count} items come to exactly {amount}", "{count}笔合计恰为{amount}"),
    "exact_single": ("{name} is open with exactly {amount}", "{name}未清金额恰为{amount}"),
    "no_other": (
        "no other set of up to {size} of the {count} open items comes to {amount}",
        "{count}笔未清项中，没有其他不超过{size}笔的组合等于{amount}",
    ),
    "oldest_first": ("the oldest items come to exactly {amount}", "最早到期的各笔合计恰为{amount}"),
    "all_open": ("everything that is open comes to {amount}", "全部未清项合计为{amount}"),
    "habit": ("{customer} usually pays this way", "{customer}通常如此付款"),
    "truncated": ("the text ends inside {name}", "附言在{name}处被截断"),
    "and_unnamed": (
        "beside what is named only {names} make up the amount",
        "除写明的以外，只有{names}能凑足金额",
    ),
    "all_but_one": ("everything that is named but {name} was paid", "所列各笔中仅{name}未付"),
    "part": ("pays part of {name}; {amount} stay open", "支付{name}的一部分，尚余{amount}未清"),
    "over": ("{amount} are left over and stay on account", "余{amount}，留作预收"),
    "looks_like": ("{token} looks like {name}", "{token}与{name}形近"),
    "amount_alone": ("only the amount speaks for it", "仅金额相符"),
    # what is missing
    "short_discount": ("{amount} are the settlement discount", "差额{amount}为现金折扣"),
    "short_bank_fee": ("{amount} are a bank's fee", "差额{amount}为银行手续费"),
    "short_rounding": ("{amount} are rounded off", "差额{amount}为抹零"),
    "short_short_pay": ("{amount} are within the tolerance", "差额{amount}在容差之内"),
    "short_retention": ("{amount} are held back", "差额{amount}为质保金"),
    "short_withholding_tax": ("{amount} are tax withheld", "差额{amount}为代扣税"),
    "short_dispute": ("{amount} are one line that was not paid", "差额{amount}恰为未付的一行"),
    "short_deduction": ("{amount} were deducted", "差额{amount}为扣款"),
    "discount_late": (
        "{amount} are the discount, taken after its last day; they stay open",
        "{amount}为逾期享用的现金折扣，仍为未清",
    ),
    # who paid
    "customer_given": ("the payment is {customer}'s", "款项属于{customer}"),
    "customer_by_account": ("the payer's account is {customer}'s", "付款账号属于{customer}"),
    "customer_by_name": ("the payer's name is {customer}'s", "付款户名属于{customer}"),
    "customer_likely": ("the payer's name is like {customer}'s", "付款户名与{customer}相近"),
    "customer_by_reference": ("what is named is {customer}'s", "所写单号属于{customer}"),
    # why it stopped
    "proven_reference": (
        "posted on reference: what is named explains the amount to the cent",
        "按单号核销：所写单号与金额分毫不差",
    ),
    "proven_unique": (
        "posted as unique: one set alone explains the amount",
        "按唯一组合核销：仅有一种组合等于该金额",
    ),
    "rivals": ("{count} other ways fit as well", "另有{count}种方式同样相符"),
    "node_limit": (
        "the search ended at {limit} nodes, so nothing is proven unique",
        "搜索达到{limit}个节点的上限，不能证明唯一",
    ),
    "chance": (
        "with {count} open items about {expected} sets are expected to come to {amount} by chance",
        "{count}笔未清项中，偶然等于{amount}的组合预计约{expected}种",
    ),
    "who_unknown": ("nobody knows who paid", "付款人尚未认领"),
    "who_unsure": ("it is not certain that {customer} paid", "尚不能确定付款人是{customer}"),
    "contradicted": (
        "the text names {token}, which is not what the amount fits",
        "附言写有{token}，与金额相符的并非该单",
    ),
    "reference_wrong": (
        "the check digits of {token} are wrong",
        "{token}的校验位有误",
    ),
    "twin": (
        "{name} has the same amount and is one slip of the keyboard away",
        "{name}金额相同，且仅差一处笔误",
    ),
    "advance": ("the text speaks of an advance: {word}", "附言提到预付：{word}"),
    "part_said": ("the text speaks of a part: {word}", "附言提到部分付款：{word}"),
    "amount_differs": (
        "what is named is open with {open}, and nothing explains the difference",
        "所写单号未清{open}，差额原因不明",
    ),
    "too_round": (
        "{amount} is so round that some reason would explain it anyway",
        "{amount}过于整，总有某种原因恰好能解释",
    ),
    "ambiguous_reason": ("{count} reasons explain the shortfall", "有{count}种原因都能解释差额"),
    "difference_unnamed": (
        "the amount fits only with a difference, and the text names no item",
        "须有差额方才相符，而附言未写明单号",
    ),
    "other_customer": (
        "the text names items of {customer}; somebody must say that it pays for them",
        "附言写明的是{customer}的单据，须由人确认代付",
    ),
    "not_allowed": ("the policy asks for a person", "规则要求人工确认"),
    "only_suggested": ("what fits is a suggestion", "仅为建议"),
    "nothing_open": ("nothing is open", "没有未清项"),
    "nothing_fits": ("nothing that is open fits", "没有相符的未清项"),
}


def because(code: str, **facts: object) -> Reason:
    """The reason of a code, with its facts.

    >>> because("all_but_one", name="INV-0012").text.zh
    '所列各笔中仅INV-0012未付'
    """
    english, chinese = _SAID[code]
    text = LocalText(en=english.format(**facts), zh=chinese.format(**facts))
    return Reason.built({"code": code, "text": text})
