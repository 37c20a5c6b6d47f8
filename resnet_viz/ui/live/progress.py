"""A progress bar as HTML, so that it can follow."""

from html import escape


def progress_html(share: float, text: str, *, name: str) -> str:
    """``share`` of a whole, told by a line of ``text``; ``name``: of what, for those who do not see it."""
    percent = round(100 * min(max(share, 0.0), 1.0), 1)
    return (
        f'<p class="progress-text">{escape(text)}</p>'
        f'<div class="progress" role="progressbar" aria-label="{escape(name)}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{percent:g}"><i style="width: {percent:g}%"></i></div>'
    )
