"""Settings of the documentation site (Sphinx).

The source folder is the repository itself, so that every link between documents, notebooks and the README is the
same on the site as in the repository: ``sphinx-build -W --keep-going -c docs . build/docs``.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
# the page of the command line comes from a process of its own, as wide as the page
os.environ["PYTHONPATH"] = str(ROOT)
os.environ["COLUMNS"] = "84"
os.environ["NO_COLOR"] = "1"

import classifier  # noqa: E402

project = "accordingto"
author = copyright = "the accordingto developers"
version = release = classifier.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_nb", "sphinxcontrib.programoutput"]
root_doc = "docs/index"
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/**",
    "notebooks/*.ipynb",
    "artifacts/en/MODEL_CARD.md",
    "training/data/own/README.md",
]
exclude_patterns = [".*", "**/.*", "build", "dist"]

myst_heading_anchors = 3
# notebooks are stored with their outputs; tests/test_notebooks.py runs them
nb_execution_mode = "off"

napoleon_google_docstring = False
napoleon_use_rtype = False
# `fit` in a docstring is a name or a word of code, as in NumPy's
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say the types
autodoc_class_signature = "mixed"

html_theme = "furo"
html_title = "accordingto"
html_copy_source = False
html_show_sphinx = False
templates_path = ["templates"]
# a page at the top that leads to docs/index.html
html_additional_pages = {"index": "to_docs.html"}


def setup(app):
    # tables stay marked as such, though Pygments has no colours for them
    from pygments.lexers.special import TextLexer

    app.add_lexer("csv", TextLexer)
