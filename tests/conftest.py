"""Fixtures that several tests share."""

from pathlib import Path

import pytest

import classifier

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def predictor():
    """The shipped artifact's predictor."""
    return classifier.load()


@pytest.fixture(scope="session")
def own_corpus():
    from training.corpora import own

    return own.load()


@pytest.fixture(scope="session")
def seed_texts():
    """The five scraped articles that development looks at; not part of the project."""
    files = sorted((SHARED / "seeds").glob("*.txt"))
    if not files:
        pytest.skip("the seed articles (../shared/seeds) are not here")
    return {f.name: f.read_text(encoding="utf-8") for f in files}


@pytest.fixture(scope="session")
def own_artifact(tmp_path_factory):
    """An artifact trained on the project's own articles alone."""
    from training.train import train

    out = tmp_path_factory.mktemp("artifact") / "own"
    return train(out)
