"""A tool call that the model prints stays text unless its backend is set to recover it, and then only a real one."""

import itertools
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.conversation import Tool
from inhouse.domain.models import Kind
from tests.unit.inference.openai.streams import NOW, READ, calls_of, finish, read, rules, text, told

EDIT = Tool(
    "edit",
    "",
    {
        "type": "object",
        "properties": {"path": {"type": "string"}, "line": {"type": "integer"}, "all": {"type": "boolean"}, "new": {}},
        "required": ["path", "line"],
        "additionalProperties": False,
    },
)
TOOLS = (READ, NOW, EDIT)
RECOVER = rules(tools=TOOLS, in_text=True)
A = 'call read_file {"path": "a"}'
HERMES = '<tool_call>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_call>'
XML = "<function=read_file>\n<parameter=path>\na\n</parameter>\n</function>"

CALLS: dict[str, list[str]] = {
    HERMES: [A],
    f"I look.\n{HERMES}\n": ["text I look.\n", A, "text \n"],
    f"I look. {HERMES}": ["text I look. ", A],
    f"{HERMES}\n{HERMES}": [A, "text \n", A],
    f"`code` and \"words\", then\n{HERMES}": ['text `code` and "words", then\n', A],
    f"```\ncode\n```\n{HERMES}": ["text ```\ncode\n```\n", A],
    f"a lone ` here.\n\n{HERMES}": ["text a lone ` here.\n\n", A],
    HERMES.removesuffix("</tool_call>"): [A, "text \n"],
    HERMES.replace("arguments", "parameters"): [A],
    '<tool_call>{"name": "read_file", "arguments": "{\\"path\\": \\"a\\"}"}</tool_call>': [A],
    '<tool_call>{"name": "now"}</tool_call>': ["call now {}"],
    '<tool_call>{"arguments": {"path": "</tool_call>`"}, "name": "read_file"}</tool_call>':
        ['call read_file {"path": "</tool_call>`"}'],
    '<tool_call> tags are: ' + HERMES: ["text <tool_call> tags are: ", A],
    '[TOOL_CALLS] [{"name": "read_file", "arguments": {"path": "a"}}, {"name": "now", "arguments": {}}]':
        [A, "call now {}"],
    '[TOOL_CALLS]read_file[ARGS]{"path": "a"}[TOOL_CALLS]now[CALL_ID]abc123[ARGS]{}': [A, "call now {}"],
    '[TOOL_CALLS]{"name": "now", "arguments": {}}': ["call now {}"],
    '{"name": "read_file", "parameters": {"path": "a"}}': [A],
    '\n {"type": "function", "name": "read_file", "parameters": {"path": "a"}}\n': ["text \n ", A],
    '<|python_tag|>{"name": "read_file", "parameters": {"path": "a"}}': [A],
    '{"type": "function", "function": {"name": "now", "arguments": {}}}': ["call now {}"],
    XML: [A],
    f"<tool_call>\n{XML}\n</tool_call>": [A],
    f"Look.\n{XML}\n</tool_call>": ["text Look.\n", A],
    "<function=now>\n</function>": ["call now {}"],
    "<function=edit><parameter=path>7</parameter><parameter=line>7</parameter><parameter=all>True</parameter></function>":
        ['call edit {"path": "7", "line": 7, "all": true}'],
    "<function=read_file><parameter=path>\n</function>\n</parameter>\n</function>":
        ['call read_file {"path": "</function>"}'],
}  # fmt: skip

TEXTS = (
    "Hello.",
    f"```\n{HERMES}\n```",
    f"  ```xml\n{HERMES}\n  ```\nDone.",
    f"~~~~\n```\n{HERMES}\n~~~\n{HERMES}\n~~~~",
    f"```` \n```\n{HERMES}",
    f"`{HERMES}`",
    f"``` {HERMES} ```",
    f"The model says `x\n{HERMES}`",
    "> " + HERMES.replace("\n", ""),
    f'It prints "{HERMES}".',
    f'It prints "this: {HERMES}".',
    f"It prints \u201c{HERMES}\u201d.",
    f"It prints '{HERMES}'.",
    f"Text\n\n    {HERMES}",
    f"\t{HERMES}",
    HERMES.replace("read_file", "rm"),
    HERMES.replace('"path"', '"file"'),
    HERMES.replace('"a"', "7"),
    HERMES.replace("}}", "}"),
    '<tool_call>\n{"name": "read_file", "arguments": [\n    {\n',
    "<tool_call>",
    "<tool_cal",
    "a < b, [TOOL",
    "<tool_call><tool_call><<function=",
    '[TOOL_CALLS] [{"name": "now"}, {"name": "rm"}]',
    "[TOOL_CALLS] []",
    "[TOOL_CALLS]rm[ARGS]{}",
    "[TOOL_CALLS]now[ARGS]7",
    "[TOOL_CALLS] is a token",
    '{"name": "read_file", "parameters": {"path": "a"}} is how it looks',
    '{"name": "Jim", "age": 7}',
    '{"findings": []}',
    '```json\n{"name": "now", "parameters": {}}\n```',
    'Answer: {"name": "now", "parameters": {}}',
    "{",
    XML.replace("read_file", "rm"),
    XML.replace("path", "file"),
    f"`{XML}`",
    "<function=edit><parameter=path>a</parameter><parameter=line>x</parameter></function>",
    "<function=now>\n<parameter=a>\n",
    "<function=now> is a tag",
    "<function=" + "x" * 300 + ">",
)


