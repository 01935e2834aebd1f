"""Which organisations are named where not all are."""

from services.directory.rules.organisations import fictitious_partnerships, named_by, real_organisations
from services.directory.seed import FACTS


def test_a_report_names_ones_own_organisation_and_those_whose_ict_it_runs() -> None:
    real = real_organisations(FACTS.read_text(encoding="utf-8"))
    known = [*real, *fictitious_partnerships(real)]
    assert [each.id for each in named_by(known, ["GM1735"])] == ["GM1735"]
    assert [each.id for each in named_by(known, ["SV01"])] == ["GM0141", "GM0147", "GM0168", "SV01"]
    assert named_by(known, ["nobody"]) == []
