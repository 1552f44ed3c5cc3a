"""One suite for every server, real and fake: what a user notices of it through the language server."""

import pytest

pytest.register_assert_rewrite(
    "tests.e2e.backends.answers",
    "tests.e2e.backends.budget",
    "tests.e2e.backends.found",
    "tests.e2e.backends.lab",
    "tests.e2e.backends.limits",
    "tests.e2e.backends.listing",
    "tests.e2e.backends.tools",
)