@pytest.mark.parametrize(("said", "expected"), CALLS.items())
async def test_a_call_is_recovered_where_it_stands(said: str, expected: list[str]) -> None:
    assert told(await read(text(said), finish(), by=RECOVER)) == [*expected, "finished toolCalls"]
    assert told(await read(*map(text, said), finish(), by=RECOVER)) == [*expected, "finished toolCalls"]


@pytest.mark.parametrize("said", TEXTS)
async def test_what_is_no_call_or_only_shown_stays_as_it_is(said: str) -> None:
    assert told(await read(text(said), finish(), by=RECOVER)) == [f"text {said}", "finished stop"]
    assert told(await read(*map(text, said), finish("length"), by=RECOVER)) == [f"text {said}", "finished length"]


@pytest.mark.parametrize("said", [*CALLS, *TEXTS])
async def test_by_default_all_stays_text_and_is_told_at_once(said: str) -> None:
    by = rules(tools=TOOLS)
    found = told(await read(*map(text, said), finish(), by=by))
    assert found[0] == f"text {said}"
    if said in CALLS:
        assert found[1].startswith("notice acme/smol wrote a tool call as text")
    assert found[-1] == "finished stop"
    assert len(found) <= 3
    assert told(await read(text(said), finish(), by=rules())) == [f"text {said}", "finished stop"]


@pytest.mark.parametrize(
    ("kind", "flag"),
    [
        (Kind.VLLM, "--enable-auto-tool-choice --tool-call-parser"),
        (Kind.SGLANG, "--tool-call-parser"),
        (Kind.LLAMACPP, "--jinja"),
        (Kind.OPENAI, "tool_calls_in_text"),
    ],
)
async def test_one_notice_names_the_flag(kind: Kind, flag: str) -> None:
    _, notice, _ = told(await read(text(HERMES * 3), finish(), by=rules(tools=TOOLS, kind=kind)))
    assert flag in notice


PARTS = st.lists(
    st.one_of(
        st.sampled_from([
            HERMES, XML, "```", "`", "\n", "\n\n", '"', "> ", "    ", "~~~", "<tool_call>", "</tool_call>",
            "<function=",
            "[TOOL_CALLS]", "now[ARGS]", '{"name": "now"}', "{", "}", "[", "a", " ", "é😀", "<", "</", "'", "\\",
        ]),
        st.text(max_size=3),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(PARTS, st.data())
async def test_any_cutting_gives_the_same(said: str, data: st.DataObject) -> None:
    said = said.encode("utf-8", "replace").decode()
    cuts = sorted({0, len(said), *data.draw(st.lists(st.integers(0, len(said)), max_size=12))})
    pieces = [text(said[start:end]) for start, end in itertools.pairwise(cuts)]
    whole = told(await read(text(said), finish(), by=RECOVER))
    assert told(await read(*pieces, finish(), by=RECOVER)) == whole
    noticed = told(await read(*pieces, finish(), by=rules(tools=TOOLS)))
    assert len(noticed) == 3 or not any(line.startswith("call") for line in whole)


@given(PARTS)
async def test_what_is_not_a_call_is_neither_lost_nor_moved(said: str) -> None:
    said = said.encode("utf-8", "replace").decode()
    found = await read(text(said), finish(), by=RECOVER)
    if not calls_of(found):
        assert told(found)[:-1] == ([f"text {said}"] if said else [])


@pytest.mark.parametrize(
    "said",
    ["<tool_call>" * 30_000, '<tool_call>{"' * 30_000, "<" * 300_000, '[TOOL_CALLS][{"name":"' * 20_000, "`~" * 150_000,
     "<function=now><parameter=a></function>" * 8000, "<tool_call>{" + '"name":[' * 40_000, HERMES * 4000],
    ids=lambda said: said[:30],
)  # fmt: skip
async def test_no_text_costs_more_than_its_length(said: str) -> None:
    began = time.process_time()
    found = await read(text(said), finish(), by=RECOVER)
    assert time.process_time() - began < 10
    assert calls_of(found) or told(found)[0] == f"text {said}"


async def test_what_is_held_back_is_bounded() -> None:
    said = '{"name": "' + "x" * 3000
    found = told(await read(text(said), by=rules(tools=TOOLS, in_text=True, arguments=100)))
    assert found == [f"text {said}", "error incomplete"]


async def test_a_recovered_call_has_an_id() -> None:
    first, second = calls_of(await read(text(HERMES + HERMES), finish(), by=RECOVER))
    assert first.id
    assert first.id != second.id
    assert json.dumps(first.arguments) == '{"path": "a"}'
