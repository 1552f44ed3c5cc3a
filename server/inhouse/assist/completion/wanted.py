"""A request for a suggestion."""

from dataclasses import dataclass

from inhouse.context.completion.place import Extent, Place, extent
from inhouse.domain.code import SourceFile


@dataclass(frozen=True, slots=True)
class Wanted:
    """`invoked`: somebody asked for it and will wait, and wants to know of a failure. `others`: files that may help,
    the most useful first."""

    id: str
    file: SourceFile
    place: Place
    invoked: bool = False
    others: tuple[SourceFile, ...] = ()

    @property
    def extent(self) -> Extent:
        return extent(self.place, invoked=self.invoked)
