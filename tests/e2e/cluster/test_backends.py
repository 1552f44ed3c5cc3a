"""The suite for every server (tests/e2e/backends), here against a LiteLLM proxy with two llama.cpp replicas."""

import pytest

from tests.e2e.backends.answers import Answers
from tests.e2e.backends.limits import Limits
from tests.e2e.backends.listing import Listing
from tests.e2e.backends.tools import Tools
from tests.e2e.servers.under_test import REAL_CLUSTER

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("lab", REAL_CLUSTER, ids=lambda start: start.name, indirect=True, scope="module"),
]


class TestListing(Listing): ...


class TestAnswers(Answers): ...


class TestTools(Tools): ...


class TestLimits(Limits): ...
