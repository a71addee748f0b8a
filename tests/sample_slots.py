"""What fills the slots of the sample's templates: metadata in every form, bodies in every markup, furniture."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "sample"
HAN_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
Record = Mapping[str, Any]


def slots_of(record: Record, *, escape: Callable[[str], str]) -> dict[str, str]:
    """Return what a template may show of the record, and of the site around it, by the name of the slot."""
    key, site = record["key"], sites()[record["site"]]
    plain = {name: record[name] or "" for name in ("title", "publisher", "author", "section", "url")}
    slots = {name: escape(value) for name, value in {**plain, "site": site["name"], "host": site["host"]}.items()}
    if chance(key, "names", 4) == 0:
        slots["author"] = slots["author"].replace(" ", "、")
    slots |= dates(record["published"]) | _chances(key) | _navigation(site["nav"].split())
    slots |= {"date_zone": f"{record['published']}T{slots['clock']}:00+08:00" if record["published"] else ""}
    slots |= {"ld": _linked_data(record, slots["date_zone"])} if record["layout"] == "modern" else {}
    return slots | _bodies([escape(paragraph) for paragraph in record["paragraphs"]], key)


def dates(day: str | None) -> dict[str, str]:
    """Return a day in the forms of the web; all are empty where the day is not known."""
    names = ("date_dash", "date_slash", "date_dot", "date_cn", "date_han", "weekday")
    if day is None:
        return dict.fromkeys(names, "")
    found = date.fromisoformat(day)
    year, month, number = str(found.year).translate(HAN_DIGITS), _han_number(found.month), _han_number(found.day)
    return {
        "date_dash": day,
        "date_slash": f"{found.year}/{found.month}/{found.day}",
        "date_dot": day.replace("-", "."),
        "date_cn": f"{found.year}年{found.month}月{found.day}日",
        "date_han": f"{year}年{month}月{number}日",
        "weekday": "星期" + "一二三四五六日"[found.weekday()],
    }


def _han_number(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ["", "十", "二十", "三十"][tens] + (str(ones).translate(HAN_DIGITS) if ones else "")


def clock(key: str) -> str:
    """Return an invented time of day."""
    return f"{7 + chance(key, 'hour', 14):02}:{chance(key, 'minute', 60):02}"


def _chances(key: str) -> dict[str, str]:
    """Return the slots that are drawn by hash: numbers, links, comments, names of editors."""
    words = furniture()
    slots = {f"number{n}": str(100_000 + chance(key, f"number{n}", 899_999)) for n in range(1, 7)}
    slots |= {f"small{n}": str(1 + chance(key, f"small{n}", 96)) for n in range(1, 4)}
    slots |= {f"day{n}": f"{1 + chance(key, f'm{n}', 12):02}-{1 + chance(key, f'd{n}', 28):02}" for n in range(1, 4)}
    for name, count in (("headlines", 8), ("comments", 3)):
        drawn = sorted(words[name], key=lambda text: chance(key, text, 1 << 30))[:count]
        slots |= {f"{'link' if name == 'headlines' else 'comment'}{n}": text for n, text in enumerate(drawn, 1)}
    editors = sorted(words["editors"], key=lambda text: chance(key, text, 1 << 30))
    glued = words["glued"][chance(key, "glued", len(words["glued"]))]
    return slots | {
        "digit": str(2 + chance(key, "digit", 7)),
        "clock": clock(key),
        "clock_second": f"{clock(key)}:{chance(key, 'second', 60):02}",
        "views": str(30 + chance(key, "views", 4_000)),
        "ago": f"{1 + chance(key, 'ago', 22)}小时前",
        "editor": editors[0],
        "editor2": editors[1],
        "ticker": words["tickers"][chance(key, "ticker", len(words["tickers"]))],
        "glued_title": glued["title"],
        "glued_body": "\n".join(f"<p>{line}</p>" for line in glued["lines"]),
    }


def _navigation(names: list[str]) -> dict[str, str]:
    links = [f'<a href="/{number}/">{name}</a>' for number, name in enumerate(names, 1)]
    return {
        "nav_links": " ".join(links),
        "nav_bars": " | ".join(links),
        "nav_items": "".join(f"<li>{link}</li>" for link in links),
        "nav_spaces": " ".join(names),
        "nav_bars_text": " | ".join(names),
    }


def _linked_data(record: Record, when: str) -> str:
    """Return schema.org's description of the article; what is not known is left out."""
    described: dict[str, Any] = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": record["title"]}
    if when:
        described["datePublished"] = when
    if record["author"]:
        described["author"] = [{"@type": "Person", "name": name} for name in record["author"].split()]
    if record["publisher"]:
        described["publisher"] = {"@type": "Organization", "name": record["publisher"]}
    return json.dumps(described, ensure_ascii=False, indent=1)


def _bodies(paragraphs: list[str], key: str) -> dict[str, str]:
    """Return the body in the markup of every layout."""

    def each(before: str, after: str, between: str = "\n") -> str:
        return between.join(f"{before}{paragraph}{after}" for paragraph in paragraphs)

    span = '<section style="margin:10px 8px;line-height:2em;"><span style="font-size:15px;letter-spacing:1px;">'
    return {
        "body_p": each("<p>", "</p>"),
        "body_indented": each('<p style="text-indent:2em">　　', "</p>"),
        "body_nbsp": each("&nbsp;&nbsp;&nbsp;&nbsp;", "<br><br>"),
        "body_br": each("　　", "<br>"),
        "body_upper": each("<P>　　", "</P>"),
        "body_open": each("<P>", ""),
        "body_div": each("<div>", "</div>"),
        "body_span": each(span, "</span></section>", "\n<section><br/></section>\n"),
        "body_items": each('<li><a href="/d/1.html">', "</a></li>"),
        "body_posts": each('<div class="post"><div class="t_f">', "</div><em>回复</em> <em>举报</em></div>"),
        "body_figures": _figures(paragraphs, key),
        "lines_wide": each("　　", "", "\n\n"),
        "lines_spaced": each("", "", "\n\n"),
        "lines_indented": each("　　", ""),
    }


def _figures(paragraphs: list[str], key: str) -> str:
    """Return the paragraphs with a picture and its caption after every second one."""
    captions = sorted(furniture()["captions"], key=lambda text: chance(key, text, 1 << 30))
    parts: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        parts.append(f"<p>{paragraph}</p>")
        if number % 2 == 0:
            picture = f'<img src="/pic/{chance(key, str(number), 99_999)}.jpg" alt=""/>'
            parts.append(f"<figure>{picture}<figcaption>{captions[number // 2]}</figcaption></figure>")
    return "\n".join(parts)


@cache
def furniture() -> dict[str, Any]:
    """Return the words around the articles."""
    loaded: dict[str, Any] = yaml.safe_load((DATA / "furniture.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def sites() -> dict[str, dict[str, str]]:
    """Return the invented sites by host."""
    return {site["host"]: site for site in yaml.safe_load((DATA / "sites.yaml").read_text(encoding="utf-8"))}


def chance(key: str, what: str, below: int) -> int:
    """Return a number from 0 to below - 1 that depends on nothing but `key` and `what`."""
    return int.from_bytes(hashlib.sha256(f"{key}/{what}".encode()).digest()[:4], "big") % below


def page_url(key: str, host: str, published: str | None) -> str:
    """Return the invented address of an article."""
    folder = published.replace("-", "/", 1).replace("-", "") if published else "a"
    return f"https://{host}/{folder}/c{100_000 + chance(key, 'url', 900_000)}.html"
