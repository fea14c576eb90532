"""Files that are there whole or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def write_atomically(contents: Mapping[Path, bytes]) -> None:
    """Write files, each over whatever stood there; none is touched before all of them are safe on the disk.

    They are written beside their places first and then renamed, so that a reader sees an old file or a new one,
    and a failure leaves the old ones. (Killed between two renames, some of the files are new and some are old.)

    Raises:
        OSError: a file could not be written, and which; no temporary file is left, and no file was changed unless
            a rename itself failed.
    """
    temporaries: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            target = path.resolve()  # a link stays a link
            temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
            with _told_of(path), temporary.open("xb") as file:
                temporaries[target] = temporary
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                _keep_permissions(target, temporary)
        for target, temporary in list(temporaries.items()):
            with _told_of(target):
                temporary.replace(target)
            del temporaries[target]
    finally:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)
    for folder in {path.resolve().parent for path in contents}:
        _sync_folder(folder)


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """What goes wrong with a temporary file, told of the file that people asked for."""
    try:
        yield
    except FileNotFoundError as error:
        folder = path.resolve().parent
        raise FileNotFoundError(error.errno, f"there is no folder {folder}; make it first", str(path)) from error
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _keep_permissions(target: Path, temporary: Path) -> None:
    """Give the new file the old one's; a file that may not be written is not replaced either."""
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    temporary.chmod(target.stat().st_mode & 0o777)


def _sync_folder(folder: Path) -> None:
    """Make the renames last; not every system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)
