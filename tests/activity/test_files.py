"""Uploads: what is refused, what is cleaned, and what happens with and without a scanner."""

from __future__ import annotations

import io
import socket
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from activity.files import CheckedFile, FileRefused, ScannerAway, checked_file

GPS = 0x8825


def upload(content: bytes, name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def pdf(change: Callable[[PdfWriter], Any] = lambda writer: None) -> bytes:
    """One page, and whatever `change` does to it."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    change(writer)
    writer.write(out)
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (40, 30), **given: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **given)
    return out.getvalue()


def launch(writer: PdfWriter) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")})
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)


def script_in_annotation(writer: PdfWriter) -> None:
    note = Link(rect=(0, 0, 9, 9), url="https://example.org")
    note[NameObject("/A")] = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    writer.add_annotation(0, note)


def script(writer: PdfWriter) -> None:
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))


ACTIVE = {
    "script": script,
    "script in an annotation": script_in_annotation,
    "launch action": launch,
    "embedded file": lambda writer: writer.add_attachment("a.exe", b"MZ"),
}


@pytest.mark.parametrize("change", ACTIVE.values(), ids=ACTIVE)
def test_a_pdf_that_acts_is_refused(change: Callable[[PdfWriter], Any]) -> None:
    with pytest.raises(FileRefused, match="acts by itself"):
        checked_file(upload(pdf(change)))


def test_a_locked_pdf_is_refused() -> None:
    with pytest.raises(FileRefused, match="password"):
        checked_file(upload(pdf(lambda writer: writer.encrypt("secret"))))


def archive(comment: bytes = b"") -> bytes:
    """A ZIP with one page of HTML."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        out.writestr("index.html", "<script>alert(1)</script>")
        out.comment = comment
    return made.getvalue()


def pdf_around_an_archive() -> bytes:
    """A PDF that reads as one, and as a ZIP: the end of the one is the comment of the other."""
    content = pdf()
    end = content.rindex(b"startxref")
    return content[:end] + archive(b"\n" + content[end:])


@pytest.mark.parametrize(
    "content",
    [pdf() + b"<html><script>alert(1)</script>", pdf() + archive(), pdf_around_an_archive()],
    ids=["page", "archive", "archive inside"],
)
def test_a_pdf_with_something_behind_its_end_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused, match="behind its end"):
        checked_file(upload(content))


def test_padding_behind_the_end_of_a_pdf_is_nothing() -> None:
    assert checked_file(upload(pdf() + b"\r\n\0\0")).media_type == "application/pdf"


def test_a_plain_pdf_is_kept_as_it_came() -> None:
    content = pdf()
    kept = checked_file(upload(content, "..\\..\\Plan \x00\u202e2026.exe"))
    assert (kept.content, kept.media_type, kept.name, kept.checked) == (
        content,
        "application/pdf",
        "Plan 2026.pdf",
        "unscanned",
    )


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a" + b"0" * 40,
        b"<svg onload=alert(1)>",
        b"PK\x03\x04docx",
        b"%PDF-1.7\n" + b"x" * 50,
        b"\xff\xd8\xff" + b"0" * 40,
        b"\x00" * 40,
        b"",
    ],
    ids=["gif", "svg", "zip", "no pdf", "no jpeg", "nul", "empty"],
)
def test_other_kinds_and_broken_files_are_refused_at_their_field(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        checked_file(upload(content), field="receipt")
    assert refused.value.field == "receipt"


def test_the_kind_is_told_by_the_first_bytes_not_by_the_name() -> None:
    assert checked_file(upload(picture("PNG"), "letter.pdf")).name == "letter.png"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_loses_its_place_and_whatever_hangs_behind_it(kind: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(GPS)[2] = (36.0, 44.0, 0.0)
    exif[0x010F] = "camera-7f3a"
    kept = checked_file(upload(picture(kind, exif=exif.tobytes()) + b"<script>tail-7f3a</script>"))
    assert b"7f3a" not in kept.content
    with Image.open(io.BytesIO(kept.content)) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == (kind, (40, 30), {})


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_read() -> None:
    head = (
        b"\x89PNG\r\n\x1a\n" + struct.pack("!I", 13) + b"IHDR" + struct.pack("!IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    )
    with pytest.raises(FileRefused):
        checked_file(upload(head + b"\0" * 64))


def test_more_than_ten_megabytes_are_refused() -> None:
    with pytest.raises(FileRefused, match="10 MB"):
        checked_file(upload(b"%PDF-" + b"0" * (10 * 1024 * 1024)))


class Clamd(threading.Thread):
    """A scanner that speaks the clamd protocol; EICAR's first letters are a finding."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.seen = b""

    def run(self) -> None:
        line, _address = self.listening.accept()
        with line:
            asked = line.recv(10)
            while len(asked) < 10:
                asked += line.recv(10 - len(asked))
            while size := struct.unpack("!I", self.exactly(line, 4))[0]:
                self.seen += self.exactly(line, size)
            line.sendall(b"stream: Eicar-Signature FOUND\0" if b"X5O!P%" in self.seen else b"stream: OK\0")

    def exactly(self, line: socket.socket, size: int) -> bytes:
        found = b""
        while len(found) < size:
            found += line.recv(size - len(found))
        return found


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    made = Clamd()
    made.start()
    settings.SCANNER_URL = f"clamd://127.0.0.1:{made.port}"
    yield made
    made.listening.close()


def test_a_scanned_file_is_released(clamd: Clamd) -> None:
    content = pdf()
    kept: CheckedFile = checked_file(upload(content))
    assert (kept.checked, clamd.seen) == ("released", content)


def test_what_the_scanner_finds_is_not_kept(clamd: Clamd) -> None:
    with pytest.raises(FileRefused, match="scanner found"):
        checked_file(upload(pdf().replace(b"startxref", b"% X5O!P%@AP[4\nstartxref")))


def test_a_scanner_that_does_not_answer_lets_nothing_through(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.SCANNER_URL = f"clamd://127.0.0.1:{port}"
    with pytest.raises(ScannerAway):
        checked_file(upload(pdf()))


def test_the_deployment_check_tells_of_a_missing_scanner(settings: Any) -> None:
    settings.SCANNER_URL = ""
    assert [found.id for found in run_checks(tags=["files"], include_deployment_checks=True)] == ["activity.W001"]
    settings.SCANNER_URL = "clamd://scanner.example:3310"
    assert run_checks(tags=["files"], include_deployment_checks=True) == []
