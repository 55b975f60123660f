"""Files that people give: kind by their first bytes, size, images made anew, PDFs without anything that acts, the scanner."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import socket
import struct
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from activity.models import Attachment, AttachmentContent
from common.errors import DomainError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_PDF_OBJECTS = 60_000
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
ACTIVE_NAMES = frozenset(
    {
        "/JavaScript",
        "/JS",
        "/Launch",
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/RichMedia",
        "/XFA",
        "/SubmitForm",
        "/ImportData",
    }
)
SCANNER_SECONDS = 15


class FileRefused(DomainError):
    """The file is not one that we keep; the message says why and what to do."""

    code = "file_refused"


class ScannerAway(DomainError):
    """The scanner is set up and does not answer: nothing is taken (reliability 5.4, fails closed)."""

    code = "scanner_away"


@dataclass(frozen=True)
class CheckedFile:
    """A file that passed: its bytes as they will be kept, which for an image are not those that came."""

    name: str
    media_type: str
    content: bytes
    checked: str

    @property
    def sha256(self) -> str:
        """Of the bytes that are kept."""
        return hashlib.sha256(self.content).hexdigest()


def checked_file(upload: Any, *, field: str = "file") -> CheckedFile:
    """Look at an upload and return what may be kept. Raises FileRefused or ScannerAway; nothing is stored here."""
    try:
        return _checked(upload)
    except DomainError as error:
        error.field = field
        raise


def _checked(upload: Any) -> CheckedFile:
    if upload.size > MOST_BYTES:
        raise FileRefused("The file is larger than 10 MB. Send a smaller scan or split it.")
    content = upload.read(MOST_BYTES + 1)
    if not content:
        raise FileRefused("The file is empty. Choose it again.")
    if len(content) > MOST_BYTES:
        raise FileRefused("The file is larger than 10 MB. Send a smaller scan or split it.")
    media_type = media_type_of(content)
    if media_type == PDF:
        refuse_active_pdf(content)
    else:
        content = image_made_anew(content, media_type)
    return CheckedFile(kept_name(str(upload.name), media_type), media_type, content, scanned(content))


@transaction.atomic
def keep_file(*, partner_id: int, file: CheckedFile, by: Any, at: dt.datetime) -> Attachment:
    """Store a checked file as a row of the partner and its bytes beside it (inside the caller's transaction)."""
    made = Attachment.objects.create(
        partner_id=partner_id,
        name=file.name,
        media_type=file.media_type,
        size=len(file.content),
        sha256=file.sha256,
        checked=file.checked,
        uploaded_by=by,
        uploaded_at=at,
    )
    AttachmentContent.objects.create(partner_id=partner_id, attachment=made, content=file.content)
    return made


def download(attachment: Attachment) -> HttpResponse:
    """The file as a download, never shown inside a page; the caller has asked whether this person may have it."""
    response = HttpResponse(bytes(attachment.content.content), content_type=attachment.media_type)
    plain = attachment.name.encode("ascii", "replace").decode().replace('"', "'")
    response["Content-Disposition"] = f'attachment; filename="{plain}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response


def media_type_of(content: bytes) -> str:
    """PDF, JPEG or PNG by the first bytes; the name and what the browser says count for nothing. Raises FileRefused."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    raise FileRefused("Send a PDF, a JPEG or a PNG. Save the document as PDF, or take a photo of it.")


def image_made_anew(content: bytes, media_type: str) -> bytes:
    """The picture written again from its pixels: no place, camera or hidden tail stays. Raises FileRefused."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG" if media_type == JPEG else "PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise FileRefused("The picture has more than 40 million pixels. Save it smaller and send it again.")
            upright = ImageOps.exif_transpose(picture)
            made = io.BytesIO()
            if media_type == JPEG:
                upright.convert("RGB").save(made, "JPEG", quality=88, optimize=True)
            else:
                upright.convert("RGBA" if "A" in upright.getbands() else "RGB").save(made, "PNG")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FileRefused("The picture cannot be read. Save it again, or send a PDF.") from error
    if made.tell() > MOST_BYTES:
        raise FileRefused("The picture is larger than 10 MB once it is cleaned. Save it smaller and send it again.")
    return made.getvalue()


def refuse_active_pdf(content: bytes) -> None:
    """Raise FileRefused for a PDF with scripts, launch actions, embedded files, a tail, or one that cannot be read whole."""
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise FileRefused("The PDF is locked with a password. Save it without one and send it again.")
        if len(reader.pages) == 0:
            raise FileRefused("The PDF has no page.")
        found = next(_active_names(reader), None)
    except (
        PyPdfError,
        RecursionError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        AssertionError,
        OSError,
        IndexError,
    ) as error:
        raise FileRefused("The PDF cannot be read. Print it to PDF again and send that.") from error
    if found:
        raise FileRefused(
            f"The PDF holds something that acts by itself ({found.strip('/')}). Print it to PDF and send that."
        )
    if _has_a_tail(content):
        raise FileRefused("The PDF holds something more behind its end. Print it to PDF and send that.")


def _has_a_tail(content: bytes) -> bool:
    """More than padding after the last end-of-file mark, or an archive: a file that another program reads as something else."""
    _before, mark, tail = content.rpartition(b"%%EOF")
    return bool(mark and tail.strip(b"\0 \t\r\n\f\x1a")) or zipfile.is_zipfile(io.BytesIO(content))


def _active_names(reader: PdfReader) -> Iterator[str]:
    """Names of things that act, anywhere that can be reached from the trailer."""
    waiting: list[Any] = [reader.trailer]
    seen: set[int] = set()
    looked_at = 0
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum in seen:
                continue
            seen.add(thing.idnum)
            thing = thing.get_object()
        looked_at += 1
        if looked_at > MOST_PDF_OBJECTS:
            raise FileRefused("The PDF has too many parts. Print it to PDF again and send that.")
        if isinstance(thing, DictionaryObject):
            yield from (str(name) for name in (*thing.keys(), *_names_in(thing)) if name in ACTIVE_NAMES)
            waiting.extend(thing.raw_get(key) for key in thing)
        elif isinstance(thing, ArrayObject):
            waiting.extend(list.__iter__(thing))


def _names_in(thing: DictionaryObject) -> Iterator[str]:
    for key in ("/S", "/Type", "/Subtype"):
        value: Any = thing[key] if key in thing else None  # noqa: SIM401  only [] follows a reference
        if isinstance(value, str):
            yield value


def kept_name(name: str, media_type: str) -> str:
    """The last part of the name without control characters, with the ending of what it really is."""
    plain = unicodedata.normalize("NFC", re.split(r"[\\/]", name)[-1])
    plain = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "C").strip(". ")
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", plain).strip(". ") or "file"
    return stem[:150] + EXTENSIONS[media_type]


def scanned(content: bytes) -> str:
    """What the scanner says, where one is set up (SCANNER_URL, clamd protocol). Raises ScannerAway, FileRefused."""
    if not settings.SCANNER_URL:
        return Attachment.Check.UNSCANNED
    try:
        answer = _ask_clamd(content)
    except OSError as error:
        raise ScannerAway(
            "The virus scanner does not answer, so nothing was kept. Try again in a few minutes."
        ) from error
    if answer.endswith("OK"):
        return Attachment.Check.RELEASED
    if answer.endswith("FOUND"):
        raise FileRefused("The virus scanner found something in this file. It was not kept.")
    raise ScannerAway("The virus scanner could not read this file, so nothing was kept. Try again in a few minutes.")


def _ask_clamd(content: bytes) -> str:
    url = urlsplit(settings.SCANNER_URL)
    with socket.create_connection((url.hostname or "localhost", url.port or 3310), timeout=SCANNER_SECONDS) as line:
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), 65_536):
            piece = content[start : start + 65_536]
            line.sendall(struct.pack("!I", len(piece)) + piece)
        line.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and (piece := line.recv(4096)):
            answer += piece
    return answer.decode("utf-8", "replace").strip("\0\n ")
