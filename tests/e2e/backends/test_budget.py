"""The budget against a llama.cpp with a very short context, so that many conversations are at its limit."""

import pytest

from tests.e2e.backends.budget import Budget
from tests.e2e.servers.under_test import REAL_SMALL

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("lab", REAL_SMALL, ids=lambda start: start.name, indirect=True, scope="module"),
]


class TestBudget(Budget): ...
