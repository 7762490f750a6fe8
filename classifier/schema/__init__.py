"""The layout of a report as JSON, for whoever stores or receives reports.

Gives the JSON Schema (draft 2020-12) of ``ArticleReport.to_dict()``. It is frozen: a change of the
layout is a change of the public contract.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def report_schema() -> dict[str, Any]:
    """The JSON Schema of a report, a fresh copy each time.

    Returns
    -------
    dict
        For any validator of draft 2020-12, such as ``jsonschema.validate(report.to_dict(), report_schema())``.
    """
    return json.loads(Path(__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
