"""Nothing is asked of a network: not when scoring, nor for pages, other languages, or an artifact."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_CODE = """
import socket, sys

def refuse(*given, **named):
    raise AssertionError("a socket was asked for")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
sys.addaudithook(lambda event, given: refuse() if event in ("socket.connect", "socket.getaddrinfo") else None)

import classifier
from classifier import Article, artifact, cli

artifact.verify(artifact.default_path())
predictor = classifier.load()
text = "The weir at Ossel will close in May, said Ann Bell, who leads the water board. See https://weir.example/a. " * 12
report = predictor.score(text)
assert report.sources
report.to_html(), report.to_json(), report.to_frame()
german = predictor.score("Das Wehr bleibt bis Mai geschlossen, sagte die Leiterin des Wasserverbands am Montag. " * 10)
assert any("German" in w for w in german.warnings), german.warnings
classifier.compare([report, predictor.score(text)]).to_dict()
classifier.ArticleScores().fit_transform([text])
try:
    import trafilatura
except ImportError:
    pass
else:
    page = open(sys.argv[1], "rb").read()
    assert Article.from_html(page, url="https://weir.example/news/1").text
assert list(predictor.score_many([text] * 3))
assert cli.main(["score", "examples/1-agency.txt", "--format", "json"]) == 0
"""


def test_scoring_opens_no_socket():
    page = ROOT / "tests" / "data" / "pages" / "plain_article.html"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(page)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
