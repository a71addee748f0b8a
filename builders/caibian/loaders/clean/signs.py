"""A first look for the filters: how many words a text has without which their patterns cannot match.

One pass of an automaton finds the words of all filters, fifty times faster than a pattern of alternatives; nearly
all news has too few of them to be looked at closer.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

# Each match of a filter's pattern holds one of its words at least; a test makes up matches to hold this to it.
_LISTED = {
    "video_stub": "加载 缓冲 载入 时长 清晰度 播放量 播放数 播放次 弹幕 倍速 自动播放 不支持 点击 点此 长按 画面比例 "
    "全屏 静音 相关视频 视频推荐 高清",
    "forum": "楼 樓 # F 沙发 板凳 地板 地下室 发帖人 发贴人 回帖人 网友",
    "speech_template": "× ✕ ╳ ** ___ 某某",
    "generated": "随着 众所周知 越来越 首先 其次 再次 最后， 总之 总而言之 综上所述 由此可见 不可否认 毫无疑问 "
    "值得注意的是 值得一提的是 一方面 与此同时 不可或缺 至关重要 重要意义 相辅相成 缺一不可 可以说 俗话说 "
    "我们要 我们应 我们需要 我们都 我们可以 让我们 相信在不久的将来 只要 在日常生活中 在当今 如今， 对于 "
    "不同的人 因人而异 一起来 那么， 以上就是 希望对 希望能 评论区 你有什么看法 各种各样 方方面面 "
    "因地制宜 说起 很多人 不少人 另一方面",
    "advert": "厂家直 免费 包教包会 包邮 终身 先到先得 名额有限 数量有限 手慢无 限时 抢购 秒杀 特价 特惠 大放价 "
    "优惠 折 立减 满减 赠 加盟 独家代理 代理商 招商 诚招 诚邀 即日起前 新老客户 新老顾客 欢迎 来电 热线 "
    "全国统一 微信 扫码 官方旗舰店 官方直营 正品 原价 现价 仅需 只需 售价 立即 投资有风险 无效退款 假一赔 "
    "品质保证 黑科技 专利技术 一站式 暴利 月入 轻松赚 亲测有效 根治 疗效 口碑",
}
_FIELDS = ("此处", "提示", "可", "单位", "职务", "姓名", "原单位", "现单位", "行业", "时间", "地点", "日期", "名称")
_MADE: dict[str, list[str]] = {
    "video_stub": [f"{hour}:{minute}" for hour in range(10) for minute in range(10)],  # as in 00:00 / 02:36
    "speech_template": [
        *(one + other for same in ("XxＸ", "○〇") for one in same for other in same),
        *(bracket + field for bracket in "[【（(" for field in _FIELDS),
    ],
    "advert": [f"第{number}代" for number in "一二三四五"],
}
WORDS = {name: (*words.split(), *_MADE.get(name, ())) for name, words in _LISTED.items()}


def count_signs(text: bytes) -> dict[str, int]:
    """Return for each filter with words in a UTF-8 text how often they occur.

    >>> count_signs("众所周知，随着××的发展".encode())
    {'generated': 2, 'speech_template': 2}
    """
    automaton, filters = _automaton()
    found = automaton.find_matches_as_indexes(text, overlapping=True)
    counts: dict[str, int] = {}
    for word, _, _ in found:
        name = filters[word]
        counts[name] = counts.get(name, 0) + 1
    return counts


def find_signs(texts: Sequence[str]) -> dict[str, npt.NDArray[np.int64]]:
    """Return for each filter how often its words occur in each text, as `count_signs` does for one."""
    automaton, filters = _automaton()
    sources = [text.encode(errors="replace") for text in texts]
    starts = np.cumsum([0, *(len(source) + 1 for source in sources)])
    found = automaton.find_matches_as_indexes(b"\n".join(sources), overlapping=True)
    words, places = np.array([match[:2] for match in found], np.int64).reshape(-1, 2).T
    names = sorted(set(filters))
    owners = np.searchsorted(starts, places, side="right") - 1
    kinds = np.array([names.index(name) for name in filters])[words]
    return {name: np.bincount(owners[kinds == number], minlength=len(texts)) for number, name in enumerate(names)}


@lru_cache(maxsize=1)
def _automaton() -> tuple[BytesAhoCorasick, list[str]]:
    """Return the automaton of all words, and the filter of each."""
    words = [(word, name) for name, words in WORDS.items() for word in words]
    patterns = [word.encode() for word, _ in words]
    # The states of a deterministic automaton fit a cache here; it is twice as fast as the usual one.
    automaton = BytesAhoCorasick(patterns, matchkind=MatchKind.Standard, implementation=Implementation.DFA)
    return automaton, [name for _, name in words]
