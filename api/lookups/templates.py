"""The pages of this feature."""

from pathlib import Path

from api.pages import Pages

templates = Pages(Path(__file__).parent / "pages")
