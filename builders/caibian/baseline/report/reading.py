"""Cases -> HTML for people to read."""

from collections.abc import Sequence

from caibian.baseline.report.cases import Case
from caibian.baseline.report.markup import escape, marked, paragraph


def render_cases(errors: Sequence[Case], suspects: Sequence[Case]) -> str:
    """Return the errors and the suspected labels, with a field that searches them."""
    return (
        '<p class="search"><label for="search">Search these texts 搜索</label><br>'
        '<input type="search" id="search" autocomplete="off"> <span id="found" role="status"></span></p>'
        f"<h3>Worst errors ({len(errors)})</h3>{''.join(map(_case, errors)) or paragraph('None.')}"
        f"<h3>Labels that may be wrong ({len(suspects)})</h3>"
        + paragraph("The model has not seen these rows, and is sure of something else.")
        + ("".join(map(_case, suspects)) or paragraph("None."))
    )


def _case(case: Case) -> str:
    about = " · ".join(part for part in (case.row_id, case.publisher, case.published) if part)
    more = f'<p class="soft">and {case.more_chars:,} more characters</p>' if case.more_chars else ""
    likely = "; ".join(f"{label} {value:.2f}" for label, value in case.probabilities.items())
    reasons = "".join(
        f"<p>For {escape(label)}: {escape('、'.join(found) or 'nothing')}</p>" for label, found in case.reasons.items()
    )
    rules = "".join(
        f"<p>Rules for {escape(label)}: {escape(', '.join(found))}</p>" for label, found in case.functions.items()
    )
    title = marked(case.title, case.title_spans) if case.title else escape(case.text[:40])
    return (
        f'<article class="case"><h3 lang="zh">{title}</h3>'
        f'<p class="soft">{escape(about)}</p>'
        f"<p>Labels ({escape(case.label_source)}): <strong>{escape(', '.join(case.wanted) or 'none')}</strong>; "
        f'model: <strong class="wrong">{escape(", ".join(case.given) or "none")}</strong></p>'
        f'<p class="soft">{escape(likely)}</p>'
        f'<p class="text" lang="zh">{marked(case.text, case.spans)}</p>{more}'
        f"<details><summary>What spoke for each label</summary>{reasons}{rules}</details></article>"
    )
