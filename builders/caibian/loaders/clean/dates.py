"""Publication dates in the forms of the web; a date that is relative or ambiguous is none."""

import re
from datetime import date, timedelta
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 1900, 2099

_FULL_WIDTH = str.maketrans("０１２３４５６７８９－／．：", "0123456789-/.:")
_YMD = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)\s{0,2}(?P<s>[-/.年_])\s{0,2}(?P<m>0?[1-9]|1[0-2])\s{0,2}(?:(?P=s)|月)\s{0,2}"
    r"(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)"
)
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:\d{4}(?:\d\d)?)?(?!\d)")
_HAN = re.compile(
    r"([一二][一二三四五六七八九〇零○Ｏ0]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_ERA = re.compile(r"民[国國]\s?(\d{2,3})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
_NUMERIC = re.compile(
    r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)(?!\d)(?P<clock>[^\n]{0,14}?[AP]M)?", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(
    r"(?:\b(?P<d1>\d{1,2})\s)?\b(?P<m>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?,?\s"
    r"(?:(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s)?(?:[\d:]{4,8}\s\S{1,6}\s)?(?P<y>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
# Every form has a year of four digits, or 年.
_MAYBE = re.compile(r"[\d０-９]{4}|年")
_DIGIT = re.compile(r"[\d年]")
_WIDE = re.compile("[０-９－／．：]")
_UTC = re.compile(r"[T ](\d\d):\d\d(?::\d\d(?:\.\d{1,9})?)?\s?(?:Z|\+00:?00|GMT|UTC)$", re.IGNORECASE)
_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "Ｏ": 0,
    "0": 0,
}
CHINA_HOURS = 8  # ahead of UTC; a page of China that declares 18:00Z appeared on the next day


def find_date(text: str) -> tuple[date, int, int] | None:
    """Return the first full date that a text shows, with its start and end.

    >>> find_date("发布时间：2021年7月12日 08:30")
    (datetime.date(2021, 7, 12), 5, 15)
    >>> find_date("二〇二一年七月十二日")[0], find_date("3小时前"), find_date("7月12日"), find_date("03/04/2021")
    (datetime.date(2021, 7, 12), None, None, None)
    """
    if _DIGIT.search(text) is None or _MAYBE.search(text) is None:
        return None
    if _WIDE.search(text) is not None:
        text = text.translate(_FULL_WIDTH)
    for sign, pattern, read in _FORMS:
        if sign.search(text) is None:
            continue
        if (match := pattern.search(text)) is not None and (day := read(match)) is not None:
            return day, match.start(), match.end() + text.startswith("日", match.end())
    return None


def read_declared(value: str) -> date | None:
    """Return the date of a meta tag or JSON-LD field; UTC is taken to China's clock.

    >>> read_declared("2021-07-11T18:05:00Z"), read_declared("20210712"), read_declared("Mon, 12 Jul 2021 08:00")
    (datetime.date(2021, 7, 12), datetime.date(2021, 7, 12), datetime.date(2021, 7, 12))
    """
    return (_read_declared if len(value) <= _CACHED_CHARS else _read_declared.__wrapped__)(value)


_CACHED_CHARS = 40  # documents of one day or one page come together, and declare it alike


@lru_cache(1 << 12)
def _read_declared(value: str) -> date | None:
    found = None if value.isdecimal() else find_date(value)
    if found is not None:
        clock = _UTC.search(value)
        late = clock is not None and int(clock.group(1)) + CHINA_HOURS >= 24
        return found[0] + timedelta(days=1) if late else found[0]
    if (match := _COMPACT.search(value)) is not None:
        return _day(*match.groups())
    return None


def read_url(url: str) -> date | None:
    """Return the date in an address: /2021/07/12/, /2021-07/12/, /202107/12/, t20210712_.

    >>> read_url("http://news.example.cn/2021-07/12/c_1127.htm"), read_url("http://example.cn/id/20211712")
    (datetime.date(2021, 7, 12), None)
    """
    match = _URL.search(url)
    return None if match is None else _day(match["y"], match["m"], match["d"])


_URL = re.compile(
    r"(?<!\d)(?P<y>(?:19[89]|20[0-4])\d)(?P<s>[-/_]?)(?P<m>0[1-9]|1[0-2])[-/_]?(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)


def _ymd(match: re.Match[str]) -> date | None:
    return _day(match["y"], match["m"], match["d"])


def _han(match: re.Match[str]) -> date | None:
    year = 0
    for character in match[1]:
        year = year * 10 + _DIGITS[character]
    return _day(year, _number(match[2]), _number(match[3]))


def _era(match: re.Match[str]) -> date | None:
    return _day(int(match[1]) + 1911, match[2], match[3])


def _numeric(match: re.Match[str]) -> date | None:
    """Read 12/07/2021: by the value above 12, by the American clock; otherwise it is ambiguous."""
    first, second = int(match[1]), int(match[2])
    if first == second or second > 12 or (match["clock"] and first <= 12):
        return _day(match[3], first, second)
    return _day(match[3], second, first) if first > 12 else None


def _english(match: re.Match[str]) -> date | None:
    day = match["d1"] or match["d2"]
    return _day(match["y"], _MONTHS.index(match["m"].lower()[:3]) + 1, day) if day else None


# Before each form what it has in any case, which is found sooner.
_FORMS = (
    (re.compile(r"[12][09]\d\d\s{0,2}[-/.年_]"), _YMD, _ymd),
    (re.compile(r"[一二][一二三四五六七八九〇零○Ｏ0]{3}年"), _HAN, _han),
    (re.compile(r"民[国國]"), _ERA, _era),
    (re.compile(r"[/.][12][09]\d\d"), _NUMERIC, _numeric),
    (re.compile(r"\s[12][09]\d\d\b"), _ENGLISH, _english),
)


def _number(text: str) -> int:
    """Return 1 to 39 from Chinese numerals: 七, 十二, 二十, 三十一."""
    if "十" not in text:
        return _DIGITS[text] if len(text) == 1 else 0
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


@lru_cache(1 << 12)
def _day(year: int | str, month: int | str, day: int | str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None  # 31 June and its like
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
