"""What Postgres logged of one claim becomes a script that repeats it with other numbers."""

from tests.bench.replay import Statement, logged, script

LOG = """\
2026-01-05 07:10:00.000 UTC [7] LOG:  statement: SELECT 1
2026-01-05 07:10:00.000 UTC [8] LOG:  statement: SELECT 2
2026-01-05 07:10:00.001 UTC [8] LOG:  statement:\x20
\tBEGIN; SET LOCAL lock_timeout = '2s';
\tSELECT pg_advisory_xact_lock(number) FROM unnest(ARRAY[-1234567890123,987654321012]::bigint[]) AS number
2026-01-05 07:10:00.002 UTC [7] LOG:  statement: NOTIFY outbox
2026-01-05 07:10:00.003 UTC [8] LOG:  execute __asyncpg_stmt_3__: INSERT INTO answered
\tVALUES ($1::uuid, $2::text, $3::uuid)
2026-01-05 07:10:00.003 UTC [8] DETAIL:  Parameters: $1 = '00000100-0000-4000-8000-000000000001', \
$2 = '{"at":"10:00", "who": "d''Arc"}', $3 = NULL
2026-01-05 07:10:00.004 UTC [8] LOG:  statement: COMMIT
"""


def test_the_transaction_that_names_it_is_found_among_others() -> None:
    found = logged(LOG, "00000100-0000-4000-8000-000000000001")
    assert [each.text.split()[0] for each in found] == ["BEGIN;", "INSERT", "COMMIT"]
    assert found[1].parameters == (
        "'00000100-0000-4000-8000-000000000001'",
        """'{"at":"10:00", "who": "d''Arc"}'""",
        "NULL",
    )


def test_nothing_is_found_of_what_was_not_logged() -> None:
    assert logged(LOG, "another") == []


def test_what_came_in_one_message_goes_in_one_and_every_claim_has_locks_and_ids_of_its_own() -> None:
    lines = script(logged(LOG, "d''Arc"), [], 5).splitlines()
    assert lines[:3] == ["\\set i :i + 1", "\\set n 5 + :client_id + :i * :clients", "\\startpipeline"]
    assert lines[3:5] == ["BEGIN;", "SET LOCAL lock_timeout = '2s';"]
    whole = "\n".join(lines)
    assert whole.count(":n * 64") == 2 and "1234567890123" not in whole
    assert (
        "replace(E'00000100-0000-4000-8000-############', '############', lpad(:n::text, 12, '0'))::uuid"
        in whole
    )
    assert lines[-1] == "COMMIT;"


def test_an_id_that_all_share_stays_and_nothing_in_a_literal_is_taken_for_a_variable() -> None:
    shared = "00000100-0000-4000-8000-000000000001"
    whole = script(logged(LOG, shared), [shared], 0)
    assert f"E'{shared}'::uuid" in whole and "replace(" not in whole
    assert """E'{"at"\\x3a"10\\x3a00", "who"\\x3a "d''Arc"}'::text""" in whole
    assert "NULL::uuid" in whole


def test_a_statement_without_parameters_is_itself() -> None:
    assert script([Statement("COMMIT;")], [], 0).splitlines()[2:] == ["COMMIT;"]
