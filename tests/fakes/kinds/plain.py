"""An OpenAI-compatible server of no known kind: it lists names, answers chats, may complete, and has nothing else.

Its refusals are worded as OpenAI's API words them.
"""

from collections.abc import Iterable

from tests.fakes.behaviours import json_reply
from tests.fakes.kinds import openai_shape as openai
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.reply import reply
from tests.fakes.kinds.server import FakeServer, Refused, bearer
from tests.fakes.kinds.tokens import asked_tools, count_chat, count_text, has_images
from tests.fakes.wire import Behaviour, Request, Step

CREATED = 1700000500
HEAD = {"id": "chatcmpl-plain1", "created": CREATED}
FAILURE = openai.error("The server had an error while processing your request.", "server_error")


def fake_plain(knobs: Knobs | None = None, *, others: int = 404, completes: bool = False) -> "Plain":
    """`others` is the status of every path that it does not serve: 404, or the 401 or 403 of a gateway."""
    fake = Plain(knobs or Knobs(), others)
    if completes:
        fake.serve({"POST /v1/completions": fake.completions})
    return fake


class Plain(FakeServer):
    def __init__(self, knobs: Knobs, others: int) -> None:
        super().__init__(knobs, not_found=_refusal("No such path.", others), wrong_method=_refusal("No.", 405))
        self.serve({"GET /v1/models": self._models, "POST /v1/chat/completions": self._chat})

    def gate(self, request: Request) -> None:
        if self.knobs.key and bearer(request) != self.knobs.key:
            raise Refused(json_reply(openai.error("Incorrect API key provided.", code="invalid_api_key"), status=401))
        if self.knobs.loading:
            raise Refused(json_reply(openai.error("The model is loading.", "server_error"), status=503))

    def _models(self, request: Request) -> Iterable[Step]:
        listed = [
            {"id": model.name, "object": "model", "created": CREATED, "owned_by": "acme"} for model in self.knobs.models
        ]
        return json_reply({"object": "list", "data": listed})(request)

    def _chat(self, request: Request) -> Iterable[Step]:
        asked = request.json
        model = self._known(asked.get("model"))
        if self.knobs.busy:
            error = openai.error("Rate limit reached.", "rate_limit_error", code="rate_limit_exceeded")
            raise Refused(json_reply(error, status=429, headers=(("Retry-After", "1"),)))
        prompt = count_chat(asked["messages"], asked_tools(asked))
        limit: int | None = asked.get("max_tokens") or asked.get("max_completion_tokens")
        if has_images(asked) and not model.images:
            raise Refused(_refusal("Image input is not supported by this model.", 400))
        if asked_tools(asked) and not model.tools:
            raise Refused(_refusal(f"{model.name} does not support tools.", 400))
        if prompt + (limit or 0) > model.context_length:
            raise Refused(_overflow(model, prompt, limit))
        given = reply(self.knobs, model, asked, prompt_tokens=prompt, limit=limit)
        head = HEAD | {"model": model.name}
        if asked.get("stream"):
            listed = openai.chunks(given, head, include_usage=openai.wants_usage(asked))
            return self.generating(openai.streamed(listed, given, FAILURE))(request)
        if given.finish is None:
            raise Refused(json_reply(FAILURE, status=500))
        return self.generating(json_reply(openai.body(given, head)))(request)

    def completions(self, request: Request) -> Iterable[Step]:
        """Streams alone; no more than four stops, as OpenAI's API."""
        asked = request.json
        if len(asked.get("stop", ())) > 4:
            raise Refused(_refusal("At most 4 stop sequences are allowed.", 400))
        model, prompt = self._known(asked.get("model")), count_text(asked["prompt"])
        if prompt + asked["max_tokens"] > model.context_length:
            raise Refused(_overflow(model, prompt, asked["max_tokens"]))
        given = reply(self.knobs, model, {}, prompt_tokens=prompt, limit=asked["max_tokens"])
        listed = openai.text_chunks(given, HEAD | {"model": model.name}, include_usage=openai.wants_usage(asked))
        return self.generating(openai.streamed(listed, given, FAILURE))(request)

    def _known(self, name: str | None) -> FakeModel:
        model = self.model(name)
        if model is None:
            text = f"The model `{name}` does not exist or you do not have access to it."
            raise Refused(json_reply(openai.error(text, code="model_not_found"), status=404))
        return model


def _refusal(message: str, status: int) -> Behaviour:
    return json_reply(openai.error(message), status=status)


def _overflow(model: FakeModel, prompt: int, limit: int | None) -> Behaviour:
    most = model.context_length
    if limit is None:
        text = f"However, your messages resulted in {prompt} tokens. Please reduce the length of the messages."
    else:
        text = (
            f"However, you requested {prompt + limit} tokens ({prompt} in the messages, {limit} in the completion)."
            " Please reduce the length of the messages or completion."
        )
    message = f"This model's maximum context length is {most} tokens. {text}"
    return json_reply(openai.error(message, param="messages", code="context_length_exceeded"), status=400)
