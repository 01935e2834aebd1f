"""The README's table is the results file, as the report writes it."""

from tests.bench.report import README, read_results, with_table


def test_the_readme_shows_the_results_file() -> None:
    text = README.read_text()
    assert with_table(text, read_results()) == text
