"""Detection, and the list of models."""

import pytest

from tests.e2e.backends.lab import Lab
from tests.fakes.kinds.under_test import ServerUnderTest
from tests.lsp.plain_json import ResponseError

TELLS_FIM = ("llamacpp", "ollama")
"""Kinds that say themselves whether a model fills in the middle."""


class Listing:
    async def test_its_model_is_listed_with_its_true_context_length(self, lab: Lab) -> None:
        server = lab.server
        model = await lab.listed(refresh=True)
        assert (model["name"], model["state"], model["contextLength"]) == (server.model, "ready", server.context_length)
        assert model["contextSource"] == server.length_source
        can = model["capabilities"]
        assert can["chat"] is server.chat
        assert lab.tools or not can["toolCalling"], "what it cannot do is not promised"
        lab.row.found("context length", {"server": "of the server", "assumed": "assumed"}[model["contextSource"]])
        told = "yes" if server.kind in TELLS_FIM else "by its name"
        lab.row.found("fill-in-the-middle", told if can["fim"] else "no")

    async def test_its_software_is_recognised_and_the_evidence_shown(self, lab: Lab) -> None:
        await lab.listed()
        status = await lab.status()
        assert (status["kind"], status["state"]) == (lab.server.kind, "ready")
        assert status["evidence"]
        what = "a fake of" if lab.server.fake is not None else "the real one,"
        lab.row.found("tried", f"{what} {lab.server.version}" if lab.server.version else "a fake")
        lab.row.found("kind", status["kind"])
        lab.row.found("evidence", status["evidence"])
        lab.row.found("version", status.get("version", "-"))

    async def test_a_model_that_it_does_not_have_is_said_with_those_that_it_has(self, lab: Lab) -> None:
        asked = lab.asked("Hi") | {"model": f"{lab.name}|nobody/has-this"}
        with pytest.raises(ResponseError) as caught:
            await lab.client.chat(asked)
        assert caught.value.kind == "model_not_found"
        assert lab.model in caught.value.data["hint"]


def requests_until_listed(server: ServerUnderTest) -> int:
    """How many requests a fake has seen; each path once."""
    assert server.fake is not None
    paths = server.fake.paths()
    shows = [path for path in paths if path == "POST /api/show"]
    assert len(set(paths)) + max(0, len(shows) - 1) == len(paths), f"asked twice: {paths}"
    return len(paths)
