"""Turning everything on a page that can be turned: its filters through their values, its rows, its files."""

from __future__ import annotations

import json
import random

import httpx

from tests.wire.client import Node, Tab, state_of

# What changes the whole dashboard and not the page.
LANGUAGE = "lang"


def options(node: Node) -> list[str]:
    """The texts that a choice offers; empty for what is none."""
    if node.kind == "button_group":
        return [one.content for one in node.proto.options]
    return list(node.proto.options) if node.kind in {"selectbox", "radio"} else []


def choices(tab: Tab) -> list[Node]:
    """Every choice on the page but that of the language."""
    return [node for node in tab.nodes.values() if node.widget_id and node.key != LANGUAGE and len(options(node)) > 1]


def turn(tab: Tab, dice: random.Random, most: int = 3) -> Tab:
    """Give some choices of the page another value, at once."""
    there = choices(tab)
    for node in dice.sample(there, min(most, len(there))):
        tab.values[node.widget_id] = state_of(node, dice.choice(options(node)))
    return tab.run()


def pick(tab: Tab, dice: random.Random) -> Tab:
    """Choose a row of a table of the page that lets one choose."""
    there = [node for node in tab.of_kind("dataframe") if node.widget_id and list(node.proto.selection_mode)]
    for node in dice.sample(there, min(1, len(there))):
        rows = {"selection": {"rows": [dice.randrange(5)], "columns": [], "cells": []}}
        tab.values[node.widget_id] = state_of(node, json.dumps(rows))
    return tab.run()


def take(tab: Tab) -> list[httpx.Response]:
    """Open every menu of downloads on the page and fetch what is in it."""
    for node in [node for node in tab.of_kind("popover") if node.key.startswith("open_")]:
        tab.values[node.widget_id] = state_of(node, True)
    tab.run()
    for node in [node for node in tab.of_kind("button") if node.key.startswith("prepare_")]:
        tab.trigger(node.widget_id, node.fragment)
    return [tab.download(node.key) for node in tab.of_kind("download_button")]
