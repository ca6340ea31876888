"""What a file holds, by its first bytes; and whether its name says something else.

Nothing is trusted because of it: whatever its type, a file is handed out as a download that no browser opens in our
origin. It says what to show, and refuses a file that pretends.
"""

from pathlib import Path, PurePath

HEAD = 4096  # bytes that are looked at
PLAIN, UNKNOWN = "text/plain", "application/octet-stream"

# (offset, bytes there, type); the first that fits.
SIGNATURES = [
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (257, b"ustar", "application/x-tar"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (8, b"WAVE", "audio/wav"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
]
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"}  # of which previews are made
PROGRAMS = {"application/x-msdownload", "application/x-executable"}
# What a name's ending promises; those of one family may stand for each other.
FAMILIES = {
    "image": "png jpg jpeg jpe gif webp avif heic heif tif tiff bmp",
    "pdf": "pdf",
    "zip": "zip docx xlsx pptx odt ods odp epub jar",
    "gzip": "gz tgz",
    "video": "mp4 m4v mov webm mkv",
    "audio": "mp3 m4a ogg oga flac wav",
}
PROMISES = {ending: family for family, endings in FAMILIES.items() for ending in endings.split()}


def type_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD)
    for offset, signature, name in SIGNATURES:
        if head.startswith(signature, offset):
            return name
    if b"<svg" in head[:1024].lower():
        return "image/svg+xml"
    return PLAIN if _is_text(head) else UNKNOWN


def pretends(name: str, type: str) -> bool:
    """Whether a file of this type is called something that it is not: a page that says picture, a program PDF."""
    family = PROMISES.get(PurePath(name).suffix.lower().lstrip("."))
    if family is None:
        return False
    if type in PROGRAMS or type in (PLAIN, "image/svg+xml"):
        return True
    # Sound comes in too many wrappings to be told from other unknown bytes.
    return family in ("image", "pdf", "zip", "gzip") and _family(type) != family


def _family(type: str) -> str:
    kind, _, name = type.partition("/")
    return kind if kind in ("image", "video", "audio") else name


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The last character may be cut off.
        return len(head) == HEAD and error.start > HEAD - 4
    return True
