"""Settings from the command line, else from the environment (`CLICKQUEUE_…`), else the default."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from clickqueue_receiver.settings import Settings, SettingsError, wrong

PREFIX = "CLICKQUEUE_"
TITLES = {
    "storage": "Storage",
    "origins": "Pages of other origins (CORS)",
    "events": "Events",
    "limits": "Limits",
    "load": "Under load",
    "server": "Server",
}
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Parser(argparse.ArgumentParser):
    """argparse's, whose errors are one sentence."""

    def error(self, message: str) -> Any:
        """Raise `SettingsError` in place of two lines and an exit."""
        raise SettingsError(f"{message}; see {self.prog} --help")


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def add_options(parser: argparse.ArgumentParser, only: tuple[str, ...] = ()) -> None:
    """Add an option for each setting, or for some of them, in groups."""
    groups: dict[str, Any] = {}
    for item in fields(Settings):
        if only and item.name not in only:
            continue
        key = item.metadata["group"]
        groups[key] = groups.get(key) or parser.add_argument_group(TITLES[key])
        add_option(groups[key], item)


def add_option(group: Any, item: Field[Any]) -> None:
    """Add one. Its default is none, so that the environment is asked."""
    flag = "--" + item.name.replace("_", "-")
    text = f"{item.metadata['help']} ({variable(item.name)}; default: {in_words(item.default)})".replace("%", "%%")
    if item.type == "bool":
        group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=text)
    elif str(item.type).startswith("tuple"):
        group.add_argument(flag, action="append", metavar="TEXT", default=None, help=text)
    else:
        group.add_argument(flag, metavar="N" if item.type == "int" else "TEXT", default=None, help=text)


def in_words(default: object) -> str:
    """A default as the help shows it."""
    if isinstance(default, tuple):
        return ", ".join(default) or "none"
    return {"True": "on", "False": "off"}.get(str(default), str(default))


def settings_from(arguments: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings. Raises `SettingsError`."""
    chosen: dict[str, Any] = {}
    for item in fields(Settings):
        value = getattr(arguments, item.name, None)
        if value is None:
            value = environment.get(variable(item.name))
        if value is not None:
            chosen[item.name] = converted(item, value)
    return Settings(**chosen)


def converted(item: Field[Any], value: Any) -> Any:
    """A text as the type of its field. A list in the environment is separated by commas. Raises `SettingsError`."""
    if item.type == "int":
        try:
            return int(value)
        except ValueError:
            raise wrong(item.name, value, f"a whole number from {item.metadata['least']} to {item.metadata['most']}") from None
    if item.type == "bool" and isinstance(value, str):
        if value.lower() not in TRUE + FALSE:
            raise wrong(item.name, value, "true or false")
        return value.lower() in TRUE
    if str(item.type).startswith("tuple"):
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else tuple(value)
    return value
