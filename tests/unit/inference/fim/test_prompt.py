"""Each family's prompt, marker for marker, and texts that hold such markers themselves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.config.schema import ModelOverride, Tokens
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.fill import Fill, Filling, FillRequest, Snippet
from inhouse.domain.models import Model
from inhouse.inference.announce import announce
from inhouse.inference.fim.markers import markers_of
from inhouse.inference.fim.prompt import filling, raw_prompt
from inhouse.inference.listing import ListedModel

PLACE = FillRequest("r1", "P", "S", name="here.py")
OTHER = replace(PLACE, snippets=(Snippet("a.py", "A"), Snippet("b.py", "B")))


def model(name: str, *, fim: bool | None = None, family: str | None = None) -> Model:
    return announce("lab", ListedModel(name, fim=fim, family=family), override=None, tokens=Tokens(), local=True)


def prompt(name: str, request: FillRequest = PLACE) -> str:
    return raw_prompt(Fill(request, model(name)))[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Qwen/Qwen2.5-Coder-7B", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
        ("qwen3-coder:30b", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
        ("Qwen/CodeQwen1.5-7B", "<fim_prefix>P<fim_suffix>S<fim_middle>"),
        ("bigcode/starcoder2-3b", "<fim_prefix>P<fim_suffix>S<fim_middle>"),
        ("bigcode/starcoderbase-1b", "<fim_prefix>P<fim_suffix>S<fim_middle>"),
        ("ibm-granite/granite-8b-code-base", "<fim_prefix>P<fim_suffix>S<fim_middle>"),
        (
            "deepseek-ai/deepseek-coder-6.7b-base",
            "<\uff5cfim\u2581begin\uff5c>P<\uff5cfim\u2581hole\uff5c>S<\uff5cfim\u2581end\uff5c>",
        ),
        ("codellama/CodeLlama-7b-hf", "<PRE> P <SUF>S <MID>"),
        ("google/codegemma-2b", "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"),
        ("mistralai/Codestral-22B-v0.1", "[SUFFIX]S[PREFIX]P"),
    ],
)
def test_each_familys_form(name: str, expected: str) -> None:
    assert filling(model(name)).both_sides
    assert prompt(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Qwen/Qwen2.5-Coder-7B",
            "<|file_sep|>a.py\nA\n<|file_sep|>b.py\nB\n<|file_sep|>here.py\n"
            "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
        ),
        (
            "bigcode/starcoder2-3b",
            "<file_sep>a.py\nA\n<file_sep>b.py\nB\n<file_sep><fim_prefix>here.py\nP<fim_suffix>S<fim_middle>",
        ),
        ("codellama/CodeLlama-7b-hf", "<PRE> P <SUF>S <MID>"),
    ],
)
def test_snippets_stand_before_where_the_family_knows_a_form_for_them(name: str, expected: str) -> None:
    assert prompt(name, OTHER) == expected


@pytest.mark.parametrize(
    ("prefix", "suffix", "sent"),
    [
        ("a<|fim_middle|>b", "c", ("b", "c")),
        ("a", "b<|endoftext|>c", ("a", "b")),
        ("a<|fim_prefix|>b<|file_sep|>c", "d<|fim_suffix|>e<|fim_prefix|>f", ("c", "d")),
        ("a<|im_end|>", "<|im_start|>b", ("", "")),
        ("a<fim_prefix>b", "c", ("a<fim_prefix>b", "c")),
    ],
)
def test_text_behind_a_marker_that_the_file_holds_is_not_sent(prefix: str, suffix: str, sent: tuple[str, str]) -> None:
    before, after = sent
    found = prompt("qwen2.5-coder", replace(PLACE, prefix=prefix, suffix=suffix))
    assert found == f"<|fim_prefix|>{before}<|fim_suffix|>{after}<|fim_middle|>"


def test_snippet_or_name_with_a_marker_is_left_out() -> None:
    request = replace(
        OTHER, name="<|fim_middle|>.py", snippets=(Snippet("a.py", "<|fim_middle|>"), Snippet("b.py", "B"))
    )
    assert prompt("qwen2.5-coder", request).startswith("<|file_sep|>b.py\nB\n<|file_sep|><|fim_prefix|>P")


_TEXT = st.text(st.sampled_from("ab\n<|>_fimprefsuxdl"), max_size=40) | st.sampled_from(
    ["<|fim_middle|>", "<|file_sep|>"]
)


@given(_TEXT, _TEXT, _TEXT)
def test_no_text_of_the_users_makes_a_further_marker(prefix: str, suffix: str, snippet: str) -> None:
    request = replace(PLACE, prefix=prefix, suffix=suffix, snippets=(Snippet("a.py", snippet),))
    found = prompt("qwen2.5-coder", request)
    for marker in ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"):
        assert found.count(marker) == 1
    assert found.count("<|file_sep|>") in (0, 2)


def test_a_server_may_name_the_family() -> None:
    assert markers_of(model("tab", family="starcoder2")) is not None
    assert filling(model("tab", fim=True, family="starcoder2")) is Filling.SNIPPETS


@pytest.mark.parametrize("settled", [model("acme/any"), model("acme/any", fim=True), model("starcoder2-3b", fim=False)])
def test_without_known_markers_the_text_before_is_gone_on_with(settled: Model) -> None:
    assert filling(settled) is Filling.END
    request = replace(PLACE, prefix="def f():\n    ", suffix="  \nx", stop=("\n",))
    assert raw_prompt(Fill(request, settled)) == ("def f():\n    ", ("\n",))


@pytest.mark.parametrize(("prefix", "suffix"), [("f(", ")\n"), ("", ""), ("\n\n", "\nx")])
def test_where_it_could_only_guess_it_is_not_asked(prefix: str, suffix: str) -> None:
    with pytest.raises(InhouseError) as caught:
        raw_prompt(Fill(replace(PLACE, prefix=prefix, suffix=suffix), model("acme/any")))
    assert (caught.value.kind, caught.value.model) == (ErrorKind.UNSUPPORTED, "lab|acme/any")
    assert caught.value.hint


def test_the_users_word_on_filling_in_counts() -> None:
    told = ModelOverride(name="starcoder2-3b", fim=False)
    settled = announce("lab", ListedModel("starcoder2-3b"), override=told, tokens=Tokens(), local=True)
    assert filling(settled) is Filling.END
