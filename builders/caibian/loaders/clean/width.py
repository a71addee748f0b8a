"""Restore full-width punctuation that a crawl folded to ASCII, next to Han only.

NFKC and its like fold U+FF01-FF5E; 、。“” survive. What stands around a mark tells its width: behind Han or a closing
quotation mark it was full-width, and so was a comma between a figure and Han (of 5,600 in national news, all). Between
digits and between Latin letters it stays; a question mark behind a figure may stand for lost bytes, and stays too.
"""

import re

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_MARK = re.compile(rf"[,;!?](?<=[{_HAN}”’》】）、。].)(?![,;!?])|:(?<=[{_HAN}”’》】）、。].)(?!//)")
# A comma between a figure, a unit or a Latin name and Chinese text; after a percentage also before the next figure.
_BEHIND_FIGURE = re.compile(rf"[,;:](?<=[0-9A-Za-z%‰℃].)(?=[{_HAN}“《])|[,;](?<=[%‰].)(?=[0-9])")
_BRACKETS = re.compile(rf"\((?<=[{_HAN}”’》】）、。].)([^()\n]{{0,80}})\)|\(([^()\n]{{0,40}}[{_HAN}][^()\n]{{0,40}})\)")
_FULL = re.compile("[，；：！？（）]")
INSIDE = re.compile(rf"[,;:!?](?<=[{_HAN}”)].)(?=[{_HAN}“])")
_WIDE = {ord(mark): ord(mark) + 0xFEE0 for mark in ",;:!?"}

# A page was folded if it has no full-width mark (a title from elsewhere may have one), and ...
_FEW = 0.03  # share of full-width marks among all that still means folded
_MIN_MARKS = 12  # ... so many half-width marks between Han on so many lines: people who type half-width
_MIN_LINES = 3  # write short posts. Where other damage proves the mirror, one mark is enough.


def is_folded(text: str) -> bool:
    """Tell whether the text has half-width marks between Han, or readings of Han, and no full-width ones."""
    if INSIDE.search(text) is None:
        return False
    return len(_FULL.findall(text)) <= _FEW * len(INSIDE.findall(text))


def has_full(text: str) -> bool:
    """Tell whether the text has any full-width mark that folding would have taken."""
    return _FULL.search(text) is not None


def is_page(text: str) -> bool:
    """Tell whether so much of the text is folded that no person typed it, without other damage to prove it."""
    if len(INSIDE.findall(text)) < _MIN_MARKS:
        return False
    return sum(INSIDE.search(line) is not None for line in text.split("\n")) >= _MIN_LINES


def restore(text: str) -> tuple[str, int]:
    """Return the text with full-width marks next to Han, and how many there are.

    >>> restore("他说:好,10:30见(微笑)")
    ('他说：好，10:30见（微笑）', 3)
    >>> restore("增长5%,利润1,200万元,产值3.5亿元")
    ('增长5%，利润1,200万元，产值3.5亿元', 2)
    """
    text, pairs = _BRACKETS.subn(lambda match: f"（{match[1] if match[1] is not None else match[2]}）", text)
    text, marks = _MARK.subn(lambda match: match[0].translate(_WIDE), text)
    text, figures = _BEHIND_FIGURE.subn(lambda match: match[0].translate(_WIDE), text)
    return text, marks + pairs + figures
