"""llama.cpp's server as it was recorded (`tests/data/backends/llamacpp`): one model, under whatever name it is asked.

While it loads every path answers 503. A model without a chat template is given ChatML, and `/props` shows that text.
"""

import json
from collections.abc import Iterable
from itertools import chain, repeat
from typing import Any

from tests.fakes.behaviours import paced, replay
from tests.fakes.kinds import llamacpp_answers as answers
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.reply import Reply, reply
from tests.fakes.kinds.server import FakeServer, Refused, bearer
from tests.fakes.kinds.tokens import asked_tools, count_text, has_images, render
from tests.fakes.recorded import recorded
from tests.fakes.wire import Behaviour, Body, Head, Pause, Request, Step

HEADERS = (("Server", "llama.cpp"),)
CHATML = (
    "{%- for message in messages -%}\n"
    "  {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}\n"
    "{%- endfor -%}\n"
    "{%- if add_generation_prompt -%}\n"
    "  {{- '<|im_start|>assistant\\n' -}}\n"
    "{%- endif -%}"
)
"""The template that the server has built in for models without one."""
PING_SECONDS = 30


def fake_llamacpp(knobs: Knobs | None = None, *, slots: int = 1) -> "LlamaCpp":
    return LlamaCpp(knobs or Knobs(), slots)


