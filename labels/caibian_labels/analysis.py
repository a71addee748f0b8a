"""How the labelling functions do: coverage, overlap, conflict, accuracy; topics against gold; rows worth a look."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .layout import Document, segments_of
from .vote import CANDIDATE, Labeller, batches

ROUNDS = 400  # of the bootstrap; the interval's ends then move by about .01 from run to run of other seeds
INTERVAL = 0.95


@dataclass(frozen=True, slots=True)
class FunctionReport:
    """One labelling function on a set of documents."""

    name: str
    topic: str
    weight: float
    coverage: float  # share of documents where it fires
    overlap: float  # share where it fires together with another function of its topic
    conflict: float  # share where it fires and one of its topic votes the other way
    judged: int  # documents with gold where it fires
    accuracy: float | None  # share of those where gold agrees with its vote


@dataclass(frozen=True, slots=True)
class TopicReport:
    """One topic against gold; the interval of F1 is from a bootstrap over documents."""

    topic: str
    support: int
    precision: float | None
    recall: float | None
    f1: float | None
    f1_low: float | None
    f1_high: float | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A document worth a look: why, on which topic, how strongly (higher is stranger)."""

    id: str
    topic: str
    reason: str  # "functions", "gold" or "model"
    strength: float
    probability: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """What `analyse` found. `micro` and `majority` are micro-F1 against gold of the label model and a majority vote."""

    documents: int
    judged: int
    functions: list[FunctionReport]
    topics: list[TopicReport]
    micro: TopicReport | None
    majority: TopicReport | None
    disagreements: list[Disagreement]


@dataclass(frozen=True, slots=True)
class Votes:
    """Which functions fire in which documents, and the label model's probabilities."""

    fires: NDArray[np.bool_]  # documents x functions
    chances: NDArray[np.float64]  # documents x topics


def collect_votes(labeller: Labeller, documents: Sequence[Document]) -> Votes:
    """Return the votes of all functions on documents."""
    fires = np.zeros((len(documents), len(labeller.function_names)), dtype=np.bool_)
    chances = np.zeros((len(documents), labeller.matcher.topics))
    base = 0
    for batch in batches(documents):
        judged = labeller.judge(segments_of(batch))
        document = judged.layout.segment_document[judged.events.segment]
        fires[base + document, judged.events.function] = True
        likely = judged.of_articles >= min(CANDIDATE, labeller.threshold)
        chances[base : base + len(batch)] = judged.articles.spread(np.round(judged.of_articles, 4) * likely)
        base += len(batch)
    return Votes(fires, chances)


def majority(labeller: Labeller, votes: Votes) -> NDArray[np.bool_]:
    """Return the topics (documents x topics) for which more functions vote than against: the reference."""
    matcher = labeller.matcher
    signs = np.sign(matcher.weights)
    member = np.zeros((len(signs), matcher.topics))
    member[np.arange(len(signs)), matcher.topic_of] = signs
    return np.asarray(votes.fires.astype(np.float64) @ member > 0)


def analyse(
    labeller: Labeller,
    documents: Sequence[Document],
    ids: Sequence[str],
    *,
    gold: Mapping[str, Sequence[str] | None] | None = None,
    model: Mapping[str, Sequence[str]] | None = None,
    rows: int = 50,
) -> Analysis:
    """Return the analysis of documents, with `gold` topics and a trained model's topics by document id if given.

    `rows` is the most disagreements of each kind that are listed.
    """
    votes = collect_votes(labeller, documents)
    truth = _matrix(ids, {k: v for k, v in (gold or {}).items() if v is not None}, labeller.taxonomy.ids)
    judged = np.array([(gold or {}).get(one) is not None for one in ids], dtype=np.bool_)
    given = votes.chances >= labeller.threshold
    weights = _bootstrap_weights([one for one, yes in zip(ids, judged, strict=True) if yes])
    has_gold = bool(judged.any())
    by_vote = majority(labeller, votes)
    return Analysis(
        documents=len(documents),
        judged=int(judged.sum()),
        functions=_function_reports(labeller, votes, truth, judged),
        topics=[
            _topic_report(topic, given[judged, at], truth[judged, at], weights)
            for at, topic in enumerate(labeller.taxonomy.ids)
        ]
        if has_gold
        else [],
        micro=_topic_report("micro", given[judged], truth[judged], weights) if has_gold else None,
        majority=_topic_report("majority", by_vote[judged], truth[judged], weights) if has_gold else None,
        disagreements=_disagreements(labeller, votes, ids, truth, judged, model, rows),
    )


def _matrix(ids: Sequence[str], topics: Mapping[str, Sequence[str]], names: Sequence[str]) -> NDArray[np.bool_]:
    order = {topic: at for at, topic in enumerate(names)}
    out = np.zeros((len(ids), len(names)), dtype=np.bool_)
    for row, one in enumerate(ids):
        for topic in topics.get(one, ()):
            if topic in order:
                out[row, order[topic]] = True
    return out


