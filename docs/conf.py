"""How the documentation is built: Sphinx reads Markdown, and every warning is an error (`make docs`)."""

project = "Kubeport"
author = "The Kubeport authors"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Kubeport"
html_show_sphinx = False
nitpicky = True
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["myst.header"]  # pages may begin their sections one level down