class LlamaCpp(FakeServer):
    """`context_length` of the model is that of one slot."""

    def __init__(self, knobs: Knobs, slots: int) -> None:
        super().__init__(knobs, not_found=replay("llamacpp/404.json"), headers=HEADERS)
        self.slots = slots
        self.serve(
            {
                "GET /health": replay("llamacpp/health.json"),
                "GET /props": self._props,
                "GET /slots": self._slots,
                "GET /v1/models": self._models,
                "GET /models": self._models,
                "POST /tokenize": self._tokenize,
                "POST /apply-template": self._apply_template,
                "POST /v1/chat/completions": self._chat,
                "POST /v1/chat/completions/input_tokens": self._input_tokens,
                "POST /v1/completions": self._completions,
                "POST /infill": self._infill,
            }
        )

    @property
    def served(self) -> FakeModel:
        return self.knobs.models[0]

    def gate(self, request: Request) -> None:
        if self.knobs.loading:
            raise Refused(replay("llamacpp/loading_503.json"))
        given = (bearer(request), request.header("x-api-key"))
        if self.knobs.key and request.route != "GET /health" and self.knobs.key not in given:
            raise Refused(replay("llamacpp/unauthorised_401.json"))

    def _props(self, request: Request) -> Iterable[Step]:
        model = self.served
        props = recorded("llamacpp/props.json").json
        props["default_generation_settings"]["n_ctx"] = model.context_length
        props["chat_template_caps"] |= dict.fromkeys(("supports_tools", "supports_tool_calls"), self._takes_tools())
        props["chat_template_caps"]["supports_preserve_reasoning"] = model.thinking
        props["modalities"]["vision"] = model.images
        thinking = "{%- if enable_thinking %}<think>{% endif -%}" if model.thinking else ""
        props["chat_template"] = props["chat_template"] + thinking if model.chat else CHATML
        named = {"model_alias": model.name, "model_path": f"/models/{model.name}.gguf", "total_slots": self.slots}
        return answers.json_utf8(props | named)(request)

    def _slots(self, request: Request) -> Iterable[Step]:
        context_length = self.served.context_length
        shown = {"n_ctx": context_length, "speculative": False, "is_processing": False}
        return answers.json_utf8([{"id": number} | shown for number in range(self.slots)])(request)

    def _models(self, request: Request) -> Iterable[Step]:
        return answers.json_utf8(answers.models(self.served))(request)

    def _tokenize(self, request: Request) -> Iterable[Step]:
        words: list[str] = str(request.json.get("content", "")).split()
        numbers = list(range(100, 100 + len(words)))
        paired = [{"id": number, "piece": word} for number, word in zip(numbers, words, strict=True)]
        return answers.json_utf8({"tokens": paired if request.json.get("with_pieces") else numbers})(request)

    def _apply_template(self, request: Request) -> Iterable[Step]:
        return answers.json_utf8({"prompt": self._render(request.json)})(request)

    def _input_tokens(self, request: Request) -> Iterable[Step]:
        count = count_text(self._render(request.json))
        return answers.json_utf8({"input_tokens": count, "object": "response.input_tokens"})(request)

    def _chat(self, request: Request) -> Iterable[Step]:
        asked = request.json
        if has_images(asked) and not self.served.images:
            raise Refused(replay("llamacpp/chat_image_unsupported_500.json"))
        prompt = self._fitting(count_text(self._render(asked)))
        limit = asked.get("max_completion_tokens") or asked.get("max_tokens")
        offered = asked if self._takes_tools() else asked | {"tools": None}
        given = reply(self.knobs, self.served, offered, prompt_tokens=prompt, limit=_limit(limit))
        if not asked.get("stream"):
            return self.generating(answers.chat_whole(given))(request)
        return self._prefilled(answers.chat_stream(given, asked), asked)(request)

    def _completions(self, request: Request) -> Iterable[Step]:
        asked = request.json
        given = self._continued(asked["prompt"], asked.get("max_tokens"))
        if not asked.get("stream"):
            return self.generating(answers.text_whole(given))(request)
        return self._prefilled(answers.text_stream(given), asked)(request)

    def _infill(self, request: Request) -> Iterable[Step]:
        asked = request.json
        if not self.served.fim:
            raise Refused(replay("llamacpp/infill_unsupported_501.json"))
        for key in ("input_prefix", "input_suffix"):
            if key not in asked:
                raise Refused(answers.refusal(400, f"key '{key}' not found", "invalid_request_error"))
        prompt = f"{asked['input_prefix']} {asked['input_suffix']} {asked.get('prompt', '')}"
        given = self._continued(prompt, asked.get("n_predict"))
        native = answers.infill_stream(given) if asked.get("stream") else answers.infill_whole(given)
        return self.generating(native)(request)

    def _continued(self, prompt: str, limit: int | None) -> Reply:
        count = self._fitting(count_text(prompt))
        return reply(self.knobs, self.served, {}, prompt_tokens=count, limit=_limit(limit))

    def _takes_tools(self) -> bool:
        """Whether the template does; one that does not leaves them out without a word."""
        return self.served.chat and self.served.tools

    def _render(self, asked: dict[str, Any]) -> str:
        for message in asked["messages"]:
            for call in message.get("tool_calls") or ():
                _check_arguments(call["function"]["arguments"])
        return render(asked["messages"], asked_tools(asked) if self._takes_tools() else None)

    def _fitting(self, prompt: int) -> int:
        most = self.served.context_length
        if prompt >= most:
            text = f"request ({prompt} tokens) exceeds the available context size ({most} tokens), try increasing it"
            numbers = {"n_prompt_tokens": prompt, "n_ctx": most}
            raise Refused(answers.refusal(400, text, "exceed_context_size_error", numbers))
        return prompt

    def _prefilled(self, behaviour: Behaviour, asked: dict[str, Any]) -> Behaviour:
        """Headers come at once, and comments while the prompt is read."""
        slowed = paced(behaviour, self.knobs.event_seconds) if self.knobs.event_seconds else behaviour
        seconds = self.knobs.prefill_seconds
        interval: float = min(asked.get("sse_ping_interval") or PING_SECONDS, seconds or PING_SECONDS)

        def answer(request: Request) -> Iterable[Step]:
            head, *rest = slowed(request)
            assert isinstance(head, Head)
            waits = repeat((Pause(interval), Body(b":\n\n")), int(seconds / interval))
            return chain([head], chain.from_iterable(waits), [Pause(seconds % interval)], rest)

        return answer if seconds else slowed


def _limit(asked: int | None) -> int | None:
    """-1 is no limit, and 0 still generates one token."""
    return None if asked is None or asked < 0 else max(asked, 1)


def _check_arguments(arguments: str) -> None:
    try:
        json.loads(arguments)
    except ValueError:
        raise Refused(replay("llamacpp/tool_history_bad_arguments_500.json")) from None
