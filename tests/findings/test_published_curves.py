"""Published numbers are printed with the digits that their source is good for."""

from resnet_viz.figures.degradation import degradation_info, degradation_table, published_trace
from resnet_viz.findings.published_curves import PUBLISHED


def test_what_was_not_read_in_the_paper_is_not_printed_as_exact() -> None:
    """Li's figures, quoted by others, were shown as 13.31 %."""
    quoted = [curve for curve in PUBLISHED if "Li et al." in curve.source]
    assert [curve.is_quoted for curve in quoted] == [True, True]
    for curve in quoted:
        assert "quote" in curve.source
        assert "quoted" in curve.label
        assert all(error == round(error, 2) for error in curve.test_errors)
        hovers = published_trace(curve)["customdata"]
        assert [hover.startswith("about ") and "." not in hover for hover in hovers] == [True] * 3
    assert "about 13%" in published_trace(quoted[0])["customdata"]


def test_what_was_read_in_the_paper_is_printed_as_it_stands_there() -> None:
    (he,) = [curve for curve in PUBLISHED if "He et al." in curve.source]
    assert published_trace(he)["customdata"][3] == "6.97%"


def test_the_table_agrees_with_the_hover() -> None:
    columns = degradation_table(degradation_info([], [], published=True))
    for curve in PUBLISHED:
        rows = columns["network"] == curve.label
        assert columns["test error"][rows].tolist() == list(curve.test_errors)
