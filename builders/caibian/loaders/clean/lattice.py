"""The beam search that reads a damaged stretch again as GBK bytes, without what the mirror inserted.

Removing an insertion from the bytes and decoding again from the last whole character is all there is to it; the
search is for the bytes that a decoder lost. A parse is one choice of them. Parses that get out of step turn all
that follows into rare characters, so few survive a character or two.
"""

import heapq
import re
from collections.abc import Callable, Iterable, Iterator

from caibian.loaders.clean import gbk, swallowed
from caibian.loaders.clean.parses import BEAM, Before, Context, Link, Parse, Run, by_score, merge, prune
from caibian.loaders.clean.readings import BRACKETED, EATEN, FIRST_LETTER, LETTERS, WIDE
from caibian.loaders.clean.scores import Scores

_TOKEN = re.compile(rf"(?P<inserted>{BRACKETED})|(?P<eaten>{EATEN})|(?P<wide>{WIDE})|(?P<lost>[?\ufffd])|.", re.S)
_GOES_ON = re.compile(rf"{BRACKETED}|[?\ufffd]|\n|\Z")  # a run does not end before these
_AHEAD = re.compile(r"[\u4e00-\u9fff、。，“”《》：；0-9]{1,4}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_LETTERS = re.compile(rf"[{LETTERS}]+")
_FOLDABLE = frozenset(",;:!?()")
_FOUND_ACROSS = frozenset("！？。")
_LAST = frozenset("。！？”…")  # marks that a lost byte at the end of a text may have been

PAIRS = 4  # guesses at a character whose trail is lost together with the next lead
_GUESSING = 8  # parses that guess at a lost byte: the others are less likely than one of the guesses
MAX_RUN = 600  # tokens; a slip ends at the first ASCII character, so a longer run is no slip
_BUDGET = 8_000  # parses made, and one more a character of the page: twice what a mirror's page of 500 needs, ...
_CHOOSING = 6  # ... where weighing one by words counts as so many, for so long it takes
NONE, ANY = -1, 0  # instead of a pending byte: there is none; it is one that nobody has seen

# Log probabilities of what the observed signs can be; of them, too, only the order of magnitude matters.
_UNSEEN_BYTE = -9.0  # a decoder that shows nothing for a broken byte ...
_UNSEEN_AGAIN = -4.0  # ... on a page where it shows nothing for any
_LOST_BYTE = -3.0
_LOST_LEAD = -8.0
_LOST_BEFORE_MARK = -3.0  # ... before a mark that mirrors find across characters
_LOST_PAIR = -12.0
_LITERAL = {"inserted": -14.0, "eaten": -18.0, "wide": -18.0, "mark": -12.0, "?": -5.0, "\ufffd": -14.0}
_LITERAL_INJECTED = 12.0  # what makes all of these less likely on a page that is known to be annotated
_ODD = -7.0  # a Latin letter, a bracket or `?` within Han
_TWICE = -4.0  # an ASCII character was swallowed just before another lost byte
_NO_END = -14.0  # a text ends in a comma


class Lattice:
    """Reads damaged stretches of one page."""

    def __init__(self, page: str, context: Context) -> None:
        """Keep the page and its evidence; loads the model of likelihood."""
        self.page = page
        self.context = context
        self.scores = Scores(page, context)
        self.budget = _BUDGET + len(page)
        self.unseen = _UNSEEN_AGAIN if context.drops else _UNSEEN_BYTE
        self.codes = gbk.codes()
        self.characters = gbk.characters()
        self.listed = gbk.listed()
        self.unreadable = gbk.unassigned()
        self.narrow = _PRIVATE.search(page) is None  # the decoder has no characters there and shows `?`

    def read(self, start: int, sign: int, before: str = "", line: Callable[[], str] = str) -> Run | None:
        """Return the most likely reading of the page from `start`, with a sign of a slip that ends at `sign`.

        `before` are the characters before `start`, `line` returns more of them. None: no reading fits.
        """
        if self.budget <= 0:
            return None
        text, last = self.page, before[-1:]
        wide = self.context.folded and last in _FOLDABLE
        code = 0xA380 + ord(last) if wide and last else self.codes.get(last, 0)
        beam = [Parse(0.0, NONE, code, last, None)]
        literal, end = 0.0, start
        for count, match in enumerate(_TOKEN.finditer(text, start)):
            piece, kind = match[0], match.lastgroup
            if piece == "\n" or count > MAX_RUN:
                break
            end = match.end()
            grown = self._shown(beam, piece) if kind is None else self._branch(beam, match)
            self.budget -= len(grown)
            pruned = prune(grown)
            if not pruned:
                return None
            beam = merge(pruned)
            self.budget -= BEAM if len(beam) < len(pruned) else 0
            literal += self.scores.after(last, piece) if kind is None else _ODD * len(piece)
            last = piece[-1]
            if end >= sign and all(parse.pending == NONE for parse in beam) and not _GOES_ON.match(text, end):
                ahead = _AHEAD.match(text, end) if len(beam) > 1 or len(beam[0].heads) > 1 else None
                return self._choose(beam, Before(before, line), (start, end), literal, ahead[0] if ahead else "")
        beam = [new for parse in beam for new in self._finish(parse)]
        return self._choose(beam, Before(before, line), (start, end), literal, "") if beam else None

    def _choose(self, beam: list[Parse], before: Before, span: tuple[int, int], literal: float, follows: str) -> Run:
        self.budget -= _CHOOSING * min(BEAM, sum(len(parse.heads) for parse in beam))
        return self.scores.choose(beam, before, span, literal, follows)

    def _finish(self, parse: Parse) -> Iterator[Parse]:
        """Yield the parses at the end of the line, where the last byte may be gone."""
        for new in self._guess(parse) if parse.pending != NONE else (parse,):
            shown = new.text is None or not new.text.guessed
            ends = shown or new.last in _LAST or "\u4e00" <= new.last <= "\u9fff"
            yield new if ends else _costing(new, _NO_END)

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
        return new

    def _branch(self, beam: list[Parse], match: re.Match[str]) -> list[Parse]:
        """Return the parses behind an inserted reading or a place where bytes are lost."""
        piece, kind = match[0], match.lastgroup or ""
        step = {"inserted": self._inserted, "eaten": self._eaten, "wide": self._wide}.get(kind)
        new: list[Parse] = []
        guessing = beam if step else heapq.nlargest(_GUESSING, beam, key=by_score)
        for parse in guessing:
            new += step(parse, piece) if step else self._lost(parse, match)
        for parse in beam:
            if parse.pending == NONE:
                text = parse.text
                for character in piece:
                    text = Link(character, text)
                cost = _LITERAL[kind if step else "mark" if self._is_marked(match) else piece]
                cost -= _LITERAL_INJECTED if self.context.readings.injected and step else 0.0
                new.append(Parse(parse.score + cost, NONE, 0, piece[-1], text, heads=parse.heads))
        return new

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
                yield self._add(_costing(new, self.unseen), piece, byte)
        if self.context.folded and "!" <= piece <= "~":
            yield from self._bytes(parse, 0xA3, byte + 0x80)

    def _bytes(self, parse: Parse, lead: int, trail: int) -> Iterable[Parse]:
        code = lead << 8 | trail
        if parse.pending == NONE:
            return (self._add(parse, self.characters[code], code),)
        paired = self._pair(parse, lead)
        if self.context.drops and parse.pending != ANY:
            unseen = [*self._guess(parse, follows=lead), *self._pair(parse, 0x80)]
            unseen = [_costing(new, self.unseen) for new in unseen]
            more = [self._add(new, self.characters[code], code) for new in unseen]
            return [*more, *self._next(paired, trail, code)]
        return self._next(paired, trail, code)

    def _next(self, paired: Iterable[Parse], trail: int, code: int) -> list[Parse]:
        """Return the parses with a further byte behind a completed character."""
        if trail >= 0x80:
            return [Parse(new.score, trail, code, new.last, new.text, new.due, False, new.heads) for new in paired]
        return [self._add(new, chr(trail), trail) for new in paired]  # an ASCII character behind the slip

    def _pair(self, parse: Parse, trail: int) -> Iterable[Parse]:
        """Return the parses where the trail completes the pending byte."""
        if parse.pending == ANY:
            return self._best(parse, trail)
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
                yield _costing(new, self.unseen)

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
        score, _, before, last, characters, due, split, heads = parse
        return (Parse(score, byte, (before << 8 | byte) & 0xFFFF, last, characters, due, split, heads),)

    def _annotate(self, parse: Parse, character: str, reading: str) -> Parse:
        """Return the parse behind the reading of the character that its last two bytes are."""
        cost = self.scores.annotation(character, reading)
        if parse.pending == NONE:
            cost += parse.due
        _, pending, before, last, text, _, _, heads = parse
        return Parse(parse.score + cost, pending, before, last, text, 0.0, pending != NONE, heads)

    def _lost(self, parse: Parse, match: re.Match[str]) -> Iterator[Parse]:
        """Yield the parses where `?` or U+FFFD stands for a lost byte, or for two."""
        text, end = match.string, match.end()
        if parse.pending == NONE:
            cost = _LOST_BEFORE_MARK if self._is_marked(match) else _LOST_LEAD
            yield parse._replace(pending=ANY, before=0, score=parse.score + cost)
            return
        if self.context.folded:
            yield from self._bytes(parse, 0xA3, 0xBF)
        if parse.pending == ANY:
            return
        follows = self.codes.get(text[end : end + 1], 0) >> 8
        if follows and not self.context.swallows:  # the decoder took one byte, which makes no character with the next
            yield from self._guess(parse, follows=follows)
            for new in self._unpaired(parse):
                yield new
                yield new._replace(pending=ANY, before=0)
            return
        guesses, unpaired = self._guess(parse), self._unpaired(parse)
        gone = swallowed.find(text, end) if self.context.swallows and match[0] == "?" else None
        twice = text[end : end + 1] == "?"
        for new in (*guesses, *unpaired):
            if gone is not None:
                mark, gain = gone.behind(self.scores.simple.get(new.last, new.last))
                score = new.score + gain + (_TWICE if twice else 0.0)
                yield Parse(score, new.pending, 0, mark, Link(mark, new.text), 0.0, new.split, new.heads)
            if gone is None or twice:
                yield new
        for new in guesses[:PAIRS] if self.narrow and text[end : end + 1] > "@" else ():
            yield new._replace(pending=ANY, before=0, score=new.score + _LOST_PAIR)
        yield from (new._replace(pending=ANY, before=0) for new in unpaired)

    def _unpaired(self, parse: Parse) -> list[Parse]:
        """Return the parses where the lost byte is 80, which is no lead: a guess like any other."""
        return [
            new._replace(score=new.score + _LOST_BYTE, text=Link(new.last, parse.text, True))
            for new in self._pair(parse, 0x80)
        ]

    def _is_marked(self, match: re.Match[str]) -> bool:
        """Tell whether a mark follows that mirrors find across characters."""
        return self.context.converted and match.string[match.end() : match.end() + 1] in _FOUND_ACROSS

    def _guess(self, parse: Parse, *, follows: int = 0) -> list[Parse]:
        """Return the best parses where a lost trail completes the pending byte.

        With `follows`, only those whose trail a decoder cannot read as a lead with that byte.
        """
        if parse.pending == ANY:
            return []
        return self._best(parse, parse.pending, is_lead=True, cost=_LOST_BYTE, follows=follows)

    def _best(
        self, parse: Parse, byte: int, *, is_lead: bool = False, cost: float = 0.0, follows: int = 0
    ) -> list[Parse]:
        """Return the best parses that go on with a character of this lead or trail, no more than a beam holds."""
        options = []
        for after, code in self.scores.best(parse.last, byte, is_lead=is_lead):
            if follows and (code & 0xFF) << 8 | follows not in self.unreadable:
                continue
            due = 0.0 if parse.split else self.scores.due(self.characters[code])
            options.append((parse.score + after - due + cost, code, due))
        if len(options) > BEAM:
            floor = sorted(options)[-BEAM]
            options = [option for option in options if option >= floor]
        text, heads = parse.text, parse.heads
        new = []
        for score, code, due in options:
            character = self.characters[code]
            new.append(Parse(score, NONE, code, character, Link(character, text, True), due, False, heads))
        return new

    def _add(self, parse: Parse, character: str, code: int) -> Parse:
        due = 0.0 if parse.split else self.scores.due(character)
        score = parse.score + self.scores.after(parse.last, character) - due
        before = code if code > 0xFF else (parse.before << 8 | code) & 0xFFFF
        return Parse(score, NONE, before, character, Link(character, parse.text), due, False, parse.heads)


def _costing(parse: Parse, cost: float) -> Parse:
    score, pending, before, last, text, due, split, heads = parse
    return Parse(score + cost, pending, before, last, text, due, split, heads)


def _reading(piece: str) -> str:
    found = _LETTERS.search(piece)
    return found[0] if found else ""
