"""The article on a page: its title, its paragraphs and nothing else, or the reason why there is none."""

from dataclasses import dataclass, field
from datetime import date

from caibian.config import Clean
from caibian.loaders.clean import genre, metadata
from caibian.loaders.clean.body import SIGNED, Judged, choose, is_kept, judge
from caibian.loaders.clean.page import Page
from caibian.loaders.clean.paragraphs import to_paragraphs


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


# A byline this far below the body's start, in lines, still heads it: what is above it is not the body.
HEAD_LINES = 12
FOOT_LINES = 6


def extract(page: Page, *, content: str = "page", options: Clean | None = None) -> Article:
    """Return the article of a page whose lines are repaired.

    With content "page" the body is chosen among the lines; with "article" all of them are the body, and with
    "headline" too, without asking whether it is news.
    """
    options = options or Clean()
    judged = judge(page)
    if content == "page":
        start, stop = choose(page, judged)
        start = _behind_head(judged, start, stop, -1)
    else:
        start, stop = 0, len(judged)
    declared = page.declared
    title: str | None
    title, place = metadata.find_title(judged, start, declared.title)
    if content == "page":
        if title is None and metadata.is_headline(judged[start:stop]):
            title, place = judged[start].line.text, start
        start = _behind_head(judged, start, stop, place)
        start = _behind_repeated_title(judged, start, title)
    body, below = judged[start:stop], _foot(judged, stop)
    if content == "page":
        kept = [entry for entry in body if is_kept(entry) and (not entry.byline or SIGNED.fullmatch(entry.line.text))]
    else:
        kept = [entry for entry in body if entry.line.text]
    paragraphs = to_paragraphs(kept, parents=page.parents)
    if title is None and declared.title:
        title = metadata.clean_title(declared.title) or None
    heads = _heads(judged, start, place)
    tails = [entry.line.text for entry in body + below if entry.byline]
    if "title" in declared.given:
        title = declared.title
    ends = paragraphs[:1] + tails + paragraphs[-1:]
    credits = metadata.credits_of([entry.line.text for entry in heads] + tails)
    if paragraphs:
        credits += [metadata.read_opening(paragraphs[0]), metadata.read_ending(paragraphs[-1])]
    article = Article(
        title=title,
        paragraphs=paragraphs,
        published=metadata.find_published(heads, declared, ends),
        publisher=metadata.find_publisher(credits, declared),
        author=metadata.find_author(credits, declared),
        section=metadata.find_section(judged[:start], declared),
        url=declared.url,
    )
    if content != "headline":
        draft = genre.Draft(
            title=title or "",
            paragraphs=paragraphs,
            lines=[entry.line.text for entry in judged],
            links=sum(entry.line.link_chars * 2 > len(entry.line.text) for entry in judged),
            page=content == "page",
            credited=bool(article.published or article.publisher or article.author),
        )
        article.dropped = genre.refuse(draft, min_chars=options.min_chars, genres=options.genres)
    return article


def _behind_repeated_title(judged: list[Judged], start: int, title: str | None) -> int:
    """Return the body's start behind lines that only repeat the title, whole or in parts."""
    wanted = metadata.plain(title or "")
    for position in range(start, min(start + 3, len(judged))):
        text = metadata.plain(judged[position].line.text)
        if len(text) >= max(metadata.MIN_TITLE, 0.6 * len(wanted)) and text in wanted:
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
        if entry.wall or entry.line.furniture:
            break
        lines.append(entry)
    return lines


def _behind_head(judged: list[Judged], start: int, stop: int, place: int) -> int:
    """Return the body's start behind the title and the byline, where the run began above them."""
    start = max(start, place + 1)
    for position in range(min(stop, start + HEAD_LINES) - 1, start - 1, -1):
        if judged[position].byline:
            above = sum(entry.prose for entry in judged[start:position])
            below = sum(entry.prose for entry in judged[position:stop])
            if below > 4 * above:
                return position + 1
    return start
