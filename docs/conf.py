"""How `make docs` builds the pages of this folder: Markdown by MyST, no asset of any other host."""

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

from app.system.version import __version__

project = "Haikou foreign-talent service network"
author = copyright = "The maintainers"  # noqa: A001 - as Sphinx calls it
version = release = __version__
language = "en"

extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["screenshots"]
nitpicky = True

html_theme = "alabaster"
html_theme_options = {"description": "How it is used, run and built", "font_family": "sans-serif"}
html_show_sphinx = False
html_copy_source = False

lexers["mermaid"] = TextLexer()  # drawn where the repository is read; here its text is enough
