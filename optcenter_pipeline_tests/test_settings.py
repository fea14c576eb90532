"""Settings from the environment."""

from pathlib import Path

import pytest

from optcenter_pipeline.settings import Settings, SettingsError, load_settings


def test_the_embedded_default_lives_in_one_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPTCENTER_HOME", str(tmp_path))
    settings = load_settings()
    assert settings.workbook_location() == f"local:{tmp_path}/workbook.sqlite"
    assert settings.database_location() == f"sqlite:///{tmp_path}/optcenter.db"
    assert settings.dagster_home() == tmp_path / "dagster"


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
