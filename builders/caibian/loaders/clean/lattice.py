"""The beam search that reads a damaged stretch again as GBK bytes, without what the mirror inserted.

Removing an insertion from the bytes and decoding again from the last whole character is all there is to it; the
search is for the bytes that a decoder lost. A parse is one choice of them. Parses that get out of step turn all
that follows into rare characters, so few survive a character or two.
"""

import heapq
import math
import re
from collections.abc import Iterable, Iterator

from caibian.loaders.clean import gbk, likelihood, script
from caibian.loaders.clean.parses import (
    BEAM,
    Context,
    Link,
    Parse,
    Run,
    by_score,
    choose,
    likely_codes,
    pair_scores,
    prune,
)
from caibian.loaders.clean.readings import BRACKETED, EATEN, FIRST_LETTER, LETTERS, WIDE

_TOKEN = re.compile(rf"(?P<inserted>{BRACKETED})|(?P<eaten>{EATEN})|(?P<wide>{WIDE})|(?P<lost>[?\ufffd])|.", re.S)
_GOES_ON = re.compile(rf"{BRACKETED}|[?\ufffd]|\n|\Z")  # a run does not end before these
_AHEAD = re.compile(r"[\u4e00-\u9fff、。，“”]{1,2}")
_LETTERS = re.compile(rf"[{LETTERS}]+")
_UNOPENED = re.compile(r"[^()\n]{0,60}\)")
_FOLDABLE = frozenset(",;:!?()")
_LAST = frozenset("。！？”…")  # marks that a lost byte at the end of a text may have been

PAIRS = 4  # guesses at a character whose trail is lost together with the next lead
MAX_RUN = 2_000  # tokens; a slip ends at the first ASCII character, so a longer run is no slip
MAX_PAIRS = 300_000  # scores kept; bounds the memory
NONE, ANY = -1, 0  # instead of a pending byte: there is none; it is one that nobody has seen

# Log probabilities of what the observed signs can be. Only their order of magnitude matters: a wrong parse
# turns everything behind it into rare characters, at some 8 nats each.
_INSERTED = -0.5
_UNSEEN_BYTE = -9.0  # a decoder that shows nothing for a broken byte
_LOST_BYTE = -3.0
_LOST_LEAD = -8.0
_LOST_PAIR = -12.0
_LITERAL = {"inserted": -14.0, "eaten": -18.0, "wide": -18.0, "?": -5.0, "\ufffd": -14.0}
_LITERAL_INJECTED = 12.0  # what makes all of these less likely on a page that is known to be annotated
_ODD = -7.0  # a Latin letter, a bracket or `?` within Han
_TWICE = -4.0  # an ASCII character was swallowed just before another lost byte
_KNOWN = 2.0  # the page annotates this character elsewhere, with this reading
_UNKNOWN = -3.0  # the page shows this character without a reading elsewhere
_NOT_CONVERTED = -5.0  # mirrors annotate what they converted
_OTHER_SCRIPT = -4.0  # a Simplified character on a converted page
_DUE = 5.0  # a character that the page annotates everywhere else stands without its reading
_NO_END = -14.0  # a text ends in a comma


