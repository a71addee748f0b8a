"""The beam search that reads a damaged stretch again as GBK bytes, without what the mirror inserted."""

import heapq
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from caibian.loaders.clean import gbk, script
from caibian.loaders.clean.likelihood import Likelihood
from caibian.loaders.clean.readings import BRACKETED, LETTERS, Evidence

# A full-width bracket A3A8 read one byte off swallows the first letter of the reading: A8 and a to z.
_FIRST_LETTER = {bytes((0xA8, letter)).decode("gb18030"): chr(letter) for letter in range(0x61, 0x7B)}
FIRST_LETTERS = "".join(_FIRST_LETTER)
_EATEN_BRACKET = rf"[?\ufffd]\s?[(（]?\s?[{LETTERS}]{{1,6}}\s?[)）]"
_TOKEN = re.compile(rf"(?P<inserted>{BRACKETED})|(?P<eaten>{_EATEN_BRACKET})|(?P<wide>.[{FIRST_LETTERS}][{LETTERS}]{{0,5}}\s?）)|(?P<one>.)", re.S)
_FOLDABLE = frozenset(",;:!?()")
_LAST = frozenset("。！？”’）》…")  # marks that a text may end in
_INSERTED_NEXT = re.compile(f"{BRACKETED}|{_EATEN_BRACKET}")
_UNOPENED = re.compile(r"[^()\n]{0,60}\)")
_AHEAD = re.compile(r"[\u4e00-\u9fff、-〕“”]{1,2}")
_LETTERS = re.compile(rf"[{LETTERS}]+")

CONFIDENCE = 0.5  # a guess at a lost byte that is more often wrong than right is not made
BEAM = 24  # parses kept; more did not change one paragraph of 2,000
PAIRED = 4  # guesses at a character whose trail is lost together with the next lead
GAP = 30.0  # a parse that is e**30 times less likely than the best is dropped
MAX_RUN = 2_000  # tokens; a slip ends at the first ASCII character, so a longer run is no slip

# Log probabilities of what the observed signs can be. Only their order of magnitude matters: a wrong parse
# turns everything behind it into rare characters, at some 8 nats each.
_INSERTED = -0.5
_EATEN = -0.5
_UNSEEN_BYTE = -9.0
_LITERAL_READING = -14.0
_LITERAL_EATEN = -18.0
_LITERAL_LOST = {"?": -5.0, "\ufffd": -14.0}
ANY = 0  # pending byte that nobody has seen
_LOST_BYTE = -3.0
_LOST_PAIR = -12.0
_KNOWN = 2.0  # the page annotates this character elsewhere, with this reading
_UNKNOWN = -3.0  # the page shows this character without a reading elsewhere
_NOT_CONVERTED = -5.0  # mirrors annotate what they converted
_OTHER_SCRIPT = -4.0  # a Simplified character on a converted page
_END = -1.0
_DUE = 5.0  # a character that the page annotates everywhere else stands without its reading


class Parse(NamedTuple):
    """One reading of the bytes so far."""

    score: float
    pending: int  # lead byte that waits for its trail, or -1
    before: int  # the two bytes before this place, insertions left out
    last: str  # the character before this place
    due: float  # what the last character costs unless its reading follows
    split: bool  # an insertion stands between the pending byte and its trail
    text: "Link | None"
    lost: int  # places where information is gone and the best guess is weak


class Link(NamedTuple):
    """The characters of a parse, last first, shared between parses."""

    character: str
    back: "Link | None"
    guessed: bool = False  # a byte of it is lost


@dataclass(frozen=True, slots=True)
class Context:
    """What the page around a damaged stretch shows."""

    readings: Evidence
    converted: bool = True  # the page is in Traditional characters
    folded: bool = False  # full-width punctuation was folded to ASCII
    drops: bool = False  # the decoder shows nothing for a broken byte
    swallows: bool = True  # the decoder showed `?` for a broken lead byte and the ASCII character behind it


class Run(NamedTuple):
    """A stretch read again: it ends at `end` of the searched text."""

    text: str
    end: int
    gain: float
    lost: int


