"""What answers teach comes before what the server says, the later before the earlier."""

from inhouse.config.schema import Tokens
from inhouse.domain.models import Ability, ContextSource, Model
from inhouse.inference.announce import announce, token_limits
from inhouse.inference.lessons import Lesson
from inhouse.inference.listing import ListedModel

TOKENS = Tokens()


def model(*, chat: bool | None = True, tools: bool | None = None, length: int | None = None) -> Model:
    return announce("lab", ListedModel("m", length, chat=chat, tools=tools), override=None, tokens=TOKENS, local=True)


def test_nothing_learnt_changes_nothing() -> None:
    for each in (model(), model(tools=True), model(chat=False), model(length=1000)):
        assert Lesson().applied(each, TOKENS) == each


def test_tools_that_were_refused_or_called_are_known() -> None:
    for told in (None, True, False):
        for learnt in (True, False):
            taught = Lesson(tools=learnt).applied(model(tools=told), TOKENS)
            assert taught.capabilities.tool_calling is learnt
            assert Ability.TOOLS not in taught.untold


def test_model_without_a_template_chats_not_and_calls_nothing() -> None:
    taught = Lesson(chat=False).applied(model(tools=True), TOKENS)
    assert (taught.capabilities.chat, taught.capabilities.tool_calling) == (False, False)
    assert Ability.TOOLS not in Lesson(chat=False).applied(model(), TOKENS).untold


def test_thinking_that_was_seen_is_shown() -> None:
    assert Lesson(thinking=True).applied(model(), TOKENS).capabilities.thinking


def test_limit_is_the_servers_word_and_both_numbers_follow() -> None:
    for told in (None, 4096):
        taught = Lesson(context_length=1000).applied(model(length=told), TOKENS)
        assert (taught.context_length, taught.context_source) == (1000, ContextSource.SERVER)
        assert taught.limits == token_limits(1000, TOKENS)


def test_later_word_counts_and_the_others_stay() -> None:
    first = Lesson(tools=False, context_length=1000)
    assert first.and_then(Lesson(tools=True)) == Lesson(tools=True, context_length=1000)
    assert first.and_then(Lesson()) == first
