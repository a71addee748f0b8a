"""The article on a page: its title, its paragraphs and nothing else, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from caibian.config import Clean
from caibian.loaders.clean import byline, genre, headline, metadata
from caibian.loaders.clean.body import choose, is_kept
from caibian.loaders.clean.declared import Declared
from caibian.loaders.clean.draft import Draft
from caibian.loaders.clean.judge import SIGNED, Judged, credits_of, is_headline_link, judge
from caibian.loaders.clean.markup import Line
from caibian.loaders.clean.page import Page
from caibian.loaders.clean.paragraphs import to_paragraphs, unwrap, without_repeats

# A byline this far below the body's start, in lines, still heads it: what is above it is not the body.
HEAD_LINES = 12
# A byline this far below the body's end still belongs to it.
FOOT_LINES = 6


@dataclass(slots=True)
class Article:
    """One article; `dropped` says why it is not news, with text and metadata given all the same."""

    title: str | None = None
    paragraphs: list[str] = field(default_factory=list)
    published: date | None = None
    publisher: str | None = None
    author: str | None = None
    section: str | None = None
    url: str | None = None
    dropped: str | None = None


def extract(
    page: Page,
    *,
    content: Literal["page", "article", "headline"] | str = "page",
    options: Clean | None = None,
    is_news: bool = False,
) -> Article:
    """Return the article of a page whose lines are repaired.

    With content "page" the body is chosen among the lines. With "article" all lines are the body: nothing is
    taken away, credits are only read. "headline" is the same without asking whether it is news. `is_news` says that
    the text of an "article" is none of the genres that are refused, as far as titles do not tell.
    """
    options = options or Clean()
    lines = [line for line in page.lines if line.text]  # a repair may have emptied others
    if content == "page":
        layout = _lay_out(page, judge(page))
        kept = [entry.line for entry in layout.body if is_kept(entry) and _stays(entry)]
        kept = _without_title(kept, layout.title)
        paragraphs = without_repeats(to_paragraphs(kept, parents=page.parents))
    else:
        tails = [(line.text, found) for line in lines if (found := _credits(line)) is not None]
        layout = _Layout(title=page.declared.title, tails=tails)
        paragraphs = to_paragraphs(lines, parents=page.parents)
    article = _describe(page.declared, layout, paragraphs)
    if content != "headline" and not (is_news and genre.is_plain(article.title or "", paragraphs)):
        texts = [line.text for line in lines]
        links = sum(line.link_chars * 2 > len(line.text) for line in lines if line.link_chars)
        article.dropped = _refuse(article, texts, links=links, page=content == "page", options=options)
    return article


def extract_record(
    texts: list[str], declared: Declared, *, content: str = "article", options: Clean, is_news: bool = False
) -> Article:
    """Return the article of a record that is all article: text without markup, its lines given.

    It is what `extract` returns of a page that has these lines.
    """
    short = [text for text in texts if "。" not in text]
    tails = [(text, found) for text in short if (found := credits_of(text)) is not None]
    paragraphs = unwrap(texts)
    article = _article(declared, paragraphs, [found for _, found in tails], [text for text, _ in tails])
    if content != "headline" and not (is_news and genre.is_plain(article.title or "", paragraphs)):
        article.dropped = _refuse(article, texts, links=0, page=False, options=options)
    return article


def _credits(line: Line) -> byline.Credits | None:
    found = credits_of(line.text)
    return None if found is None or is_headline_link(line) else found


@dataclass(slots=True)
class _Layout:
    """Where on a page what was found."""

    title: str | None = None
    above: Sequence[Judged] = ()  # all lines before the body
    heads: Sequence[Judged] = ()  # bylines over the body, likeliest first
    body: Sequence[Judged] = ()
    below: Sequence[Judged] = ()
    tails: Sequence[tuple[str, byline.Credits]] = ()  # bylines in the body and below
    name: str | None = None  # a name that stands alone between title and text


def _lay_out(page: Page, judged: list[Judged]) -> _Layout:
    """Return a page's body with what stands around it."""
    start, stop = choose(page, judged)
    start = _behind_byline(judged, start, stop)
    title, place = headline.find_title(judged, start, page.declared.title)
    if title is None and headline.is_headline(judged[start:stop]):
        title, place = judged[start].line.text, start
    if "title" in page.declared.given or (title is None and page.declared.title):
        title = headline.clean_title(page.declared.title or "") or None
    start = _behind_byline(judged, max(start, place + 1), stop)
    start = _behind_repeated_title(judged, start, stop, title)
    layout = _Layout(title=title, heads=_heads(judged, start, place))
    if title and start < stop and judged[start].line.text.startswith(("——", "--")):
        layout.title, start = f"{title} {judged[start].line.text}", start + 1
    if start < stop and (name := byline.lone_name(judged[start].line.text)) is not None:
        layout.name, start = name, start + 1
    layout.above, layout.body, layout.below = judged[:start], judged[start:stop], _foot(judged, stop)
    layout.tails = [(entry.line.text, entry.byline) for entry in [*layout.body, *layout.below] if entry.byline]
    return layout


