"""What in a PDF acts rather than shows. None of it is ever run, and none is silently taken out.

A paper that may run a script, start a program, send what is filled in, or carry other files can show one
thing at the counter and another at home; so it is refused, and its sender told what was found.
"""

import re
from enum import StrEnum

import pikepdf


class Activity(StrEnum):
    """What is refused, in the words that a refusal gives."""

    JAVASCRIPT = "javascript"
    LAUNCH = "launch"
    SUBMIT = "submit"
    IMPORT = "import"
    EMBEDDED_FILE = "embedded_file"
    EXTERNAL_FILE = "external_file"
    XFA = "xfa"
    RICH_MEDIA = "rich_media"
    POSTSCRIPT = "postscript"


_BY_KEY = {
    "/JS": Activity.JAVASCRIPT,
    "/JavaScript": Activity.JAVASCRIPT,
    "/EF": Activity.EMBEDDED_FILE,
    "/EmbeddedFiles": Activity.EMBEDDED_FILE,
    "/XFA": Activity.XFA,
    "/RichMediaContent": Activity.RICH_MEDIA,
    "/RichMediaSettings": Activity.RICH_MEDIA,
}
_BY_ACTION = {
    "/JavaScript": Activity.JAVASCRIPT,
    "/Launch": Activity.LAUNCH,
    "/SubmitForm": Activity.SUBMIT,
    "/ImportData": Activity.IMPORT,
    "/GoToR": Activity.EXTERNAL_FILE,
    "/GoToE": Activity.EMBEDDED_FILE,
    "/Thread": Activity.EXTERNAL_FILE,
    "/Rendition": Activity.RICH_MEDIA,
    "/Sound": Activity.RICH_MEDIA,
    "/Movie": Activity.RICH_MEDIA,
    "/RichMediaExecute": Activity.RICH_MEDIA,
    "/GoTo3DView": Activity.RICH_MEDIA,
}
_BY_SUBTYPE = {
    "/FileAttachment": Activity.EMBEDDED_FILE,
    "/RichMedia": Activity.RICH_MEDIA,
    "/Screen": Activity.RICH_MEDIA,
    "/Movie": Activity.RICH_MEDIA,
    "/Sound": Activity.RICH_MEDIA,
    "/3D": Activity.RICH_MEDIA,
    "/PS": Activity.POSTSCRIPT,
}
_BY_VALUE = {"/S": _BY_ACTION, "/Subtype": _BY_SUBTYPE}

_LINK, _SIGNATURE, _FIELD = "/URI", "/ByteRange", "/FT"
_FILLED_IN = frozenset({"/Tx", "/Ch", "/Btn"})
_EXTERNAL = "/F"
"""In the dictionary of a stream: its bytes are in another file."""
_NAMES = {*_BY_KEY, *_BY_ACTION, *_BY_SUBTYPE, _LINK, _SIGNATURE, _FIELD, _EXTERNAL}
_HINT = re.compile(
    rb"(?:%s)(?![^\s()<>\[\]{}/%%])" % b"|".join(re.escape(n.encode()) for n in sorted(_NAMES))
)


class Sighting:
    """Looks at the objects of a PDF one by one, and remembers what it saw."""

    def __init__(self) -> None:
        self.activities: set[Activity] = set()
        self.links = self.form = self.signed = False

    def look_at(self, item: pikepdf.Object) -> None:
        """Look at one indirect object and at everything written directly into it."""
        # Written out by qpdf, which spells each name in one way only ("/J#53" becomes "/JS"): where none of
        # ours occurs, there is nothing to find, and most objects need no closer look.
        table = item.stream_dict if isinstance(item, pikepdf.Stream) else item
        if not _HINT.search(table.unparse(resolved=True)):
            return
        if isinstance(table, pikepdf.Name):
            # Nobody needs a name to be an object of its own, but so an action hides what it does.
            self.activities |= {named[str(table)] for named in _BY_VALUE.values() if str(table) in named}
        if isinstance(item, pikepdf.Stream) and _EXTERNAL in table:
            self.activities.add(Activity.EXTERNAL_FILE)
        waiting: list[object] = [table]
        while waiting:
            found = waiting.pop()
            if isinstance(found, pikepdf.Array):
                waiting += _direct(list(found))
            elif isinstance(found, pikepdf.Dictionary):
                self._judge(found)
                waiting += _direct([value for _, value in found.items()])

    def _judge(self, found: pikepdf.Dictionary) -> None:
        keys = set(found.keys())
        self.activities |= {_BY_KEY[key] for key in keys & _BY_KEY.keys()}
        for key, table in _BY_VALUE.items():
            value = found.get(key)
            if isinstance(value, pikepdf.Name) and str(value) in table:
                self.activities.add(table[str(value)])
        self.links |= _LINK in keys
        self.signed |= _SIGNATURE in keys
        self.form |= str(found.get(_FIELD)) in _FILLED_IN


def _direct(values: list[object]) -> list[object]:
    """Leave out what is an object of its own: it has its own turn, and a circle has no end."""
    return [
        value
        for value in values
        if isinstance(value, pikepdf.Array | pikepdf.Dictionary) and not value.is_indirect
    ]