class Lattice:
    """Reads damaged stretches of one page."""

    def __init__(self, context: Context) -> None:
        """Keep the page's evidence; loads the model of likelihood."""
        self.context = context
        self.model = likelihood.load()
        self.codes = gbk.codes()
        self.characters = gbk.characters()
        self.listed = gbk.listed()
        self.simple = script.simple_forms()
        self.foreign = script.simplified_only() if context.converted else frozenset()
        self.trails, self.leads = likely_codes()
        self.injected = context.readings.injected
        self.pairs = pair_scores(context.converted)
        evidence = context.readings
        bare = len((evidence.plain & script.traditional_characters()) - evidence.annotated.keys())
        self.due = math.log((len(evidence.annotated) + bare + 1) / (bare + 1))

    def read(self, text: str, start: int, sign: int, before: str = "") -> Run | None:
        """Return the most likely reading of the text from `start`, with a sign of a slip that ends at `sign`.

        `before` is the character before `start`. None: no reading fits.
        """
        wide = self.context.folded and before in _FOLDABLE
        code = 0xA380 + ord(before) if wide else self.codes.get(before, 0)
        beam = [Parse(0.0, NONE, code, before, None)]
        literal, last, end = 0.0, before, start
        for count, match in enumerate(_TOKEN.finditer(text, start)):
            piece = match[0]
            if piece == "\n" or count > MAX_RUN:
                break
            end = match.end()
            beam = self._shown(beam, piece) if match.lastgroup is None else self._branch(beam, match)
            if not beam:
                return None
            if match.lastgroup is None:
                literal += self._score(last, piece)
            else:
                literal += _ODD * len(piece)
            last = piece[-1]
            whole = all(parse.pending == NONE for parse in beam)
            if whole and end >= sign and not _GOES_ON.match(text, end):
                return self._settle(beam, text, end, literal)
        beam = [new for parse in beam for new in self._finish(parse)]
        return choose(beam, [parse.score for parse in beam], end, literal) if beam else None

    def _settle(self, beam: list[Parse], text: str, end: int, literal: float) -> Run:
        """Return the best parse in view of the characters that follow."""
        ahead = _AHEAD.match(text, end) if len(beam) > 1 else None
        follows = ahead[0] if ahead else ""
        scores = []
        for parse in beam:
            pairs = zip(parse.last + follows, follows, strict=False)
            scores.append(parse.score + sum(self._score(a, b) for a, b in pairs))
        return choose(beam, scores, end, literal)

    def _finish(self, parse: Parse) -> Iterator[Parse]:
        """Yield the parses at the end of the line, where the last byte may be gone."""
        for new in self._guess(parse) if parse.pending != NONE else (parse,):
            shown = new.text is None or not new.text.guessed
            ends = shown or new.last in _LAST or "\u4e00" <= new.last <= "\u9fff"
            yield new if ends else new._replace(score=new.score + _NO_END)

    def _shown(self, beam: list[Parse], piece: str) -> list[Parse]:
        """Return the parses behind a character that was decoded, rightly or one byte off."""
        code = self.codes.get(piece)
        new: list[Parse] = []
        for parse in beam:
            if code is not None:
                new += self._bytes(parse, code >> 8, code & 0xFF)
            elif piece < "\x80":
                new += self._ascii(parse, piece)
            elif parse.pending == NONE:
                new.append(self._add(parse, piece, 0))
        return prune(new)

    def _branch(self, beam: list[Parse], match: re.Match[str]) -> list[Parse]:
        """Return the parses behind an inserted reading or a place where bytes are lost."""
        piece, kind = match[0], match.lastgroup or ""
        step = {"inserted": self._inserted, "eaten": self._eaten, "wide": self._wide}.get(kind)
        new: list[Parse] = []
        for parse in beam:
            new += step(parse, piece) if step else self._lost(parse, match)
            if parse.pending == NONE:
                text = parse.text
                for character in piece:
                    text = Link(character, text)
                cost = _LITERAL[kind if step else piece] - (_LITERAL_INJECTED if self.injected and step else 0.0)
                new.append(Parse(parse.score + cost, NONE, 0, piece[-1], text, lost=parse.lost))
        return prune(new)

    def _ascii(self, parse: Parse, piece: str) -> Iterator[Parse]:
        byte = ord(piece)
        if parse.pending == NONE:
            wide = self.context.folded and piece in _FOLDABLE
            yield self._add(parse, piece, (0xA380 + byte) if wide else byte)
            return
        if byte >= 0x40:
            yield from self._pair(parse, byte)
        elif self.context.drops:
            for new in self._guess(parse):
                yield self._add(new._replace(score=new.score + _UNSEEN_BYTE), piece, byte)
        if self.context.folded and "!" <= piece <= "~":
            yield from self._bytes(parse, 0xA3, byte + 0x80)

    def _bytes(self, parse: Parse, lead: int, trail: int) -> Iterable[Parse]:
        if parse.pending == NONE:
            return (self._add(parse, self.characters[lead << 8 | trail], lead << 8 | trail),)
        paired = self._pair(parse, lead)
        if trail >= 0x80:
            return [new._replace(pending=trail, before=(lead << 8 | trail)) for new in paired]
        return [self._add(new, chr(trail), trail) for new in paired]  # an ASCII character behind the slip

    def _pair(self, parse: Parse, trail: int) -> Iterable[Parse]:
        """Return the parses where the trail completes the pending byte."""
        if parse.pending == ANY:
            return self._best(parse, self.leads[trail])
        code = parse.pending << 8 | trail
        character = self.characters.get(code)
        return (self._add(parse, character, code),) if character is not None else ()

    def _inserted(self, parse: Parse, piece: str) -> Iterator[Parse]:
        reading = _reading(piece)
        character = self.characters.get(parse.before, "")
        if reading in self.listed.get(character, ()):
            yield self._annotate(parse, character, reading)
        else:
            for new in self._unseen(parse, reading):
                yield new._replace(score=new.score + _UNSEEN_BYTE)

    def _eaten(self, parse: Parse, piece: str) -> Iterator[Parse]:
        return self._unseen(parse, _reading(piece))

    def _wide(self, parse: Parse, piece: str) -> Iterator[Parse]:
        """Yield the parses behind a reading in full-width brackets that was read one byte off."""
        reading = FIRST_LETTER[piece[1]] + _reading(piece[2:])
        code = self.codes.get(piece[0], 0)
        if piece[0] in "?\ufffd":
            yield from self._unseen(parse, reading)
        elif code & 0xFF == 0xA3:
            character = self.characters.get((parse.before & 0xFF) << 8 | code >> 8, "")
            if reading in self.listed.get(character, ()):
                for new in self._byte(parse, code >> 8):
                    yield self._annotate(new, character, reading)

    def _unseen(self, parse: Parse, reading: str) -> Iterator[Parse]:
        """Yield the parses where one unseen byte completes a character with this reading."""
        for lead in gbk.LEADS if parse.pending == ANY else (parse.before & 0xFF,):
            known = parse._replace(pending=lead) if parse.pending == ANY else parse
            for trail in gbk.trails_by_reading().get((lead, reading), ()):
                for new in self._byte(known, trail):
                    yield self._annotate(new, self.characters[lead << 8 | trail], reading)

    def _byte(self, parse: Parse, byte: int) -> Iterable[Parse]:
        if parse.pending != NONE:
            return self._pair(parse, byte)
        if byte < 0x81:  # a trail that begins no character: then this is no slip
            return ()
        return (parse._replace(pending=byte, before=(parse.before << 8 | byte) & 0xFFFF),)

    def _annotate(self, parse: Parse, character: str, reading: str) -> Parse:
        """Return the parse behind the reading of the character that its last two bytes are."""
        evidence = self.context.readings
        shown = evidence.annotated.get(character)
        if shown is not None:
            cost = _INSERTED + (_KNOWN if shown == reading else _UNKNOWN)
        else:
            cost = _INSERTED + (0.0 if character in self.simple else _NOT_CONVERTED)
            cost += _UNKNOWN if character in evidence.plain else 0.0
        if parse.pending == NONE:
            cost += parse.due
        return parse._replace(score=parse.score + cost, split=parse.pending != NONE, due=0.0)

    def _lost(self, parse: Parse, match: re.Match[str]) -> Iterator[Parse]:
        """Yield the parses where `?` or U+FFFD stands for a lost byte, or for two."""
        if parse.pending == NONE:
            yield parse._replace(pending=ANY, before=0, score=parse.score + _LOST_LEAD)
            return
        if self.context.folded:
            yield from self._bytes(parse, 0xA3, 0xBF)
        if parse.pending == ANY:
            return
        guesses = list(self._guess(parse))
        mark = self._swallowed(match)
        twice = match.string[match.end() : match.end() + 1] == "?"
        for new in guesses:
            if mark:
                score = new.score + (_TWICE if twice else 0.0)
                yield new._replace(score=score, last=mark, before=0, due=0.0, text=Link(mark, new.text))
            if not mark or twice:
                yield new
        for new in heapq.nlargest(PAIRS, guesses, key=by_score):
            yield new._replace(pending=ANY, before=0, score=new.score + _LOST_PAIR)
        for new in self._pair(parse, 0x80):  # no lead byte: decoders lose it with or without the one behind it
            yield new
            yield new._replace(pending=ANY, before=0)

    def _swallowed(self, match: re.Match[str]) -> str:
        """Return what stands for an ASCII character that was swallowed with the byte: `(` where it is missing."""
        text, at = match.string, match.end()
        follows = text[at : at + 1]
        if not self.context.swallows or match[0] != "?" or follows <= " " or follows in "。！？":
            return ""  # before a mark, what was swallowed is what the mirror put there
        return "(" if _UNOPENED.match(text, at) else "?"

    def _guess(self, parse: Parse) -> list[Parse]:
        """Return the best parses where a lost trail completes the pending byte."""
        if parse.pending == ANY:
            return []
        return [
            new._replace(score=new.score + _LOST_BYTE, text=Link(new.last, parse.text, True), lost=parse.lost + 1)
            for new in self._best(parse, self.trails[parse.pending])
        ]

    def _best(self, parse: Parse, codes: list[int]) -> list[Parse]:
        """Return the best parses that go on with a character of these codes."""
        last, characters = parse.last, self.characters
        scores = [(self._score(last, characters[code]) - self._due(characters[code]), code) for code in codes]
        return [self._add(parse, characters[code], code) for _, code in heapq.nlargest(BEAM, scores)]

    def _add(self, parse: Parse, character: str, code: int) -> Parse:
        due = 0.0 if parse.split else self._due(character)
        score = parse.score + self._score(parse.last, character) - due
        before = code if code > 0xFF else (parse.before << 8 | code) & 0xFFFF
        return Parse(score, NONE, before, character, Link(character, parse.text), due, False, parse.lost)

    def _due(self, character: str) -> float:
        """Return what it costs that the character stands without a reading."""
        if character not in self.simple or character in self.context.readings.plain:
            return 0.0
        return _DUE if character in self.context.readings.annotated else self.due

    def _score(self, before: str, character: str) -> float:
        pair = before + character
        score = self.pairs.get(pair)
        if score is None:
            score = self.model.after(self.simple.get(before, before), self.simple.get(character, character))
            score += _OTHER_SCRIPT if character in self.foreign else 0.0
            if len(self.pairs) > MAX_PAIRS:
                self.pairs.clear()
            self.pairs[pair] = score
        return score


def _reading(piece: str) -> str:
    found = _LETTERS.search(piece)
    return found[0] if found else ""
