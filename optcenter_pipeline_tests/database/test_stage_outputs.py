import datetime as dt

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.stage_outputs import read_stage_output, sha256_of, write_stage_output
from optcenter_pipeline_tests.database.conftest import NOW

LATER = NOW + dt.timedelta(hours=1)


def test_a_stages_output_is_kept_byte_for_byte_and_written_only_when_it_changes(database: Database) -> None:
    payload = '{ "b":1,\n  "a": "ünï \\u0000 \'; DROP TABLE runs; --" }'
    with database.session() as session:
        assert read_stage_output(session, "raw_tabs") is None
        assert write_stage_output(session, "raw_tabs", payload, input_sha256="i1", now=NOW)
        assert not write_stage_output(session, "raw_tabs", payload, input_sha256="i1", now=LATER)
        kept = read_stage_output(session, "raw_tabs")
    assert kept is not None
    assert (kept.payload_json, kept.sha256, kept.updated_at) == (payload, sha256_of(payload), NOW)


def test_a_new_input_that_gives_the_same_output_is_noted_without_a_new_time(database: Database) -> None:
    with database.session() as session:
        write_stage_output(session, "validated_rows", "{}", input_sha256="i1", now=NOW)
        assert not write_stage_output(session, "validated_rows", "{}", input_sha256="i2", now=LATER)
        kept = read_stage_output(session, "validated_rows")
        assert kept is not None
        assert (kept.input_sha256, kept.updated_at) == ("i2", NOW)
        assert write_stage_output(session, "validated_rows", "[]", input_sha256="i2", now=LATER)
        kept = read_stage_output(session, "validated_rows")
        assert kept is not None
        assert (kept.payload_json, kept.updated_at) == ("[]", LATER)
