"""The site's pages that are kept beside the code: README.md, CONTRIBUTING.md and CHANGELOG.md."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add them, with links into docs/ as links between pages."""
    for source, page in PAGES.items():
        text = (Path(config.config_file_path).parent / source).read_text()
        files.append(File.generated(config, page, content=text.replace("](docs/", "](")))
    return files