def _behind_byline(judged: list[Judged], start: int, stop: int) -> int:
    """Return the body's start behind the byline, where the run began above it."""
    for position in range(min(stop, start + HEAD_LINES) - 1, start - 1, -1):
        if _heads_text(judged[position]):
            above = sum(entry.prose for entry in judged[start:position])
            below = sum(entry.prose for entry in judged[position:stop])
            if below > 4 * above:
                return position + 1
    return start


def _heads_text(entry: Judged) -> bool:
    """Return whether a line is a byline as over a text, not one such as 摄影：某某 under a picture in it."""
    found = entry.byline
    if found is None or entry.line.furniture:
        return False
    return found.dated or bool(found.publisher or found.authors or found.reporters or found.editors)


def _behind_repeated_title(judged: list[Judged], start: int, stop: int, title: str | None) -> int:
    """Return the body's start behind a line that only repeats the title, or most of it."""
    wanted = headline.plain(title or "")
    for position in range(start, min(start + 3, stop)):
        text = headline.plain(judged[position].line.text)
        if len(text) >= max(headline.MIN_TITLE, 0.6 * len(wanted)) and text in wanted:
            start = position + 1
    return start


def _heads(judged: list[Judged], start: int, place: int) -> list[Judged]:
    """Return the bylines over the body, likeliest first: below the title from the top, then the nearest above."""
    shown = place if place >= 0 else start
    below = [entry for entry in judged[shown:start] if entry.byline]
    return below + [entry for entry in reversed(judged[max(0, shown - HEAD_LINES) : shown]) if entry.byline]


def _foot(judged: list[Judged], stop: int) -> list[Judged]:
    """Return the lines just below the body, up to where the page turns to other things."""
    lines = []
    for entry in judged[stop : stop + FOOT_LINES]:
        if entry.wall or entry.line.furniture or entry.line.heading:
            break
        lines.append(entry)
    return lines


def _stays(entry: Judged) -> bool:
    """Return whether a line of the body is text: no byline, unless it is the date under a document."""
    return not entry.byline or SIGNED.fullmatch(entry.line.text) is not None


def _without_title(lines: list[Line], title: str | None) -> list[Line]:
    """Return the lines without the title over a second copy of the text."""
    wanted = headline.plain(title or "")
    return [line for line in lines if not (wanted and line.heading and headline.plain(line.text) == wanted)]


def _describe(declared: Declared, layout: _Layout, paragraphs: list[str]) -> Article:
    """Return the article of a page with its metadata."""
    found = [entry.byline for entry in layout.heads if entry.byline] + [tail for _, tail in layout.tails]
    if layout.name:
        found.append(byline.Credits(authors=[layout.name]))
    notes = [entry.line.text for entry in layout.below if entry.line.link_chars == 0]
    tails = [text for text, _ in layout.tails]
    article = _article(declared, paragraphs, found, tails, heads=layout.heads, above=layout.above, notes=notes)
    article.title = layout.title
    return article


def _article(
    declared: Declared,
    paragraphs: list[str],
    found: list[byline.Credits],
    tails: list[str],
    *,
    heads: Sequence[Judged] = (),
    above: Sequence[Judged] = (),
    notes: Sequence[str] = (),
) -> Article:
    """Return the article with its metadata; what a record or a host's rule states is not looked for."""
    if paragraphs:
        at_ends = metadata.read_opening(paragraphs[0]), metadata.read_ending(paragraphs[-1])
        found += [one for one in at_ends if one is not None]
    ends = [*paragraphs[:1], *tails, *paragraphs[-1:], *notes]
    given = declared.given
    return Article(
        title=declared.title,
        paragraphs=paragraphs,
        published=metadata.find_published(() if "published" in given else heads, declared, ends),
        publisher=declared.publisher if "publisher" in given else metadata.find_publisher(found, declared),
        author=declared.author if "author" in given else metadata.find_author(found, declared),
        section=metadata.find_section(above, declared),
        url=declared.url,
    )


def _refuse(article: Article, texts: list[str], *, links: int, page: bool, options: Clean) -> str | None:
    draft = Draft(
        title=article.title or "",
        paragraphs=article.paragraphs,
        lines=texts,
        links=links,
        page=page,
        credited=bool(article.published or article.publisher or article.author),
    )
    return genre.refuse(draft, min_chars=options.min_chars, genres=options.genres)
