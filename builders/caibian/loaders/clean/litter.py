"""Take out markup litter: bogus tags, halves of tags, pictures as text, copy protection, stray dots.

Two doors: `undo` works on the text of a whole page, where evidence is counted; lines stay lines.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from caibian.loaders.clean import likelihood, script

_HAN = "\u3400-\u9fff"
# HTML ids are unique on a page; a mirror stamps one random id on many tags of any name.
_TAG = re.compile(r"<([a-z][a-z0-9]{0,11}) id=\"([a-z0-9]{4,8})\">")
_ELEMENTS = frozenset(
    "a abbr address article aside b body br button caption cite code col dd del div dl dt em fieldset figure font"  # noqa: SIM905
    " footer form frame h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins label legend li link main map"
    " menu meta nav object ol optgroup option p param pre q s samp script section select small span strike strong"
    " style sub sup svg table tbody td textarea tfoot th thead time title tr tt u ul video".split()
)
_HALF = re.compile(
    r"(?<![<A-Za-z0-9/.:=])/?(?:p|div|span|strong|font|td|tr|li|ul|table|section|center)>(?=\s|$|<|[\u3000-\u9fff])",
    re.M,
)
_HALF_SIGN = re.compile(">(?<=[pvngtdrile]>)")  # the last letters of those tags: `re` skips to the bracket
_PICTURE = re.compile(r"!\[[^\[\]\n]{0,100}\]\([^()\n]{0,2000}\)")
_DATA = re.compile(r"(?:</?image>)?data:image/[a-z+.-]{1,20};base64,[A-Za-z0-9+/=]*(?:</image>)?|</?image>")
_EMAIL = re.compile(r"\[email(?: |\u00a0)protected\]")
# Forums scatter strings like `; U" i/ B1 h& w7` between lines: tokens of a letter or digit and a sign.
_SIGN = r"[!-/:-@\[-`{-~]"
_TOKEN = rf"(?:{_SIGN}[A-Za-z0-9]?|[A-Za-z0-9]{_SIGN}|[A-Za-z][0-9]|[0-9][A-Za-z])"
_PROTECTION = re.compile(
    rf"(?<![^\s{_HAN}，。；！？”])(?:[A-Za-z0-9] )?(?:{_TOKEN} ){{3,60}}[A-Za-z0-9!-/:-@]{{1,2}}(?![^\s{_HAN}])"
)
_TOKEN_MIX = re.compile(rf"{_SIGN}[A-Za-z0-9]|[A-Za-z0-9]{_SIGN}|[A-Za-z][0-9]|[0-9][A-Za-z]")
_EMOJI = "\u2600-\u27bf\U0001f300-\U0001faff"
BETWEEN = re.compile(rf"[.{_EMOJI}](?<=[{_HAN}].)\ufe0f?(?=[{_HAN}])")
_COMMAS = re.compile(rf",(?<=[{_HAN}”）],)(?:,+|，)|，(?<=[{_HAN}”）]，),+")
_INDENT = re.compile(rf"^\s*(?:\?\?){{1,3}}(?=[{_HAN}“《])", re.M)
BROKEN = re.compile(rf"\n(?<=[{_HAN}”》]\n)\s{{0,40}}(?=、)")
_EMPTY_LINE = re.compile(r"^[ \t\u3000\u00a0]*(?:[•·◦▪*-]|\(\s*\)|（\s*）|\[\s*\]|【\s*】)[ \t\u3000\u00a0]*$", re.M)
_PROTECTED = re.compile("[!-~]{1,2} [!-~]{1,2} [!-~]{1,2} [!-~]{1,2}")
_MIN_INSIDE = 50  # occurrences in jieba's frequencies of the word that a dot splits


def undo(text: str) -> tuple[str, int]:
    """Return the text without litter, with as many lines, and how many pieces were taken out."""
    count = 0
    for token, repair in _REPAIRS:
        if token is None or token in text:
            text, found = repair(text)
            count += found
    return text, count


def undo_empty(text: str) -> tuple[str, int]:
    """Blank lines on which nothing is left but a bullet or an empty pair of brackets."""
    return _EMPTY_LINE.subn("", text)


def undo_commas(text: str, *, damaged: bool) -> tuple[str, int]:
    """Make one comma of `,,` and `，,`; a single one on a page without other damage is somebody's own."""
    if "," not in text:
        return text, 0
    repaired, count = _COMMAS.subn("，", text)
    return (repaired, count) if damaged or count > 1 else (text, 0)


