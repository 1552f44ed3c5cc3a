"""Ollama, its own API and the one below `/v1`, as its source (fb30760) and documentation say.

It has no key. A model stays loaded with the `num_ctx` of the last request; a chat that is too long loses its oldest
messages without a word, unless the request says `truncate: false`. While a model loads, a chat is kept waiting.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tests.fakes.behaviours import json_reply, replay, steps
from tests.fakes.behaviours import reply as answer
from tests.fakes.kinds import ollama_answers as answers
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.reply import Reply, reply
from tests.fakes.kinds.server import FakeServer, Refused
from tests.fakes.kinds.tokens import asked_tools, count_chat, count_text, has_images
from tests.fakes.wire import Behaviour, Request, Stall, Step

OVERFLOW = "the input length exceeds the context length"
V24 = "0.24.0"
V33 = "0.33.0"


def fake_ollama(knobs: Knobs | None = None, *, version: str = V33) -> "Ollama":
    return Ollama(knobs or Knobs(), version)


class Ollama(FakeServer):
    """`loaded` maps the models in memory to the context length that they were loaded with."""

    def __init__(self, knobs: Knobs, version: str) -> None:
        text = "text/plain"
        not_found = answer(404, b"404 page not found", content_type=text)
        wrong_method = answer(405, b"405 method not allowed", content_type=text)
        super().__init__(knobs, not_found=not_found, wrong_method=wrong_method, headers=())
        self.version = version
        self.loaded = {model.name: model.context_length for model in knobs.models if model.loaded}
        self.serve(
            {
                "GET /": replay("ollama/root.txt"),
                "HEAD /": answer(200),
                "GET /api/version": json_reply({"version": version}),
                "GET /api/status": json_reply({"cloud": {"disabled": False, "source": "none"}}),
                "GET /api/tags": self._tags,
                "GET /api/ps": self._ps,
                "POST /api/show": self._show,
                "POST /api/chat": self._chat,
                "POST /api/generate": self._generate,
                "GET /v1/models": self._models,
                "POST /v1/chat/completions": self._v1_chat,
                "POST /v1/completions": self._v1_completions,
            }
        )

    def _tags(self, request: Request) -> Iterable[Step]:
        with_capabilities = self.version != V24
        listed = [answers.tag(model, with_capabilities=with_capabilities) for model in self.knobs.models]
        return json_reply({"models": listed})(request)

    def _ps(self, request: Request) -> Iterable[Step]:
        known = {model.name: model for model in self.knobs.models}
        listed = [answers.running(known[name], length) for name, length in self.loaded.items() if name in known]
        return json_reply({"models": listed})(request)

    def _show(self, request: Request) -> Iterable[Step]:
        asked = request.json
        return json_reply(answers.shown(self._known(asked.get("model") or asked["name"])))(request)

    def _chat(self, request: Request) -> Iterable[Step]:
        asked = request.json
        model = self._known(asked["model"])
        messages: list[dict[str, Any]] = asked.get("messages") or []
        if not messages:
            return self._load(model, asked, "message")(request)
        self._check(model, asked)
        options: dict[str, Any] = asked.get("options") or {}
        prompt = self._fitting(model, asked, messages)
        thinks = asked.get("think") is not False
        given = self._reply(model, asked, prompt, options.get("num_predict"), thinks=thinks)
        native = answers.chat_stream(given) if asked.get("stream", True) else answers.chat_whole(given)
        return self.generating(native)(request)

    def _generate(self, request: Request) -> Iterable[Step]:
        asked = request.json
        model = self._known(asked["model"])
        if not asked.get("prompt"):
            return self._load(model, asked, "response")(request)
        if asked.get("suffix") and not model.fim:
            raise _refused(f"{_full_name(model)} does not support insert")
        self._wait()
        options: dict[str, Any] = asked.get("options") or {}
        text = f"{asked['prompt']} {asked.get('suffix', '')}"
        prompt = self._fitting(model, asked, [{"role": "user", "content": text}])
        given = self._reply(model, {}, prompt, options.get("num_predict"), thinks=False)
        native = answers.generate_stream(given) if asked.get("stream", True) else answers.generate_whole(given)
        return self.generating(native)(request)

    def _models(self, request: Request) -> Iterable[Step]:
        listed = [answers.v1_model(model) for model in self.knobs.models]
        return json_reply({"object": "list", "data": listed})(request)

    def _v1_chat(self, request: Request) -> Iterable[Step]:
        """No field sets the context length, so the chat is cut to what is loaded."""
        asked = request.json
        try:
            model = self._known(asked["model"])
            self._check(model, asked)
        except Refused as refused:
            raise Refused(answers.as_v1(refused.behaviour, request)) from None
        prompt = self._fitting(model, {"tools": asked.get("tools")}, asked["messages"])
        thinks = asked.get("reasoning_effort") != "none"
        given = self._reply(model, asked, prompt, asked.get("max_tokens"), thinks=thinks)
        v1 = answers.v1_stream(given, asked) if asked.get("stream") else answers.v1_whole(given)
        return self.generating(v1)(request)

    def _v1_completions(self, request: Request) -> Iterable[Step]:
        asked = request.json
        try:
            model = self._known(asked["model"])
        except Refused as refused:
            raise Refused(answers.as_v1(refused.behaviour, request)) from None
        self._wait()
        given = self._reply(model, {}, count_text(asked["prompt"]), asked.get("max_tokens"), thinks=False)
        v1 = answers.v1_text_stream(given, asked) if asked.get("stream") else answers.v1_text_whole(given)
        return self.generating(v1)(request)

    def _known(self, name: str) -> FakeModel:
        model = self.model(name) or self.model(name.removesuffix(":latest"))
        if model is None:
            raise _refused(f"model '{name}' not found", 404)
        return model

    def _check(self, model: FakeModel, asked: dict[str, Any]) -> None:
        if asked.get("tools") and not model.tools:
            raise _refused(f"{_full_name(model)} does not support tools")
        if asked.get("think") and not model.thinking:
            raise _refused(f'"{model.name}" does not support thinking')
        if has_images(asked) and not model.images:
            raise _refused(f"{_full_name(model)} does not support vision")
        self._wait()

    def _wait(self) -> None:
        if self.knobs.busy:
            raise Refused(replay("ollama/queue_full_503.json"))
        if self.knobs.loading:
            raise Refused(steps(Stall()))

    def _load(self, model: FakeModel, asked: dict[str, Any], field: str) -> Behaviour:
        """A request without a prompt loads the model, or unloads it where it is to be kept for no time."""
        self._wait()
        if asked.get("keep_alive") == 0:
            self.loaded.pop(model.name, None)
            return answers.loaded(model, field, "unload")
        self._context_length(model, asked)
        return answers.loaded(model, field, "load")

    def _context_length(self, model: FakeModel, asked: dict[str, Any]) -> int:
        """What the model is loaded with from now on."""
        options: dict[str, Any] = asked.get("options") or {}
        wanted: int = options.get("num_ctx") or model.context_length
        self.loaded[model.name] = min(wanted, model.max_context_length)
        return self.loaded[model.name]

    def _fitting(self, model: FakeModel, asked: dict[str, Any], messages: list[dict[str, Any]]) -> int:
        """The tokens of what is kept: system messages and the newest ones."""
        most = self._context_length(model, asked)
        tools = asked_tools(asked)
        if asked.get("truncate", True) is False and count_chat(messages, tools) > most:
            raise _refused(OVERFLOW)
        kept = messages
        while count_chat(kept, tools) > most and (oldest := _oldest(kept)) is not None:
            kept = [message for message in kept if message is not oldest]
        return min(count_chat(kept, tools), most)

    def _reply(self, model: FakeModel, asked: dict[str, Any], prompt: int, limit: int | None, *, thinks: bool) -> Reply:
        running = replace(model, context_length=self.loaded.get(model.name, model.context_length))
        most = None if limit is None or limit < 0 else limit
        given = reply(self.knobs, running, asked, prompt_tokens=prompt, limit=most)
        return given if thinks else replace(given, thinking=())


def _oldest(messages: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((message for message in messages[:-1] if message["role"] != "system"), None)


def _full_name(model: FakeModel) -> str:
    tagged = model.name if ":" in model.name else f"{model.name}:latest"
    return f"registry.ollama.ai/{tagged if '/' in tagged else f'library/{tagged}'}"


def _refused(message: str, status: int = 400) -> Refused:
    return Refused(json_reply({"error": message}, status=status))
