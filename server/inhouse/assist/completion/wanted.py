"""A request for a suggestion."""

from dataclasses import dataclass

from inhouse.context.completion.place import Extent, Place, extent


@dataclass(frozen=True, slots=True)
class Wanted:
    """`uri` tells the file from others, `name` is what a model is told as its name. `invoked`: somebody asked for it
    and will wait, and wants to know of a failure."""

    id: str
    uri: str
    name: str
    place: Place
    invoked: bool = False

    @property
    def extent(self) -> Extent:
        return extent(self.place, invoked=self.invoked)
