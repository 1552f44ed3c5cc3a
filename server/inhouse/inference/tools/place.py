"""Where in a Markdown text the next character stands: in plain prose, or in code or a quotation."""

_QUOTES = ("'", '"', "\N{LEFT SINGLE QUOTATION MARK}", "\N{LEFT DOUBLE QUOTATION MARK}", "«")


class Place:
    """Fed character by character. Where Markdown leaves doubt it says quoted, because what is quoted is only shown."""

    def __init__(self) -> None:
        self._fence = ""
        self._closing = False
        self._code = 0
        self._run = ""
        self._run_first = False
        self._indent = 0
        self._blank = True
        self._block_quote = False
        self._quote = False
        self._curly = False
        self._last = ""

    @property
    def quoted(self) -> bool:
        """Whether something that begins here is code or a quotation; what came before must be fed."""
        if self._run:
            self._end_run()
        if self._fence or self._code or self._block_quote or self._indent >= 4:
            return True
        return self._quote or self._curly or self._last in _QUOTES

    def step(self, char: str) -> None:
        if self._run and char != self._run[0]:
            self._end_run()
        if char in ("`", "~"):
            self._run_first = self._blank if not self._run else self._run_first
            self._run += char
            self._blank = False
        elif char == "\n":
            self._end_line()
        elif self._blank and char in (" ", "\t"):
            self._indent += 4 if char == "\t" else 1
        else:
            self._in_line(char)
        self._last = char

    def _in_line(self, char: str) -> None:
        if self._blank:
            self._blank = False
            self._block_quote = char == ">"
        if not char.isspace():
            self._closing = False
        if char == '"':
            self._quote = not self._quote
        elif char in ("“", "”"):
            self._curly = char == "“"

    def _end_line(self) -> None:
        if self._closing:
            self._fence = ""
        if self._blank:  # a paragraph ends, and with it what was left open in it
            self._code, self._quote, self._curly = 0, False, False
        self._blank, self._block_quote, self._closing, self._indent = True, False, False, 0

    def _end_run(self) -> None:
        run, self._run = self._run, ""
        if self._run_first and len(run) >= 3 and not self._code:
            if not self._fence:
                self._fence = run
            elif run.startswith(self._fence):
                self._closing = True
        elif run[0] == "`" and not self._fence:
            self._code = 0 if self._code == len(run) else self._code or len(run)
