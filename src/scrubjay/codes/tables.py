"""The code tables there are, as the plain interpreter of rules looks into them."""

from collections.abc import Iterator, Mapping

from scrubjay.codes.file import CodeFile
from scrubjay.codes.folder import files

__all__ = ["Tables"]

Key = str | tuple[str, str]
Spans = list[tuple[int, ...]]


class List(Mapping[Key, Spans]):
    """One list of a table: codes, or pairs of codes, each with its days and value."""

    def __init__(self, file: CodeFile, name: str) -> None:
        self._file = file
        self._name = name

    def __getitem__(self, key: Key) -> Spans:
        codes = (key,) if isinstance(key, str) else key
        found = self._file.intervals(*codes, of=self._name)
        if not found:
            raise KeyError(key)
        return [tuple(span) for span in found]

    def __iter__(self) -> Iterator[Key]:
        raise TypeError("a list of codes is looked into, not gone through")

    def __len__(self) -> int:
        return self._file.lists[self._name]


class Tables(Mapping[str, List]):
    """All lists by name: ``icd10cm``, ``icd10cm.manifestation``."""

    def __init__(self) -> None:
        self._files = {file.table: file for file in map(CodeFile, files())}

    def __getitem__(self, name: str) -> List:
        table, _, of = name.partition(".")
        if of not in self._files[table].lists:
            raise KeyError(name)
        return List(self._files[table], of)

    def __iter__(self) -> Iterator[str]:
        for table, file in self._files.items():
            yield from (f"{table}.{name}" if name else table for name in file.lists)

    def __len__(self) -> int:
        return sum(len(file.lists) for file in self._files.values())
