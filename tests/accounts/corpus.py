"""Text that people and scripts put into fields. Name -> (text, whether a person's name may be that)."""

OVERRIDE = "\u202e"
CORPUS = {
    "empty": ("", False),
    "blank": ("   ", False),
    "nul": ("a\x00b", False),
    "escape": ("a\x1b[31mb", False),
    "line break": ("a\nb", False),
    "direction override": (f"a{OVERRIDE}b", False),
    "invisible": ("\u200b\u200d", False),
    "100,000 characters": ("x" * 100_000, False),
    "right to left": ("مريم الخطيب", True),
    "emoji": ("👩‍🚀", True),
    "script": ("<script>alert(1)</script>", True),
    "markdown": ("**" * 30, True),
    "quotes": ("' OR 1=1 --", True),
    "combining": ("Zoë A\u0301lvarez", True),
}
NAMES = [(text, fine) for text, fine in CORPUS.values()]
IDS = list(CORPUS)
