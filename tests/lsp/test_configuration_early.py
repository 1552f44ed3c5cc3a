"""A client that is in a hurry: a request before `initialized` costs it none of its settings."""

import sys

from tests.fakes.server import FakeBackend
from tests.lsp.raw_client import RawClient, as_object


def test_request_before_initialized_does_not_lose_the_clients_settings(home: dict[str, str]) -> None:
    with FakeBackend() as backend:
        client = RawClient("serve", command=(sys.executable, "-P", "-m", "inhouse"), env=home)
        client.call("initialize", {"processId": None, "capabilities": {"workspace": {"configuration": True}}})
        early = as_object(client.call("inhouse/models"))
        client.notify("initialized", {})
        asked = client.wait_for(lambda message: message.get("method") == "workspace/configuration")
        late = client.start("inhouse/models")
        settings = {"backends": {"lab": {"url": backend.url}}}
        client.send({"jsonrpc": "2.0", "id": asked["id"], "result": [settings, None]})
        listed = as_object(client.answer(late)["result"])
        client.quit()
    assert early["models"] == []
    assert listed["default"] == "lab|acme/smol"
