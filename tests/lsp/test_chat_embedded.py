"""`inhouse/chat` on the real embedded model, through the real server process."""



from tests.lsp.conftest import StartClient

SAY = {"messages": [{"role": "user", "content": "Write three sentences about the sea."}], "options": {"seed": 1}}


async def test_answer_streams_and_its_pieces_are_the_whole_answer(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        streamed = await client.chat({**SAY, "options": {"temperature": 0, "maxTokens": 40}})
        whole = await client.request(
            "inhouse/chat", {**SAY, "options": {"temperature": 0, "maxTokens": 40}}
        )
    texts = [value["text"] for value in streamed.partials if value["kind"] == "text"]
    assert len(texts) >= 5
    assert streamed.result["content"] == []
    assert whole["content"] == [{"kind": "text", "text": "".join(texts)}]
    assert streamed.result["usage"]["exact"] is True
    assert streamed.result["usage"]["outputTokens"] == 40
    assert streamed.result["finishReason"] == "length"