def _function_reports(
    labeller: Labeller, votes: Votes, truth: NDArray[np.bool_], judged: NDArray[np.bool_]
) -> list[FunctionReport]:
    matcher = labeller.matcher
    out = []
    many = max(len(votes.fires), 1)
    for at, name in enumerate(labeller.function_names):
        fires = votes.fires[:, at]
        same = matcher.topic_of == matcher.topic_of[at]
        against = same & (np.sign(matcher.weights) != np.sign(matcher.weights[at]))
        same[at] = False
        seen = fires & judged
        right = truth[:, matcher.topic_of[at]] == (matcher.weights[at] > 0)
        out.append(
            FunctionReport(
                name=name,
                topic=labeller.taxonomy.ids[int(matcher.topic_of[at])],
                weight=float(matcher.weights[at]),
                coverage=float(fires.sum() / many),
                overlap=float((fires & votes.fires[:, same].any(axis=1)).sum() / many),
                conflict=float((fires & votes.fires[:, against].any(axis=1)).sum() / many),
                judged=int(seen.sum()),
                accuracy=float(right[seen].mean()) if seen.any() else None,
            )
        )
    return out


def _topic_report(
    topic: str, given: NDArray[np.bool_], truth: NDArray[np.bool_], weights: NDArray[np.float64]
) -> TopicReport:
    given, truth = given.reshape(len(given), -1), truth.reshape(len(truth), -1)
    counts = np.stack(
        [(given & truth).sum(axis=1), (given & ~truth).sum(axis=1), (~given & truth).sum(axis=1)], axis=1
    ).astype(np.float64)
    right, wrong, missed = counts.sum(axis=0)
    resampled = weights @ counts
    bottom = 2 * resampled[:, 0] + resampled[:, 1] + resampled[:, 2]
    scores = (2 * resampled[:, 0] / np.maximum(bottom, 1e-9))[bottom > 0]
    edge = (1 - INTERVAL) / 2
    low, high = np.quantile(scores, [edge, 1 - edge]) if len(scores) else (None, None)
    return TopicReport(
        topic=topic,
        support=int(right + missed),
        precision=float(right / (right + wrong)) if right + wrong else None,
        recall=float(right / (right + missed)) if right + missed else None,
        f1=float(2 * right / (2 * right + wrong + missed)) if right + wrong + missed else None,
        f1_low=None if low is None else float(low),
        f1_high=None if high is None else float(high),
    )


def _bootstrap_weights(ids: Sequence[str]) -> NDArray[np.float64]:
    """Return how often each document counts in each round: Poisson with mean 1, from a hash of its id.

    The Poisson bootstrap (Hanley and MacGibbon 2006) gives the intervals of resampling and the same ones every time.
    """
    seeds = np.array(
        [int.from_bytes(hashlib.blake2b(one.encode(), digest_size=8).digest(), "little") for one in ids],
        dtype=np.uint64,
    )
    with np.errstate(over="ignore"):  # the mixing below is arithmetic modulo 2**64
        state = seeds[None, :] + (np.arange(1, ROUNDS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))[:, None]
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    uniform = (state >> np.uint64(11)).astype(np.float64) / 2.0**53
    steps = np.cumsum(np.exp(-1.0) / np.array([1, 1, 2, 6, 24, 120, 720, 5040], dtype=np.float64))
    counts: NDArray[np.float64] = np.searchsorted(steps, uniform).astype(np.float64)
    return counts


def _disagreements(
    labeller: Labeller,
    votes: Votes,
    ids: Sequence[str],
    truth: NDArray[np.bool_],
    judged: NDArray[np.bool_],
    model: Mapping[str, Sequence[str]] | None,
    rows: int,
) -> list[Disagreement]:
    """Return where functions of a topic vote against each other, gold and labels differ, a model and labels differ."""
    chances = votes.chances
    split = np.minimum(_weight_of(labeller, votes, 1), _weight_of(labeller, votes, -1))
    out = _strangest("functions", split, chances, ids, labeller, rows)
    apart = np.abs(chances - truth) * judged[:, None]
    out += _strangest("gold", np.where(apart > 0.5, apart, 0.0), chances, ids, labeller, rows)
    if model is not None:
        known = np.array([one in model for one in ids], dtype=np.bool_)
        apart = np.abs(chances - _matrix(ids, model, labeller.taxonomy.ids)) * known[:, None]
        out += _strangest("model", np.where(apart > 0.5, apart, 0.0), chances, ids, labeller, rows)
    return out


def _weight_of(labeller: Labeller, votes: Votes, sign: int) -> NDArray[np.float64]:
    matcher = labeller.matcher
    member = np.zeros((len(matcher.weights), matcher.topics))
    member[np.arange(len(matcher.weights)), matcher.topic_of] = np.clip(sign * matcher.weights, 0, None)
    return np.asarray(votes.fires.astype(np.float64) @ member)


def _strangest(
    reason: str,
    strength: NDArray[np.float64],
    chances: NDArray[np.float64],
    ids: Sequence[str],
    labeller: Labeller,
    rows: int,
) -> list[Disagreement]:
    order = np.argsort(-strength.ravel(), kind="stable")[:rows]
    topics = labeller.taxonomy.ids
    return [
        Disagreement(ids[at // len(topics)], topics[at % len(topics)], reason, value, float(chances.ravel()[at]))
        for at in order.tolist()
        if (value := round(float(strength.ravel()[at]), 4)) > 0
    ]
