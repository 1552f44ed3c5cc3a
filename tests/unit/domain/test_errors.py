"""An error is its sentence, and can be told again with more known about it."""

import dataclasses

from inhouse.domain.errors import ErrorKind, InhouseError


def test_a_copy_knows_more_and_leaves_the_first_alone() -> None:
    error = InhouseError(kind=ErrorKind.TIMEOUT, message="lab is slow.", hint="Wait.", backend="lab")
    copy = dataclasses.replace(error, request_id="r1")
    assert (str(copy), copy.kind, copy.backend, copy.request_id) == ("lab is slow.", ErrorKind.TIMEOUT, "lab", "r1")
    assert error.request_id is None
