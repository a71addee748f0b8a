"""Personal data in a text -> the same text with it masked, character for character.

A mask keeps the length, so that evidence's places, sentences and words stay where they are. Each function is linear
in the text: every repetition in its patterns is bounded.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

Kind = Literal["phone", "email", "identity_number", "private_name"]
KINDS: tuple[Kind, ...] = ("identity_number", "phone", "email", "private_name")  # the longest numbers first

_D = "[0-9０-９]"
_NOT_IN_NUMBER = r"(?<![0-9０-９A-Za-z.．])"
_ENDS = r"(?![0-9０-９A-Za-z])(?![.．][0-9０-９])"
# An amount is no phone number, whatever its digits.
_NO_AMOUNT = r"(?!\s?(?:余|多)?(?:元|万|亿|千|百|人|吨|公里|平方|亩|只|株|张|件|斤|%|％|美元))"
_GAP = r"[-－—–  ]"

_MOBILE = re.compile(
    rf"{_NOT_IN_NUMBER}(?:[+＋]?86{_GAP}?)?[1１][3-9３-９]{_D}{_GAP}?{_D}{{4}}{_GAP}?{_D}{{4}}{_ENDS}{_NO_AMOUNT}"
)
# Area codes: 010, 02x, 03xx to 09xx; a local number has seven or eight digits and starts with 2 to 9.
_LANDLINE = re.compile(
    rf"{_NOT_IN_NUMBER}[(（]?[0０](?:[1１][0０]|[2２]{_D}|[3-9３-９]{_D}{{2}})(?:[)）]|{_GAP}){{0,2}}"
    rf"[2-9２-９]{_D}{{6,7}}(?:[-－转]{_D}{{1,6}})?{_ENDS}{_NO_AMOUNT}"
)
# Without an area code, only where the text says that it is a telephone number.
_LOCAL = re.compile(
    rf"(?:电话|热线|传真|手机|联系方式|咨询|Tel|TEL|tel)(?:号码|号)?(?:为|是)?[:：\s]{{0,3}}"
    rf"([2-9２-９]{_D}{{6,7}}){_ENDS}{_NO_AMOUNT}"
)
_LONGEST_LOCAL_PART = 64  # RFC 5321
_LOCAL_PART = re.compile(r"[A-Za-z0-9._%+-]{1,64}$")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}")

_IDENTITY = re.compile(rf"(?<![0-9０-９A-Za-z])(?:{_D}{{17}}[0-9０-９XxＸｘ]|{_D}{{15}})(?![0-9０-９A-Za-z])")
_ID_CONTEXT = 12  # characters before a number in which 身份证 makes it one without a valid check digit
_HALF = str.maketrans("０１２３４５６７８９Ｘｘx", "0123456789XXX")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_CHECK_DIGITS = "10X98765432"
_PROVINCES = {
    *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43"),
    *("44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83", "91"),
}

# After these words comes a person who is in the news by chance, and not by office.
_ROLE = (
    "(?:村民|居民|市民|群众|网民|业主|住户|农户|果农|菜农|茶农|养殖户|种植户|脱贫户|贫困户|低保户|五保户|游客|乘客|车主"
    "|家长|患者|伤者|死者|受害人|被害人|嫌疑人|被告人|当事人|报案人|租客|储户)(?:代表)?"
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱郭林罗宋郑谢韩唐冯董袁邓傅沈彭吕卢蒋"
    "蔡贾魏薛叶阎潘杜汪姜姚谭廖邹熊陆郝崔邱秦侯邵孟汤尹黎赖龚樊殷闫"
)
# These are common words as well; they are names only where somebody speaks, or is described in brackets.
_SURNAMES_AND_WORDS = "高马梁程曹许曾苏丁任卢钟田范方石余金夏孔白康毛江史顾龙万段雷钱易常武乔贺文何戴"
_NOT_IN_NAME = "说称讲道的地得了着过不们是在有就都也很更又还个这那我你他她它等被把对因为从到去"
# 王先生 names nobody: such an address after a surname is no given name.
_ADDRESS = "先生|女士|小姐|大爷|大妈|大娘|大叔|大姐|大哥|阿姨|师傅|老师|奶奶|爷爷|医生|某"
_GIVEN = f"(?:(?!{_ADDRESS})[\u4e00-\u9fff](?<![{_NOT_IN_NAME}]))"
_SPEAKS = "说|告诉|表示|介绍|回忆|感慨|坦言|笑着|激动|高兴地"
_FOLLOWS = (
    rf"(?=[^\u4e00-\u9fff]|$|{_SPEAKS}|一家|家里|家中|家的"
    "|[称在向的是正等和与及因于被对将把从来为到也都就])"
)
_NAME = re.compile(
    f"{_ROLE}(?:([{_SURNAMES}]{_GIVEN}{{2}}){_FOLLOWS}|([{_SURNAMES}]{_GIVEN}){_FOLLOWS}"
    f"|([{_SURNAMES_AND_WORDS}]{_GIVEN}{{1,2}})(?={_SPEAKS}|[(（]))"
)
_AFTER = re.compile(_FOLLOWS)
_FULL_NAME = 3  # characters; a name of two is masked elsewhere only where it ends as a name does


def mask_texts(texts: Sequence[str], kinds: Iterable[Kind]) -> list[str]:
    """Return the texts of one document with the personal data of these kinds masked, each as long as it was.

    A name that is found in one of them is masked in all.

    >>> mask_texts(["村民王小明说，电话13812345678"], ["phone", "private_name"])
    ['村民王某某说，电话***********']
    """
    chosen = set(kinds)
    for kind in KINDS:
        if kind == "private_name" and kind in chosen:
            texts = _mask_names(texts)
        elif kind in chosen:
            texts = [_MASKS[kind](text) for text in texts]
    return list(texts)


def mask_phones(text: str) -> str:
    """Return `text` with mobile and landline numbers masked; public short numbers such as 12345 stay."""
    for pattern in (_MOBILE, _LANDLINE):
        text = pattern.sub(lambda found: _hide(found[0]), text)
    return _LOCAL.sub(lambda found: found[0].replace(found[1], _hide(found[1])), text)


def mask_emails(text: str) -> str:
    """Return `text` with e-mail addresses masked but for their @."""
    start = text.find("@")
    masked = list(text)
    while start >= 0:
        local = _LOCAL_PART.search(text, max(0, start - _LONGEST_LOCAL_PART), start)
        domain = _DOMAIN.match(text, start + 1)
        if local and domain:
            masked[local.start() : start] = "*" * (start - local.start())
            masked[start + 1 : domain.end()] = "*" * len(domain[0])
        start = text.find("@", start + 1)
    return "".join(masked)


def mask_identity_numbers(text: str) -> str:
    """Return `text` with identity numbers masked: valid ones, and any that the text calls one."""
    return _IDENTITY.sub(_mask_identity, text)


def _mask_identity(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - _ID_CONTEXT) : found.start()]
    if "身份证" in before or is_identity_number(found[0]):
        return "*" * len(found[0])
    return found[0]


def is_identity_number(number: str) -> bool:
    """Return whether 18 characters have a province, a date of birth and the check digit of an identity number."""
    number = number.translate(_HALF)
    if len(number) != 18 or number[:2] not in _PROVINCES:
        return False
    try:
        datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECK_DIGITS[total % 11] == number[17]


def _mask_names(texts: Sequence[str]) -> list[str]:
    names = {next(filter(None, found.groups())) for text in texts for found in _NAME.finditer(text)}
    return [_mask_known(text, names) for text in texts] if names else list(texts)


def _mask_known(text: str, names: set[str]) -> str:
    """Return `text` with all of `names` masked where they stand, in one pass over its characters."""
    surnames = {name[0] for name in names}
    masked = list(text)
    for start, first in enumerate(text):
        if first not in surnames:
            continue
        whole = text[start : start + _FULL_NAME]
        if len(whole) == _FULL_NAME and whole in names:
            masked[start + 1 : start + _FULL_NAME] = "某" * (_FULL_NAME - 1)
        elif text[start : start + 2] in names and _AFTER.match(text, start + 2):
            masked[start + 1] = "某"
    return "".join(masked)


def _hide(number: str) -> str:
    return re.sub(_D, "*", number)


_MASKS: dict[Kind, Callable[[str], str]] = {
    "phone": mask_phones,
    "email": mask_emails,
    "identity_number": mask_identity_numbers,
}
