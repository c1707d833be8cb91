"""What a verification says (核验结论): verdicts and changes in words, English and Chinese."""

from cpq.adapters.pdf_reading import PdfChange
from cpq.kernel.errors import Finding
from cpq.kernel.text import LocalText, legible

_BY = {
    "record": ("its hash is the one on record", "哈希值与存证一致"),
    "rendering": ("made anew, the version gives the same bytes", "重新生成的文件逐字节一致"),
}
_WORDS: dict[str, tuple[str, str]] = {
    "true": ("{quote}: a true copy: {by}", "{quote}：真实副本（{by}）"),
    "signed": (
        (
            "{quote}: a true copy ({by}), with {signatures} signature(s) appended: {appended} "
            "bytes that draw nothing else; whose they are is for the signature provider to say"
        ),
        (
            "{quote}：真实副本（{by}），其后追加了 {signatures} 个签名（{appended} 字节），"
            "未改动内容；签名人身份由签名服务商核实"
        ),
    ),
    "appended": (
        (
            "{quote}: a true copy ({by}), with an update of {appended} bytes appended that draws "
            "nothing"
        ),
        "{quote}：真实副本（{by}），其后追加了 {appended} 字节，未改动内容",
    ),
    "overlaid": (
        (
            "{quote}: changed: {appended} bytes were appended to a true copy, and they change "
            "what it shows"
        ),
        "{quote}：已被改动：在真实副本之后追加了 {appended} 字节，改变了所显示的内容",
    ),
    "resaved": (
        "{quote}: changed: another program saved it anew; every page still draws the same",
        "{quote}：已被改动：文件由其他程序重新保存，各页内容未变",
    ),
    "redrawn": (
        (
            "{quote}: changed: the quote in the file is that of the version, its pages are not "
            "those that the version gives here, by {engine}"
        ),
        "{quote}：已被改动：内嵌报价数据与该版本一致，但页面与本机（{engine}）按该版本生成的不一致",
    ),
    "other_bytes": (
        (
            "{quote}: changed, or another print than the one on record: the quote in the file is "
            "that of the version, its bytes are not those on record"
        ),
        "{quote}：已被改动，或并非存证的那份文件：内嵌报价数据一致，但文件字节与存证不一致",
    ),
    "data_differs": (
        "{quote}: changed: the quote in the file is not what the version says",
        "{quote}：已被改动：内嵌报价数据与该版本不一致",
    ),
    "data_broken": (
        "{quote}: changed: the quote in the file cannot be read",
        "{quote}：已被改动：内嵌报价数据无法读取",
    ),
    "other_quote": ("not {quote}: it is quote {found}", "不是 {quote}，而是报价单 {found}"),
    "other_version": (
        "not {quote}: it is version {found} of that quote",
        "不是 {quote}，而是该报价单的第 {found} 版",
    ),
    "other_data": (
        "not ours: the quote.json in the file is no quote",
        "非本系统文件：内嵌的 quote.json 不是报价数据",
    ),
    "no_data": ("not ours: no quote is embedded in it", "非本系统文件：未内嵌报价数据"),
    "no_layout": (
        (
            "{quote}: the quote in the file is that of the version; whether its pages are cannot "
            "be told: give its record, or the layout that it was made in"
        ),
        "{quote}：内嵌报价数据与该版本一致，但无法判断页面是否被改动：请提供存证或生成时的版式",
    ),
    "other_engine": (
        (
            "{quote}: the quote in the file is that of the version; whether its pages are cannot "
            "be told: {producer} made it, here is {engine}; give its record"
        ),
        (
            "{quote}：内嵌报价数据与该版本一致，但无法判断页面是否被改动：文件由 {producer} 生成，"
            "本机为 {engine}；请提供存证"
        ),
    ),
    "drawn": (
        (
            "{quote}: the quote in the file is that of the version and its pages say the same, "
            "drawn otherwise than here, by {engine}: other fonts or templates do that, paint too; "
            "give its record"
        ),
        (
            "{quote}：内嵌报价数据与该版本一致，页面文字相同，但图形与本机（{engine}）生成的不同："
            "可能是字体或模板版本不同，也可能被涂改；请提供存证"
        ),
    ),
    "draft": ("it was printed as a draft", "打印时为草稿"),
}
_CHANGES: dict[str, tuple[str, str]] = {
    "pages": ("it has {after} pages, not {before}", "共 {after} 页，应为 {before} 页"),
    "drawn": (
        "page {page} draws something else with the same words",
        "第 {page} 页文字相同，但图形不同",
    ),
    "text": (
        "page {page} says {after!r} in place of {before!r}",
        "第 {page} 页的 {before!r} 变为 {after!r}",
    ),
    "annotation": ("page {page} has something laid on it: {after}", "第 {page} 页增加了 {after}"),
    "taken_off": (
        "page {page} lacks {before} links or notes",
        "第 {page} 页缺少 {before} 个链接或批注",
    ),
    "signature": ("page {page} has a signature field on it", "第 {page} 页有签名域"),
    "catalogue": (
        "it does something when it is opened that a quote does not: {after}",
        "文件增加了报价单没有的行为：{after}",
    ),
    "files": ("other files are embedded ({after})", "内嵌文件被改动（{after}）"),
}


def said(word: str, **facts: object) -> LocalText:
    """A verdict in both languages.

    >>> said("other_quote", quote="Q-1", found="Q-2").en
    'not Q-1: it is quote Q-2'
    """
    en, zh = _WORDS[word]
    by = _BY.get(str(facts.get("by")), ("", ""))
    return LocalText(
        en=legible(en.format(**{**facts, "by": by[0]})),
        zh=legible(zh.format(**{**facts, "by": by[1]})),
    )


def change_found(change: PdfChange) -> Finding:
    """What a PDF has otherwise, as a finding: a note where it is a signature, else an error.

    >>> change_found(PdfChange(kind="text", page=2, before="9,000.00", after="1,000.00")).place
    'pages/2'
    """
    taken_off = change.kind == "annotation" and not change.after
    en, zh = _CHANGES["taken_off" if taken_off else change.kind]
    facts = {**dict(change), "before": change.before or "-", "after": change.after or "-"}
    return Finding(
        code="verify.changed",
        place=f"pages/{change.page}" if change.page else "",
        message=LocalText(en=legible(en.format(**facts)), zh=legible(zh.format(**facts))),
        severity="note" if change.kind == "signature" else "error",
    )
