"""Text Generation Inference, v3.3 and v2.4, as its source and its published API description say; none was run.

The router answers `/info`, `/health`, `/v1/models` and `/chat_tokenize` without the key. Sources:
`router/src/server.rs`, `validation.rs`, `chat.rs` at db931fc (v3.3) and at 003eaec with `docs/openapi.json` (v2.4).
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tests.fakes.behaviours import json_reply, replay
from tests.fakes.behaviours import reply as answer
from tests.fakes.kinds import tgi_answers
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.reply import Reply, reply
from tests.fakes.kinds.server import FakeServer, Refused, bearer
from tests.fakes.kinds.tokens import asked_tools, count_chat, count_text, has_images, render
from tests.fakes.wire import Request, Step

V3 = "3.3.6"
V2 = "2.4.1"

MAX_STOPS = 4
MAX_BATCH = 4
DEFAULT_COMPLETION_TOKENS = 100
LOCKED = frozenset({"/", "/generate", "/generate_stream", "/v1/chat/completions", "/v1/completions", "/tokenize"})
STARCODER = FakeModel(name="bigcode/starcoder2-3b", chat=False, tools=False, fim=True)
"""A base model whose tokenizer has no chat template."""


def fake_tgi(knobs: Knobs | None = None, *, version: str = V3) -> "Tgi":
    return Tgi(knobs or Knobs(), version)


class Tgi(FakeServer):
    """One model; the field `model` is not looked at, any other name than `tgi` asks for a LoRA adapter."""

    def __init__(self, knobs: Knobs, version: str) -> None:
        super().__init__(knobs, not_found=answer(404), wrong_method=answer(405), headers=())
        self.version = version
        self.serve(
            {
                "GET /info": self._info,
                "GET /health": self._health,
                "GET /v1/models": self._models,
                "POST /tokenize": self._tokenize,
                "POST /chat_tokenize": self._chat_tokenize,
                "POST /v1/chat/completions": self._chat,
                "POST /v1/completions": self._completions,
                "POST /generate": self._generate,
                "POST /generate_stream": self._generate_stream,
            }
        )

    @property
    def served(self) -> FakeModel:
        return self.knobs.models[0]

    def gate(self, request: Request) -> None:
        path = request.path.partition("?")[0]
        if self.knobs.key and path in LOCKED and bearer(request) != self.knobs.key:
            raise Refused(answer(401))

    def _health(self, request: Request) -> Iterable[Step]:
        return (replay("tgi/unhealthy_503.json") if self.knobs.loading else answer(200))(request)

    def _info(self, request: Request) -> Iterable[Step]:
        model = self.served
        return json_reply(
            {
                "model_id": model.name,
                "model_sha": "0123abcd",
                "model_pipeline_tag": "text-generation",
                "max_concurrent_requests": 128,
                "max_best_of": 2,
                "max_stop_sequences": MAX_STOPS,
                "max_input_tokens": model.context_length - 1,
                "max_total_tokens": model.context_length,
                "validation_workers": 2,
                "max_client_batch_size": MAX_BATCH,
                "router": "text-generation-router",
                "version": self.version,
                "sha": None,
                "docker_label": None,
            }
        )(request)

    def _models(self, request: Request) -> Iterable[Step]:
        name = self.served.name
        model = {"id": name, "object": "model", "created": 0, "owned_by": name}
        return json_reply({"object": "list", "data": [model]})(request)

    def _tokenize(self, request: Request) -> Iterable[Step]:
        return json_reply(tgi_answers.tokens(request.json["inputs"]))(request)

    def _chat_tokenize(self, request: Request) -> Iterable[Step]:
        asked = request.json
        self._check_chat(asked)
        text = render(asked["messages"], asked_tools(asked))
        return json_reply({"tokenize_response": tgi_answers.tokens(text), "templated_text": text})(request)

    def _chat(self, request: Request) -> Iterable[Step]:
        asked = request.json
        self._check_chat(asked)
        sampled = asked if asked.get("temperature") != 0 else {**asked, "temperature": None}
        shape = tgi_answers.Shape(self.version, _adapter(asked) or self.served.name)
        prompt = count_chat(asked["messages"], asked_tools(asked))
        refusal = self._refusal(sampled, prompt, asked.get("max_tokens"))
        if not asked.get("stream"):
            self._raise(refusal)
            given = self._reply(asked, prompt, asked.get("max_tokens"))
            return self.generating(tgi_answers.chat_whole(given, shape))(request)
        if refusal:
            return tgi_answers.refused_stream(refusal, shape)(request)
        given = self._reply(asked, prompt, asked.get("max_tokens"))
        return self.generating(tgi_answers.chat_stream(given, shape, asked))(request)

    def _completions(self, request: Request) -> Iterable[Step]:
        asked = request.json
        if asked.get("suffix") is not None:
            text = "Suffix is not supported and can be achieved by preprocessing the prompt."
            raise Refused(json_reply({"error": text, "error_type": "suffix not supported"}, status=422))
        sampled = asked if asked.get("temperature") != 0 else {**asked, "temperature": None}
        shape = tgi_answers.Shape(self.version, self.served.name)
        limit: int = asked.get("max_tokens") or DEFAULT_COMPLETION_TOKENS
        prompt = count_text(asked["prompt"])
        refusal = self._refusal(sampled, prompt, limit)
        if not asked.get("stream"):
            self._raise(refusal)
            return self.generating(tgi_answers.text_whole(self._reply({}, prompt, limit), shape))(request)
        if refusal:
            return tgi_answers.refused_stream(refusal, shape, is_chat=False)(request)
        return self.generating(tgi_answers.text_stream(self._reply({}, prompt, limit), shape))(request)

    def _generate(self, request: Request) -> Iterable[Step]:
        given, refusal = self._generated(request)
        self._raise(refusal)
        return self.generating(tgi_answers.generated_whole(given, request.json))(request)

    def _generate_stream(self, request: Request) -> Iterable[Step]:
        given, refusal = self._generated(request)
        if refusal:
            shape = tgi_answers.Shape(self.version, self.served.name)
            return tgi_answers.refused_stream(refusal, shape, is_chat=False, done=False)(request)
        return self.generating(tgi_answers.generated_stream(given, self.version))(request)

    def _generated(self, request: Request) -> tuple[Reply, tgi_answers.Refusal | None]:
        inputs: str = request.json["inputs"]
        parameters: dict[str, Any] = request.json.get("parameters") or {}
        prompt = count_text(inputs)
        limit = parameters.get("max_new_tokens")
        return self._reply({}, prompt, limit), self._refusal(parameters, prompt, limit)

    def _reply(self, asked: dict[str, Any], prompt: int, limit: int | None) -> Reply:
        """Thinking is not told apart: it comes as the model wrote it."""
        given = reply(self.knobs, self.served, asked, prompt_tokens=prompt, limit=limit)
        thought = ("<think>", *given.thinking, "</think>") if given.thinking else ()
        return replace(given, thinking=(), texts=(*thought, *given.texts))

    def _check_chat(self, asked: dict[str, Any]) -> None:
        """What is refused before the request becomes a generation: with its status also where a stream is asked for."""
        if "messages" not in asked:
            text = (
                "Failed to deserialize the JSON body into the target type: missing field `messages` at line 1 column 2"
            )
            raise Refused(answer(422, text.encode(), content_type="text/plain; charset=utf-8"))
        if asked.get("tools") and asked.get("response_format"):
            self._raise(tgi_answers.Refusal("Tool error: Grammar and tools are mutually exclusive", "tool_error"))
        if not self.served.chat:
            raise Refused(replay("tgi/no_template_422.json"))

    def _raise(self, refusal: tgi_answers.Refusal | None) -> None:
        if refusal:
            raise Refused(refusal.behaviour())

    def _refusal(self, parameters: dict[str, Any], prompt: int, limit: int | None) -> tgi_answers.Refusal | None:
        """What the generation is refused for, within the answer's stream where there is one."""
        if self.knobs.busy:
            return tgi_answers.Refusal("Model is overloaded", "overloaded", status=429)
        text = _wrong_parameter(parameters, limit) or self._too_long(prompt, limit) or self._image(parameters)
        return tgi_answers.Refusal(f"Input validation error: {text}", "validation") if text else None

    def _image(self, asked: dict[str, Any]) -> str | None:
        wrong = "messages" in asked and not self.served.images and has_images(asked)
        return "image modality is not supported" if wrong else None

    def _too_long(self, prompt: int, limit: int | None) -> str | None:
        most = self.served.context_length
        if prompt + (limit or 0) > most:
            given = f"Given: {prompt} `inputs` tokens and {limit or 0} `max_new_tokens`"
            return f"`inputs` tokens + `max_new_tokens` must be <= {most}. {given}"
        if prompt > most - 1:
            return f"`inputs` must have less than {most - 1} tokens. Given: {prompt}"
        return None


def _adapter(asked: dict[str, Any]) -> str | None:
    name = asked.get("model")
    return None if name == "tgi" else name


def _wrong_parameter(parameters: dict[str, Any], limit: int | None) -> str | None:
    temperature, top_p, stops = (parameters.get(name) for name in ("temperature", "top_p", "stop"))
    if temperature is not None and temperature <= 0:
        return "`temperature` must be strictly positive"
    if top_p is not None and not 0 < top_p < 1:
        return "`top_p` must be > 0.0 and < 1.0"
    if limit == 0:
        return "`max_new_tokens` must be strictly positive"
    if stops and len(stops) > MAX_STOPS:
        return f"`stop` supports up to {MAX_STOPS} stop sequences. Given: {len(stops)}"
    return None
