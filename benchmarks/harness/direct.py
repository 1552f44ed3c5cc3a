"""The peer for streaming: what anybody would write with httpx, with a time limit as ours has one, and no LSP.

`python direct.py PORT`.
Each line on stdin is {"plan": …, "streams": n}; the answer is a line with a `Sample` of `streams.py`.
"""

import asyncio
import json
import sys
import time
from typing import TypedDict, cast

import httpx


class Choice(TypedDict):
    delta: dict[str, str]


class Chunk(TypedDict):
    choices: list[Choice]


class Run(TypedDict):
    plan: str
    streams: int


async def measure(client: httpx.AsyncClient, plan: str, latencies: list[int]) -> None:
    body = {"model": "bench", "messages": [{"role": "user", "content": plan}], "stream": True}
    async with client.stream("POST", "/v1/chat/completions", json=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                text = cast(Chunk, json.loads(line[6:]))["choices"][0]["delta"].get("content", "")
                if text:
                    latencies.append(time.monotonic_ns() - int(text))


async def run(client: httpx.AsyncClient, wanted: Run) -> dict[str, object]:
    latencies: list[int] = []
    began, cpu = time.monotonic(), time.process_time()
    await asyncio.gather(*(measure(client, wanted["plan"], latencies) for _ in range(wanted["streams"])))
    cpu_ms = (time.process_time() - cpu) * 1e3
    return {"latencies": latencies, "seconds": time.monotonic() - began, "cpu_ms": cpu_ms}


async def main() -> None:
    base_url = f"http://127.0.0.1:{sys.argv[1]}"
    async with httpx.AsyncClient(base_url=base_url, timeout=60, trust_env=False) as client:
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await run(client, cast(Run, json.loads(line)))), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
