"""Reads one layer's tree by the schema: the values that are right, and a fault for each thing that is not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from inhouse.config.layer import Key
from inhouse.config.rules import ListOf, Node, Rule, SectionOf, TableOf, as_list, as_table, in_short, nodes_of
from inhouse.config.schema import Config

Refuse = Callable[[Key], str | None]
"""Why this layer may not say that, or None."""


MAX_FAULTS = 20
"""Of one layer that are put into words; more of them help nobody, and a hostile file could hold 50,000."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`typed` is the key as the user wrote it. `refused`: not for this layer; the rest of it still counts."""

    key: Key
    typed: Key
    message: str
    kind: Literal["bad", "unknown", "refused"] = "bad"


def same(name: str) -> str:
    return name


def camel(name: str) -> str:
    """`input_ratio` as editors write it: `inputRatio`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def anything(_key: Key) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Checked:
    """One pass over a layer; `spell` says how the names of settings are written there (never the user's own names,
    such as those of backends and headers)."""

    spell: Callable[[str], str] = same
    refuse: Refuse = anything
    values: dict[Key, object] = field(default_factory=dict[Key, object])
    faults: list[Fault] = field(default_factory=list[Fault])

    def read(self, raw: object, node: Node, key: Key = (), typed: Key = ()) -> None:
        if raw is None:  # JSON has null for "not set"
            return
        reason = self.refuse(key)
        if reason is not None:
            self.faults.append(Fault(key, typed, reason, "refused"))
        elif isinstance(node, SectionOf):
            self._section(raw, node.cls, key, typed)
        elif isinstance(node, TableOf):
            self._table(raw, node, key, typed)
        else:
            self._value(raw, node, key, typed)

    def _section(self, raw: object, cls: type, key: Key, typed: Key) -> None:
        names = {self.spell(name): (name, node) for name, node in nodes_of(cls).items()}
        for name, value in self._items(raw, key, typed):
            known = names.get(name)
            if known:
                self.read(value, known[1], (*key, known[0]), (*typed, name))
            elif (reason := self.refuse((*key, name))) is not None:
                self.faults.append(Fault((*key, name), (*typed, name), reason, "refused"))
            else:
                message = _unknown(name, names if len(self.faults) < MAX_FAULTS else {})
                self.faults.append(Fault((*key, name), typed, message, "unknown"))

    def _table(self, raw: object, node: TableOf, key: Key, typed: Key) -> None:
        for name, value in self._items(raw, key, typed):
            try:
                node.name(name)
            except ValueError as error:
                self.faults.append(Fault((*key, name), typed, str(error)))
                continue
            self.read(value, SectionOf(node.cls), (*key, name), (*typed, name))

    def _value(self, raw: object, node: Rule | ListOf, key: Key, typed: Key) -> None:
        try:
            self.values[key] = self._list(raw, node.cls) if isinstance(node, ListOf) else node.convert(raw)
        except ValueError as error:
            self.faults.append(Fault(key, typed, str(error)))

    def _list(self, raw: object, cls: type) -> tuple[object, ...]:
        items = as_list(raw)
        if items is None:
            raise ValueError("must be a list of tables")
        return tuple(self._entry(item, cls, index) for index, item in enumerate(items, 1))

    def _entry(self, raw: object, cls: type, index: int) -> object:
        entry = Checked(self.spell)
        entry.read(raw, SectionOf(cls))
        for fault in entry.faults:
            where = ".".join(fault.typed)
            raise ValueError(f"entry {index}: {where + ' ' if where else ''}{fault.message}")
        try:
            return cls(**{name: value for (name,), value in entry.values.items()})
        except TypeError:
            names = " and ".join(map(self.spell, nodes_of(cls)))
            raise ValueError(f"entry {index} is incomplete: it may have {names}") from None

    def _items(self, raw: object, key: Key, typed: Key) -> list[tuple[str, object]]:
        table = as_table(raw)
        if table is None:
            self.faults.append(Fault(key, typed, "must be a table of settings"))
        return list((table or {}).items())


def _unknown(name: str, known: Mapping[str, object]) -> str:
    if name.lower().replace("_", "") in {"apikey", "key", "token", "password"}:
        return f"{in_short(name)} cannot be set: a key never stands in the settings; name its variable in api_key_env"
    from difflib import get_close_matches  # only when something is wrong

    close = get_close_matches(name[:60], known, 1)
    return f"there is no setting {in_short(name)}" + (f" (did you mean {close[0]}?)" if close else "; remove it")


def check(raw: object, *, spell: Callable[[str], str] = same, refuse: Refuse = anything) -> Checked:
    checked = Checked(spell, refuse)
    checked.read(raw, SectionOf(Config))
    return checked


def node_at(key: Key) -> Node | None:
    """What the schema has there."""
    node: Node | None = SectionOf(Config)
    for part in key:
        if isinstance(node, SectionOf):
            node = nodes_of(node.cls).get(part)
        elif isinstance(node, TableOf):
            node = SectionOf(node.cls)
        else:
            return None
    return node
