"""Where a server's chat API differs from OpenAI's in what it accepts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one kind of server must be sent differently; the default is plain OpenAI.

    `model_name` replaces the model's own (TGI takes any other than "tgi" for an adapter's), `most_stops` bounds the
    stop texts (TGI: 4), `top_p_below_one` leaves out a top_p that is no restriction (TGI refuses 1),
    `numbered_calls` renames past tool calls to "0", "1" and so on (TGI makes such ids and wants them back).
    """

    model_name: str | None = None
    most_stops: int | None = None
    top_p_below_one: bool = False
    numbered_calls: bool = False


OPENAI = Dialect()
TGI = Dialect(model_name="tgi", most_stops=4, top_p_below_one=True, numbered_calls=True)
