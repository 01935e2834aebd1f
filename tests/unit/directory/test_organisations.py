"""Which organisations are named where not all are."""

from services.directory.rules.organisations import named_by
from services.directory.seed import demo_organisations


def test_a_report_names_ones_own_organisation_and_those_whose_ict_it_runs() -> None:
    known = demo_organisations()
    assert [each.id for each in named_by(known, ["GM1735"])] == ["GM1735"]
    assert [each.id for each in named_by(known, ["SV01"])] == ["GM0141", "GM0147", "GM0168", "SV01"]
    assert named_by(known, ["nobody"]) == []
