"""Files that are nothing but numbers, each list behind its length."""

from itertools import islice
from pathlib import Path


class NumberFile:
    """Reads a file's whole numbers, in order.

    Raises:
        ValueError: something else stands there.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rest = iter([int(word) for word in path.read_text(encoding="ascii").split()])

    def next(self) -> int:
        """One number."""
        return self.take(1)[0]

    def take(self, count: int) -> list[int]:
        """So many numbers.

        Raises:
            ValueError: the file ends before.
        """
        found = list(islice(self._rest, count))
        if len(found) < count:
            raise self.wrong("ends before all that it announces")
        return found

    def end(self) -> None:
        """See that nothing is left.

        Raises:
            ValueError: something is.
        """
        if next(self._rest, None) is not None:
            raise self.wrong("has numbers left over at its end")

    def wrong(self, what: str) -> ValueError:
        """An error that names the file."""
        return ValueError(f"{self._path}: {what}")
