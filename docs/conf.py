"""How the documentation is built: ``make docs``. Pages on rules, diagnostics and commands are made by ``_ext/generated``."""

import sys
from pathlib import Path

from hechting_rules.version import VERSION

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "hechting_rules"
author = "the hechting_rules maintainers"
copyright = author  # noqa: A001 - Sphinx asks for this name
release = version = VERSION
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.intersphinx", "generated"]
intersphinx_mapping: dict[str, tuple[str, None]] = {}  # no network while it is built
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_ext"]
html_theme = "furo"
html_title = "hechting_rules"
html_static_path = ["_static"]
html_css_files = ["own.css"]
html_copy_source = False
autodoc_member_order = "bysource"
default_role = "py:obj"  # what stands in single backticks in a docstring is a name of the library, mostly
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}
nitpicky = False
suppress_warnings = ["myst.header"]
