"""An address at which one server after the other listens, or none, as on a machine that is used for several."""

from collections.abc import Iterable

from tests.fakes.server import FakeBackend
from tests.fakes.wire import Request, Rst, Step


class Address(FakeBackend):
    """`serves` answers in its place and need not run itself; while there is none, every connection is reset."""

    def __init__(self, serves: FakeBackend | None = None) -> None:
        super().__init__()
        self.serves = serves

    def _steps(self, request: Request) -> Iterable[Step]:
        return (Rst(),) if self.serves is None else self.serves._steps(request)
