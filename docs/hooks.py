"""The site's pages that are kept beside the code: README.md, CONTRIBUTING.md and CHANGELOG.md."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add them, with their links into docs/ and to one another as links between pages."""
    for source, page in PAGES.items():
        text = (Path(config.config_file_path).parent / source).read_text().replace("](docs/", "](")
        for other, its_page in PAGES.items():
            text = text.replace(f"]({other})", f"]({its_page})")
        files.append(File.generated(config, page, content=text))
    return files
