"""`python -m tests.fakes [WORD…]`: a healthy fake backend that says these words, until interrupted."""

import sys
import threading

from tests.fakes import answers
from tests.fakes.behaviours import paced
from tests.fakes.server import FakeBackend


def main() -> None:
    texts = tuple(f"{word} " for word in sys.argv[1:]) or answers.TEXTS
    with FakeBackend(chat=paced(answers.chat(texts), 0.1)) as backend:
        print(backend.url, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            for exchange in backend.exchanges():
                print(exchange.request.route, exchange.sent)


if __name__ == "__main__":
    main()
