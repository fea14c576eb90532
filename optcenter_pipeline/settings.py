"""Settings, from environment variables `OPTCENTER_…` or a `.env` file."""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from croniter import CroniterError, croniter
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "OPTCENTER_"
DEFAULT_SENSOR_SECONDS = 30
DEFAULT_NIGHTLY_CRON = "0 2 * * *"


class SettingsError(Exception):
    """A variable is set to something that it cannot be; the text names it, and never shows its value."""


class Settings(BaseSettings):
    """Where things are and how hard to search; see `load_settings`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", hide_input_in_errors=True)

    home: Path = Path("demo")
    """Folder of the embedded default: local workbook, SQLite database, Dagster's history."""
    workbook: str = ""
    """`local:PATH.sqlite` or `gsheets:SPREADSHEET_ID`; blank: a local workbook in `home`."""
    database_url: str = Field(default="", repr=False)
    """SQLAlchemy URL; blank: SQLite in `home`. May hold a password, so it is shown nowhere."""
    google_credentials: Path | None = None
    """A service account's JSON file; needed for `gsheets:`."""
    google_api_root: str | None = None
    """Root of another server that speaks Google's API; blank: Google's own hosts."""
    workbook_deadline: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 120.0
    """Seconds for one call of the workbook's server with all of its attempts; a quota refills within a minute."""
    blank_rows: Annotated[int, Field(ge=1)] = 50
    """So many blank rows in a run end a tab; what stands below is warned about."""
    solver_time_limit: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Seconds for a whole run; blank: none, and then the same inputs give the same answer."""
    solver_node_limit: Annotated[int, Field(ge=1)] | None = None
    """Nodes of the search for a whole run; blank: none. The same inputs give the same answer, with it too."""
    solver_mip_gap: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1e-4
    """Relative gap at which an answer counts as proven."""
    solver_threads: Annotated[int, Field(ge=1)] = 1
    allowed_requesters: str = ""
    """Who may ask for actions in the tab Actions: e-mail addresses or `*@domain`, separated by commas, compared
    without case; blank: anybody who can edit the workbook."""
    action_expiry_hours: Annotated[float, Field(gt=0, le=24 * 366, allow_inf_nan=False)] = 24.0
    """An older request in Actions is not carried out."""
    sensor_seconds: Annotated[int, Field(ge=1)] = DEFAULT_SENSOR_SECONDS
    """Between two looks of a sensor at the workbook; Google's quota is 60 reads a minute."""
    nightly_cron: str = DEFAULT_NIGHTLY_CRON
    """When `nightly_optimize` runs, once it is switched on; UTC."""
    dagster_url: str = "http://127.0.0.1:3000"
    """Address of the Dagster UI, for links in the sheet."""
    reports: Path | None = None
    """Folder of the runs' reports; blank: `reports` in `home`."""
    reports_url: str | None = None
    """Address under which that folder is served, for links in the sheet; blank: links lead to the files."""

    reports_kept: Annotated[int, Field(ge=0)] = 50
    """So many of the newest reports stay for each scenario and set, and those of approved runs; 0: all."""

    @field_validator("*", mode="before")
    @classmethod
    def _blank_is_the_default(cls, value: Any, info: ValidationInfo) -> Any:
        """A variable that is set to nothing says nothing, and hides what .env says."""
        return cls.model_fields[info.field_name or ""].default if value == "" else value

    @field_validator("home")
    @classmethod
    def _is_a_plain_folder(cls, home: Path) -> Path:
        if any(mark in str(home) for mark in "?#%"):
            raise PydanticCustomError(
                "home", "a folder whose path has none of ? # %, which mean something in a database's address"
            )
        return home

    @field_validator("nightly_cron")
    @classmethod
    def _is_a_schedule(cls, cron: str) -> str:
        if not _is_cron(cron):
            raise PydanticCustomError(
                "cron", "five cron fields that a day exists for: minute hour day month weekday, e.g. 0 2 * * *"
            )
        return cron

    @field_validator("reports_url")
    @classmethod
    def _is_a_web_address(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", address):
            raise PydanticCustomError(
                "reports_url", "an address without ? and #, e.g. https://plans.example.com/reports"
            )
        return address

    def workbook_location(self) -> str:
        """Where the workbook is: as set, or the embedded default."""
        return self.workbook or f"local:{self.home.absolute() / 'workbook.sqlite'}"

    def database_location(self) -> str:
        """The database's URL: as set, or the embedded default."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'optcenter.db'}"

    def reports_folder(self) -> Path:
        """Folder of the runs' reports: as set, or the embedded default."""
        return (self.reports or self.home / "reports").absolute()

    def dagster_home(self) -> Path:
        """Folder of Dagster's own history, where `DAGSTER_HOME` does not say otherwise."""
        return self.home.absolute() / "dagster"


def load_settings() -> Settings:
    """The settings as they are now, read anew where a variable or the file has changed.

    Raises:
        SettingsError: one line that names every variable that is wrong, or the file that cannot be read.
    """
    file = Path(str(Settings.model_config.get("env_file")))
    variables = frozenset(item for item in os.environ.items() if item[0].upper().startswith(PREFIX))
    try:
        return _settings(file.read_bytes() if file.is_file() else b"", variables)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the file {file} cannot be read: {error}") from None
    except ValidationError as error:
        problems = [f"{PREFIX}{problem['loc'][0]}".upper() + f": {problem['msg']}" for problem in error.errors()]
        raise SettingsError("; ".join(problems)) from None


@lru_cache(maxsize=1)
def _settings(_file: bytes, _variables: frozenset[tuple[str, str]]) -> Settings:
    """A stage asks many times, and to read them takes as long as a look at the database."""
    return Settings()


def sensor_seconds() -> int:
    """`OPTCENTER_SENSOR_SECONDS` alone, for definitions, which are made before anything may fail.

    What is no whole number from 1 on is the default here; `load_settings` says what is wrong with it.
    """
    typed = os.environ.get("OPTCENTER_SENSOR_SECONDS", "").strip()
    return int(typed) if typed.isdecimal() and int(typed) > 0 else DEFAULT_SENSOR_SECONDS


def nightly_cron() -> str:
    """`OPTCENTER_NIGHTLY_CRON` alone, for definitions.

    What is no cron expression is the default here; `load_settings` says what is wrong with it.
    """
    typed = os.environ.get("OPTCENTER_NIGHTLY_CRON", "").strip()
    return typed if _is_cron(typed) else DEFAULT_NIGHTLY_CRON


def _is_cron(text: str) -> bool:
    """Whether Dagster takes it: five fields, without seconds, and a day that comes."""
    if text == DEFAULT_NIGHTLY_CRON:
        return True
    try:
        fields, *_ = croniter.expand(text)
        croniter(text).get_next()
    except CroniterError:
        return False
    return len(fields) == 5
