"""The model of this connection for requests that name none."""


class SelectedModel:
    """`id` is None where nothing was selected: the settings then say it."""

    def __init__(self) -> None:
        self.id: str | None = None
