"""The core's errors as Dagster failures: one clear text, the messages as metadata, no retry of what cannot mend."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

INVALID_INPUT = "invalid_input"
SYSTEM_ERROR = "system_error"


@contextmanager
def told_clearly(*, kept: str = "") -> Iterator[None]:
    """Turn the errors that the rooms document into `dagster.Failure`s that carry their text and kind.

    Metadata: `kind` (`invalid_input` or `system_error`) and `messages`, a JSON list of lines.

    Args:
        kept: what is safe though the workbook's server failed, and what brings it to the sheet.
    """
    from optcenter_pipeline.database.errors import DatabaseError, RunBlockedError
    from optcenter_pipeline.rules.analysis_options import WrongAnalysesError
    from optcenter_pipeline.runs.saving import NothingToWorkOnError
    from optcenter_pipeline.settings import SettingsError
    from optcenter_pipeline.stages.partitions import UnknownPartitionError
    from optcenter_pipeline.workbook.errors import WorkbookError, WorkbookQuotaError, WorkbookUnreachableError

    try:
        yield
    except RunBlockedError as error:
        raise _failure("The workbook's rows block this run", INVALID_INPUT, list(error.lines)) from error
    except (NothingToWorkOnError, UnknownPartitionError, WrongAnalysesError) as error:
        raise _failure(str(error), INVALID_INPUT, [str(error)]) from error
    except (WorkbookUnreachableError, WorkbookQuotaError) as error:
        text = f"{error} {kept}".rstrip()
        raise _failure(text, SYSTEM_ERROR, [text]) from error
    except (WorkbookError, DatabaseError, SettingsError) as error:
        raise _failure(str(error), SYSTEM_ERROR, [str(error)]) from error


def _failure(description: str, kind: str, messages: list[str]) -> dg.Failure:
    metadata = {"kind": dg.MetadataValue.text(kind), "messages": dg.MetadataValue.json(messages)}
    return dg.Failure(description, metadata=metadata, allow_retries=False)
