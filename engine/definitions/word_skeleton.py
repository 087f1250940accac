"""The parts of a plain .docx around its paragraphs: styles, page, verification line with its QR code.

Called by `word_drafts` alone; the sizes are those of GB/T 9704—2012 (A4, 三号 body, 22磅 title).
"""

from __future__ import annotations

from engine.definitions.word_files import MEDIA_TYPE
from engine.definitions.word_templates import PICTURE

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_QR_SIZE = 792_000  # 22 mm in EMU

# style id → (name, paragraph properties, run properties); sizes in half points
_STYLES = {
    "Organ": ("机关", '<w:jc w:val="center"/>', '<w:b/><w:color w:val="C00000"/><w:sz w:val="44"/>'),
    "Title": (
        "Title",
        '<w:spacing w:before="240" w:after="240"/><w:jc w:val="center"/>',
        '<w:sz w:val="44"/>',
    ),
    "Number": ("文号", '<w:spacing w:after="240"/><w:jc w:val="center"/>', ""),
    "Addressee": ("称谓", "", ""),
    "Point": ("事项", '<w:ind w:left="640" w:hanging="320"/>', ""),
    "Signature": ("落款", '<w:spacing w:before="120"/><w:jc w:val="right"/>', ""),
    "Verification": (
        "核验",
        '<w:spacing w:before="480" w:line="240" w:lineRule="auto"/>',
        '<w:sz w:val="20"/>',
    ),
}


def paragraph(text: str, style: str) -> str:
    """A paragraph of escaped text."""
    named = "" if style == "Normal" else f'<w:pStyle w:val="{style}"/>'
    indent = '<w:ind w:firstLine="640"/>' if style == "Normal" and not text.startswith("{%p") else ""
    return f'<w:p><w:pPr>{named}{indent}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def parts(body: str, picture: bytes) -> dict[str, bytes]:
    """The parts of the file by path."""
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1985"'
        ' w:left="1588" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>'
    )
    document = (
        f'{_HEAD}<w:document xmlns:w="{_MAIN}" xmlns:r="{_OFFICE}" xmlns:a="{_DRAWING}/main"'
        f' xmlns:pic="{_DRAWING}/picture" xmlns:wp="{_DRAWING}/wordprocessingDrawing">'
        f"<w:body>{body}{_verification()}{page}</w:body></w:document>"
    )
    texts = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations({"rId1": ("officeDocument", "word/document.xml")}),
        "word/document.xml": document,
        "word/_rels/document.xml.rels": _relations(
            {"rId1": ("styles", "styles.xml"), "rId2": ("image", "media/verification.png")}
        ),
        "word/styles.xml": _styles(),
    }
    return {**{path: text.encode() for path, text in texts.items()}, "word/media/verification.png": picture}


def _verification() -> str:
    size = f'cx="{_QR_SIZE}" cy="{_QR_SIZE}"'
    drawing = (
        f'<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
        f'<wp:docPr id="1" name="verification" descr="{PICTURE}"/>'
        f'<a:graphic><a:graphicData uri="{_DRAWING}/picture"><pic:pic>'
        '<pic:nvPicPr><pic:cNvPr id="1" name="verification.png"/><pic:cNvPicPr/></pic:nvPicPr>'
        '<pic:blipFill><a:blip r:embed="rId2"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
    text = "核验码：{{ code }}。扫描二维码，或者在“文书核验”页面输入核验码、上传本文件，可以核对真伪。"
    return (
        f'<w:p><w:pPr><w:pStyle w:val="Verification"/></w:pPr><w:r>{drawing}</w:r></w:p>'
        '<w:p><w:pPr><w:pStyle w:val="Verification"/><w:spacing w:before="0"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    )


def _types() -> str:
    defaults = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        "png": "image/png",
    }
    overrides = {
        "document": f"{MEDIA_TYPE}.main+xml",
        "styles": "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml",
    }
    listed = "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in defaults.items())
    listed += "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{kind}"/>' for name, kind in overrides.items()
    )
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{listed}</Types>'


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for id_, (kind, target) in targets.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _styles() -> str:
    fonts = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋"/>'
    titles = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/>'
    listed = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{fonts}<w:sz w:val="32"/><w:lang w:eastAsia="zh-CN"/></w:rPr>'
        '</w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:line="560" w:lineRule="exact"/></w:pPr>'
        "</w:pPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    )
    for id_, (name, layout, letters) in _STYLES.items():
        face = titles if id_ in ("Organ", "Title") else ""
        listed += (
            f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/>'
            f'<w:basedOn w:val="Normal"/><w:pPr>{layout}</w:pPr>'
            f"<w:rPr>{face}{letters}</w:rPr></w:style>"
        )
    return f'{_HEAD}<w:styles xmlns:w="{_MAIN}">{listed}</w:styles>'