def _bogus_tags(text: str) -> tuple[str, int]:
    ids = Counter(match[1] for match in _TAG.findall(text))
    bogus = {i for i, n in ids.items() if n > 1} | {i for tag, i in _TAG.findall(text) if tag not in _ELEMENTS}
    if not bogus:
        return text, 0
    names = {tag for tag, i in _TAG.findall(text) if i in bogus}
    closing = "|".join(sorted(names))
    text, opened = re.subn(rf"<(?:{closing}) id=\"(?:{'|'.join(sorted(bogus))})\">", "", text)
    text, _ = re.subn(rf"</(?:{closing})>", "", text)
    return text, opened


def _halves(text: str) -> tuple[str, int]:
    return _HALF.subn("", text) if _HALF_SIGN.search(text) else (text, 0)


def _stray(text: str) -> tuple[str, int]:
    """Take out dots and emoji that split a word of the dictionary."""
    if BETWEEN.search(text) is None:
        return text, 0
    model = likelihood.load()
    simple = script.simple_forms()

    def splits(match: re.Match[str]) -> bool:
        before, after = text[match.start() - 1], text[match.end()]
        return model.inside(simple.get(before, before) + simple.get(after, after)) >= _MIN_INSIDE

    found = [match for match in BETWEEN.finditer(text) if splits(match)]
    if len(found) < 2:  # one may be somebody's initial or mood
        return text, 0
    return _cut_out(text, found), len(found)


def _protection(text: str) -> tuple[str, int]:
    if _PROTECTED.search(text) is None:
        return text, 0
    found = [m for m in _PROTECTION.finditer(text) if len(_TOKEN_MIX.findall(m[0])) >= 0.6 * len(m[0].split())]
    if len(found) < 2 or not re.search(f"[{_HAN}]", text):
        return text, 0
    return _cut_out(text, found), len(found)


def _cut_out(text: str, found: Sequence[re.Match[str]]) -> str:
    """Return the text without what was found in it, in order."""
    starts, ends = [match.start() for match in found], [match.end() for match in found]
    return "".join(text[end:start] for end, start in zip([0, *ends], [*starts, len(text)], strict=True))


def _indents(text: str) -> tuple[str, int]:
    return _INDENT.subn("", text) if len(_INDENT.findall(text)) > 1 else (text, 0)


def _rejoin(text: str) -> tuple[str, int]:
    """Move a line that begins with 、 up to the line it belongs to; the line breaks follow it."""
    count = 0
    parts, at = [], 0
    for match in BROKEN.finditer(text):
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        if match.start() < at:
            continue
        parts += [text[at : match.start()], text[match.end() : end], "\n" * match[0].count("\n")]
        at = end
        count += 1
    return "".join([*parts, text[at:]]), count


def _without(pattern: re.Pattern[str], put: str = "") -> Callable[[str], tuple[str, int]]:
    return lambda text: pattern.subn(put, text)


_REPAIRS: tuple[tuple[str | None, Callable[[str], tuple[str, int]]], ...] = (
    ("<", _bogus_tags),
    ("![", _without(_PICTURE)),
    ("<image>", _without(_DATA)),
    ("data:image/", _without(_DATA)),
    ("[email", _without(_EMAIL)),
    (">", _halves),
    ("??", _indents),
    ("\n", _rejoin),
    (None, _stray),
    (" ", _protection),
)
