"""Work that only one process at a time may do."""

import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.errors import LeaseHeldError
from optcenter_pipeline.database.leases import hold_lease

AT_ONCE = dt.timedelta(0)

DIES_WITH_THE_LEASE = """
import os, signal, sys
from optcenter_pipeline.database.connection import open_database
from optcenter_pipeline.database.leases import hold_lease
with hold_lease(open_database(sys.argv[1]), "the sheet"):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_lease_leaves_nothing_behind(database: Database) -> None:
    with hold_lease(database, "the sheet"):
        pass
    with hold_lease(database, "the sheet", patience=AT_ONCE):
        pass


def test_two_leases_of_other_names_do_not_meet(database: Database) -> None:
    with hold_lease(database, "the sheet"), hold_lease(database, "another sheet", patience=AT_ONCE):
        pass


def test_nobody_else_gets_it_meanwhile(database: Database) -> None:
    with (
        hold_lease(database, "the sheet"),
        pytest.raises(LeaseHeldError, match="the sheet is in the hands of"),
        hold_lease(database, "the sheet", patience=AT_ONCE),
    ):
        pass


def test_it_is_given_back_on_an_error(database: Database) -> None:
    with pytest.raises(RuntimeError), hold_lease(database, "the sheet"):
        raise RuntimeError
    with hold_lease(database, "the sheet", patience=AT_ONCE):
        pass


def test_of_many_one_at_a_time_and_each_in_turn(database: Database) -> None:
    inside, most, done = 0, 0, []
    counting = threading.Lock()

    def work(number: int) -> None:
        nonlocal inside, most
        with hold_lease(database, "the sheet"):
            with counting:
                inside += 1
                most = max(most, inside)
            done.append(number)
            with counting:
                inside -= 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert sorted(done) == list(range(6))


def test_a_holder_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'optcenter.db'}"
    subprocess.run([sys.executable, "-c", DIES_WITH_THE_LEASE, url], check=False)
    with open_database(url) as database, hold_lease(database, "the sheet", patience=AT_ONCE):
        pass
