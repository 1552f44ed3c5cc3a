"""The suite against every fake, llama.cpp and Ollama; `make test-cluster` and `make test-vllm` have the others."""

from dataclasses import replace

import pytest

from tests.e2e.backends.answers import Answers
from tests.e2e.backends.lab import Lab, turned
from tests.e2e.backends.limits import Limits
from tests.e2e.backends.listing import Listing
from tests.e2e.backends.tools import Tools
from tests.e2e.servers import tool_rounds
from tests.e2e.servers.under_test import REAL
from tests.fakes.kinds.knobs import ToolCall
from tests.fakes.kinds.under_test import FAKES
from tests.lsp.plain_json import ResponseError

SERVERS = (*FAKES, *REAL)  # the fakes first, so that both parametrisations number them alike
pytestmark = pytest.mark.asyncio(loop_scope="module")
every = pytest.mark.parametrize("lab", SERVERS, ids=lambda start: start.name, indirect=True, scope="module")
fakes = pytest.mark.parametrize("lab", FAKES, ids=lambda start: start.name, indirect=True, scope="module")


@every
class TestListing(Listing): ...


@every
class TestAnswers(Answers): ...


@every
class TestTools(Tools): ...


@every
class TestLimits(Limits): ...


@fakes
async def test_a_call_to_a_tool_that_was_not_offered_is_an_error(lab: Lab) -> None:
    if not lab.tools:
        return
    unheard_of = ToolCall("delete_everything", {"path": "/"})
    with turned(lab.server.fake, tool_calls=(unheard_of,)), pytest.raises(ResponseError) as caught:
        await lab.chat(tool_rounds.conversation(), tools=tool_rounds.OFFERED)
    assert caught.value.kind == "bad_response"
    assert "delete_everything" in caught.value.message


@fakes
async def test_a_model_that_has_gone_since_it_was_listed_is_said(lab: Lab) -> None:
    await lab.listed(refresh=True)
    if lab.server.unknown_model is None:
        return  # it answers under any name
    other = replace(lab.fake.knobs.models[0], name="acme/another")
    with turned(lab.fake, models=(other,)):
        with pytest.raises(ResponseError) as caught:
            await lab.chat("Hi")
        assert caught.value.kind == "model_not_found"
        listed = await lab.client.request("inhouse/models")
        assert f"{lab.name}|acme/another" in {model["id"] for model in listed["models"]}, "the list is asked for anew"
    await lab.listed(refresh=True)