class Lattice:
    """Reads damaged stretches of one page."""

    def __init__(self, model: Likelihood, context: Context) -> None:
        """Keep the model of likelihood and the page's evidence."""
        self.model = model
        self.context = context
        self.evidence = evidence = context.readings
        self.codes = gbk.codes()
        self.characters = gbk.characters()
        self.simple = script.simple_forms()
        self.simplified_only = script.simplified_only() if context.converted else frozenset()
        bare = len(evidence.plain & self.simple.keys() - evidence.annotated.keys())
        self.due = math.log((len(evidence.annotated) + bare + 1) / (bare + 1))

    def read(self, text: str, start: int, sign: int, before: str = "") -> Run | None:
        """Return the most likely reading of the text from `start`, with a sign of a slip that ends at `sign`."""
        beam = [Parse(0.0, -1, self.codes.get(before, 0), before, 0.0, False, None, 0)]
        literal, end = 0.0, start
        last = before
        for count, match in enumerate(_TOKEN.finditer(text, start)):
            token = match[0]
            if token == "\n" or count > MAX_RUN:
                break
            end = match.end()
            beam = self._prune([new for parse in beam for new in self._step(parse, match)])
            if not beam:
                return None
            for character in token:
                literal += self._score(last, character)
                last = character
            if end >= sign and not _INSERTED_NEXT.match(text, end) and all(parse.pending < 0 for parse in beam):
                return self._settle(beam, text, end, literal)
        beam = self._prune([new for parse in beam for new in self._finish(parse)])
        if not beam:
            return None
        return _choose(beam, [parse.score for parse in beam], end, literal)

    def _settle(self, beam: list[Parse], text: str, end: int, literal: float) -> Run:
        """Return the best parse in view of the characters that follow."""
        ahead = _AHEAD.match(text, end)
        follows = ahead[0] if ahead else ""
        scores = [parse.score + self._follow(parse.last, follows) for parse in beam]
        return _choose(beam, scores, end, literal)

    def _follow(self, last: str, follows: str) -> float:
        return sum(self._score(before, after) for before, after in zip(last + follows, follows, strict=False))

    def _step(self, parse: Parse, match: re.Match[str]) -> Iterator[Parse]:
        token = match[0]
        if match["inserted"]:
            yield from self._inserted(parse, token)
        elif match["eaten"]:
            yield from self._eaten(parse, token)
        elif match["wide"]:
            yield from self._wide(parse, token)
        elif token in _LITERAL_LOST:
            yield from self._lost(parse, match)
        else:
            yield from self._shown(parse, token)

    def _shown(self, parse: Parse, token: str) -> Iterator[Parse]:
        code = self.codes.get(token)
        if code is not None:
            yield from self._bytes(parse, code >> 8, code & 0xFF, token)
        elif token < "\x80":
            byte = ord(token)
            if parse.pending < 0:
                folded = self.context.folded and token in _FOLDABLE
                yield self._add(parse, token, (0xA300 | byte + 0x80) if folded else byte, -1)
            elif byte >= 0x40:
                yield from self._pair(parse, byte)
            elif self.context.drops:
                for new in self._trails(parse):
                    yield self._add(new._replace(score=new.score + _UNSEEN_BYTE), token, byte, -1)
            if parse.pending >= 0 and self.context.folded and "!" <= token <= "~":
                yield from self._bytes(parse, 0xA3, byte + 0x80, chr(byte + 0xFEE0))
        elif parse.pending < 0:
            yield self._add(parse, token, 0, -1)

    def _bytes(self, parse: Parse, lead: int, trail: int, token: str) -> Iterator[Parse]:
        if parse.pending < 0:
            yield self._add(parse, token, lead << 8 | trail, -1)
        else:
            for paired in self._pair(parse, lead):
                if trail >= 0x80:
                    yield paired._replace(pending=trail, before=(paired.before << 8 | trail) & 0xFFFF)
                else:
                    yield self._add(paired, chr(trail), trail, -1)

    def _pair(self, parse: Parse, trail: int) -> Iterator[Parse]:
        if parse.pending == ANY:
            known = (parse._replace(pending=lead) for lead in gbk.LEADS)
            paired = (new for one in known for new in self._pair(one, trail))
            yield from heapq.nlargest(BEAM, paired, key=_by_score)
            return
        character = self.characters.get(parse.pending << 8 | trail)
        if character is not None:
            yield self._add(parse, character, parse.pending << 8 | trail, -1)

    def _inserted(self, parse: Parse, token: str) -> Iterator[Parse]:
        reading = _reading(token)
        character = self.characters.get(parse.before, "")
        if reading in gbk.listed().get(character, ()):
            score = parse.score + _INSERTED + self._table(character, reading)
            if parse.pending < 0:
                score += parse.due
            yield parse._replace(score=score, split=parse.pending >= 0, due=0.0)
        else:
            for new in self._unseen(parse, reading):
                yield new._replace(score=new.score + _UNSEEN_BYTE)
        if parse.pending < 0:
            yield self._literal(parse, token, _LITERAL_READING)

    def _eaten(self, parse: Parse, token: str) -> Iterator[Parse]:
        yield from self._unseen(parse, _reading(token))
        if parse.pending < 0:
            yield self._literal(parse, token, _LITERAL_EATEN)

    def _wide(self, parse: Parse, token: str) -> Iterator[Parse]:
        code = self.codes.get(token[0], 0)
        trail, reading = code >> 8, _FIRST_LETTER[token[1]] + _reading(token[2:])
        character = self.characters.get((parse.before & 0xFF) << 8 | trail, "")
        if token[0] in _LITERAL_LOST:
            yield from self._unseen(parse, reading)
        elif code & 0xFF == 0xA3 and reading in gbk.listed().get(character, ()):
            cost = _EATEN + self._table(character, reading)
            for new in self._byte(parse, trail):
                yield new._replace(score=new.score + cost, split=new.pending >= 0, due=0.0)
        if parse.pending < 0:
            yield self._literal(parse, token, _LITERAL_EATEN)

    def _unseen(self, parse: Parse, reading: str) -> Iterator[Parse]:
        """Yield the parses where one unseen byte completes a table character with this reading."""
        lead = parse.before & 0xFF
        if parse.pending == ANY:
            for lead in gbk.LEADS:
                yield from self._unseen(parse._replace(pending=lead, before=lead), reading)
            return
        for trail in gbk.trails_by_reading().get((lead, reading), ()):
            cost = _EATEN + self._table(self.characters[lead << 8 | trail], reading)
            for new in self._byte(parse, trail):
                if new.pending < 0:
                    cost += new.due
                yield new._replace(score=new.score + cost, split=new.pending >= 0, due=0.0)

    def _byte(self, parse: Parse, byte: int) -> Iterator[Parse]:
        if parse.pending >= 0:
            yield from self._pair(parse, byte)
        elif byte >= 0x81:
            yield parse._replace(pending=byte, before=(parse.before << 8 | byte) & 0xFFFF)
        # a trail below 0x81 cannot begin a character: then this is no slip

    def _lost(self, parse: Parse, match: re.Match[str]) -> Iterator[Parse]:
        token = match[0]
        if parse.pending < 0:
            yield self._literal(parse, token, _LITERAL_LOST[token])
            yield parse._replace(pending=ANY, before=0, score=parse.score + _LOST_BYTE - 4.8)
            return
        follows = match.string[match.end() : match.end() + 1]
        if self.context.folded:
            yield from self._bytes(parse, 0xA3, 0xBF, "？")
        mark = _mark(match.string, match.end()) if self.context.swallows and token == "?" and follows > " " else ""
        if follows in "。！？" and follows:
            mark = ""  # what was swallowed stood for the mirror's match of this mark
        for new in self._trails(parse):
            yield self._gone(new, mark) if mark else new
        for first in heapq.nlargest(PAIRED, self._trails(parse), key=_by_score):
            yield first._replace(pending=ANY, before=0, score=first.score + _LOST_PAIR)
        for first in self._pair(parse, 0x80):  # no lead byte: decoders lose it with or without the one behind it
            yield first
            yield first._replace(pending=ANY, before=0)

    def _trails(self, parse: Parse) -> Iterator[Parse]:
        """Yield the parses where an unseen trail completes the pending character."""
        for trail in gbk.TRAILS if parse.pending != ANY else ():
            for new in self._pair(parse, trail):
                guess = Link(new.last, parse.text, guessed=True)
                yield new._replace(score=new.score + _LOST_BYTE, lost=new.lost + 1, text=guess)

    def _gone(self, parse: Parse, mark: str) -> Parse:
        """Add the mark of an ASCII character that the decoder swallowed."""
        return parse._replace(last=mark, before=0, due=0.0, text=Link(mark, parse.text))

    def _finish(self, parse: Parse) -> Iterator[Parse]:
        if parse.pending < 0:
            yield parse
            return
        for new in self._trails(parse):
            yield new._replace(score=new.score + _END + (0.0 if new.last in _LAST or "\u4e00" <= new.last else _LITERAL_READING))

    def _table(self, character: str, reading: str) -> float:
        shown = self.evidence.annotated.get(character)
        if shown is not None:
            return _KNOWN if shown == reading else _UNKNOWN
        score = 0.0 if character in self.simple else _NOT_CONVERTED
        return score + _UNKNOWN if character in self.evidence.plain else score

    def _add(self, parse: Parse, character: str, code: int, pending: int) -> Parse:
        due = 0.0 if parse.split else self._due(character)
        score = parse.score + self._score(parse.last, character) - due
        before = code if code > 0xFF else (parse.before << 8 | code) & 0xFFFF
        return Parse(score, pending, before, character, due, False, Link(character, parse.text), parse.lost)

    def _due(self, character: str) -> float:
        if character in self.evidence.annotated:
            return 0.0 if character in self.evidence.plain else _DUE
        if character in self.simple and character not in self.evidence.plain:
            return self.due
        return 0.0

    def _score(self, before: str, character: str) -> float:
        score = self.model.after(self.simple.get(before, before), self.simple.get(character, character))
        return score + _OTHER_SCRIPT if character in self.simplified_only else score

    def _literal(self, parse: Parse, token: str, cost: float) -> Parse:
        text = parse.text
        for character in token:
            text = Link(character, text)
        return Parse(parse.score + cost, -1, 0, token[-1], 0.0, False, text, parse.lost)

    def _prune(self, beam: list[Parse]) -> list[Parse]:
        if len(beam) < 2:
            return beam
        beam = heapq.nlargest(BEAM, beam, key=_by_score) if len(beam) > BEAM else beam
        floor = max(parse.score for parse in beam) - GAP
        return [parse for parse in beam if parse.score >= floor]


def _mark(text: str, at: int) -> str:
    """Return what stands for a swallowed ASCII character: `(` where a later `)` wants it, else `?`."""
    return "(" if _UNOPENED.match(text, at) else "?"


def _by_score(parse: Parse) -> float:
    return parse.score


def _reading(token: str) -> str:
    found = _LETTERS.search(token)
    return found[0] if found else ""


def _choose(beam: list[Parse], scores: list[float], end: int, literal: float) -> Run:
    """Return the best parse; a guess that is less than CONFIDENCE likely becomes `?` and counts as lost."""
    best = max(range(len(beam)), key=scores.__getitem__)
    share = 1 / sum(math.exp(score - scores[best]) for score in scores)
    guesses = beam[best].lost > 0
    text = _spell(beam[best].text, sure=not guesses or share >= CONFIDENCE)
    return Run(text, end, beam[best].score - literal, int(guesses))


def _spell(link: Link | None, *, sure: bool) -> str:
    characters = []
    while link is not None:
        characters.append("?" if link.guessed and not sure else link.character)
        link = link.back
    return "".join(reversed(characters))
