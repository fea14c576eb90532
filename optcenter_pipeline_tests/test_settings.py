"""Settings from the environment."""

from pathlib import Path

import dagster as dg
import pytest

from optcenter_pipeline.settings import Settings, SettingsError, load_settings, nightly_cron, sensor_seconds


def test_the_embedded_default_lives_in_one_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPTCENTER_HOME", str(tmp_path))
    settings = load_settings()
    assert settings.workbook_location() == f"local:{tmp_path}/workbook.sqlite"
    assert settings.database_location() == f"sqlite:///{tmp_path}/optcenter.db"
    assert settings.dagster_home() == tmp_path / "dagster"


def test_reports_lie_in_the_home_unless_they_are_told_to_lie_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPTCENTER_HOME", str(tmp_path))
    assert load_settings().reports_folder() == tmp_path / "reports"
    assert load_settings().reports_url is None
    assert load_settings().reports_kept == 50
    monkeypatch.setenv("OPTCENTER_REPORTS", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("OPTCENTER_REPORTS_URL", "https://plans.example.com/reports")
    assert load_settings().reports_folder() == tmp_path / "elsewhere"
    assert load_settings().reports_url == "https://plans.example.com/reports"


def test_a_dotenv_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    (tmp_path / ".env").write_text("OPTCENTER_WORKBOOK=gsheets:abc\nOPTCENTER_SOLVER_THREADS=2\n")
    settings = load_settings()
    assert (settings.workbook_location(), settings.solver_threads) == ("gsheets:abc", 2)


def test_wrong_variables_are_all_named_and_their_values_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTCENTER_SOLVER_TIME_LIMIT", "s3cret")
    monkeypatch.setenv("OPTCENTER_SOLVER_THREADS", "0")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert "OPTCENTER_SOLVER_TIME_LIMIT" in str(raised.value)
    assert "OPTCENTER_SOLVER_THREADS" in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_a_password_is_not_in_the_settings_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTCENTER_DATABASE_URL", "postgresql+psycopg2://planner:s3cret@db/plans")
    assert "s3cret" not in repr(load_settings())


def test_a_variable_that_is_set_to_nothing_is_the_default_and_hides_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    (tmp_path / ".env").write_text("OPTCENTER_WORKBOOK=gsheets:abc\nOPTCENTER_SOLVER_TIME_LIMIT=5\n")
    monkeypatch.setenv("OPTCENTER_WORKBOOK", "")
    monkeypatch.setenv("OPTCENTER_SOLVER_TIME_LIMIT", "")
    settings = load_settings()
    assert settings.workbook_location().startswith("local:")
    assert settings.solver_time_limit is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SOLVER_MIP_GAP", "inf"),
        ("HOME", "/tmp/a?b"),
        ("BLANK_ROWS", "0"),
        ("SOLVER_TIME_LIMIT", "-1"),
        ("SOLVER_NODE_LIMIT", "0"),
        ("SOLVER_NODE_LIMIT", "1.5"),
        ("SENSOR_SECONDS", "0"),
        ("ACTION_EXPIRY_HOURS", "0"),
        ("ACTION_EXPIRY_HOURS", "8785"),
        ("ACTION_EXPIRY_HOURS", "1e300"),
        ("REPORTS_URL", "plans.example.com"),
        ("REPORTS_URL", "javascript:alert(1)//"),
        ("REPORTS_URL", "file:///reports"),
        ("REPORTS_KEPT", "-1"),
        ("REPORTS_URL", "https://plans.example.com/reports?who=me"),
    ],
)
def test_what_a_setting_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"OPTCENTER_{name}", value)
    with pytest.raises(SettingsError, match=f"OPTCENTER_{name}"):
        load_settings()


def test_a_file_that_is_no_text_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        load_settings()


@pytest.mark.parametrize(
    ("typed", "seconds"), [("5", 5), (" 7 ", 7), ("", 30), ("0", 30), ("soon", 30), ("-1", 30)]
)
def test_what_definitions_need_never_fails_and_is_what_the_settings_say_where_they_are_right(
    monkeypatch: pytest.MonkeyPatch, typed: str, seconds: int
) -> None:
    monkeypatch.setenv("OPTCENTER_SENSOR_SECONDS", typed)
    assert sensor_seconds() == seconds
    if typed.strip().isdecimal() and seconds != 30:
        assert load_settings().sensor_seconds == seconds


def test_the_nightly_time_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert nightly_cron() == load_settings().nightly_cron == "0 2 * * *"
    monkeypatch.setenv("OPTCENTER_NIGHTLY_CRON", "30 1 * * 1-5")
    assert nightly_cron() == load_settings().nightly_cron == "30 1 * * 1-5"


@pytest.mark.parametrize(
    "typed", ["nightly", "0 2 * *", "0 0 2 * * *", "61 * * * *", "0 0 30 2 *", "0 0 30,31 2 *", "* * * * abc"]
)
def test_a_nightly_time_that_is_none_is_named_and_definitions_keep_to_the_default(
    monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setenv("OPTCENTER_NIGHTLY_CRON", typed)
    assert nightly_cron() == "0 2 * * *"
    with pytest.raises(SettingsError, match="OPTCENTER_NIGHTLY_CRON: five cron fields"):
        load_settings()


@pytest.mark.parametrize(
    "typed", ["@daily", "*/15 1-3 * jan,feb mon-fri", "0 0 31 * *", "0 0 29 2 *", " 5 4 * * 7 "]
)
def test_dagster_takes_every_nightly_time_that_is_taken_here(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setenv("OPTCENTER_NIGHTLY_CRON", typed)
    assert nightly_cron() == typed.strip()
    assert load_settings().nightly_cron == typed
    assert dg.ScheduleDefinition(job_name="any", cron_schedule=nightly_cron())
