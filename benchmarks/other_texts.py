"""How well texts that are no English news are told apart: python -m benchmarks.other_texts [NEWS.jsonl.gz].

Prints which warning each text of tests/data/other (kinds that should be noticed) and tests/data/prose (kinds that are
prose, and are not) gets, and, over a collection of news, the false alarms and what the test costs.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from classifier import Article, language
from classifier.document import read
from classifier.reading import read_articles

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"


def main(news: str | None = None) -> None:
    """Print the figures."""
    for folder in ("other", "prose"):
        for path in sorted((DATA / folder).glob("*.txt")):
            found = language.warnings(read(Article(path.read_text(encoding="utf-8"))))
            print(f"{folder}/{path.stem}: {'; '.join(found) or 'no warning'}")
    if news is None:
        return
    alarms: Counter[str] = Counter()
    n, seconds = 0, 0.0
    for article in read_articles(news):
        document = read(article)
        begin = time.perf_counter()
        found = language.warnings(document)
        seconds += time.perf_counter() - begin
        n += 1
        for warning in found:
            alarms[
                warning.split(":")[0] + (":" + warning.split(":")[1][:25] if warning.startswith("note") else "")
            ] += 1
            print(f"{article.outlet}: {article.title}: {warning}")
    print(f"{n} articles, {sum(alarms.values()) / n:.2%} false alarms {dict(alarms)}, {seconds / n * 1000:.2f} ms each")


if __name__ == "__main__":
    main(*sys.argv[1:2])
