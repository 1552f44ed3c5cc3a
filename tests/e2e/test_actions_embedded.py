"""Code actions with the embedded model. It is small: held to is that its edits are well-formed, not that they are
clever."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from inhouse.context.syntax import check
from tests.lsp.acting import COMPLETE, DOCUMENT, EXPLAIN, FIX, REWRITE, kept
from tests.lsp.client import start_client
from tests.lsp.editing import Editing, diagnostic
from tests.lsp.plain_json import JsonObject
