"""OFD files (GB/T 33190): a zip around pages, and somewhere in it the invoice's data.

One rule: data before looks. First the attached XML, then the custom data of OFD.xml, then the tags that name the texts
of the page; what only a picture says is not read.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.documents import einvoice, xmltree
from app.documents.archive import Archive
from app.documents.columns import field_of
from app.documents.draft import Draft, Unreadable, compose

_ROOT = "OFD.xml"
_ATTACHED = "original_invoice.xml"
_ENOUGH = {"number", "seller.tax_id"}


def is_ofd(archive: Archive) -> bool:
    return _ROOT in archive.names


def read(archive: Archive) -> Draft:
    """The invoice in the file; raises Unreadable."""
    attached = [archive.read(name) for name in _attachments(archive)]
    if len(attached) == 1:
        return einvoice.read(xmltree.in_utf8(attached[0]))
    if attached:
        raise Unreadable("several_invoices", "Several invoices are attached to this OFD; one file is one invoice.")
    return _custom(archive) or _tagged(archive) or _nothing()


def _nothing() -> Draft:
    sentence = "This OFD shows an invoice but carries no data of it: no attached XML, custom data or tags. Use its XML."
    raise Unreadable("not_an_invoice", sentence)


def _attachments(archive: Archive) -> Iterator[str]:
    """The entries that hold an invoice: by the usual name, else by the list of attachments."""
    usual = [name for name in archive.names if _file(name).lower() == _ATTACHED]
    if usual:
        yield from usual
        return
    named = {_file(location) for location in _listed(archive) if location.lower().endswith(".xml")}
    yield from (name for name in archive.names if _file(name) in named)


def _listed(archive: Archive) -> Iterator[str]:
    for name in archive.names:
        if _file(name) == "Attachments.xml":
            yield from (each.text.strip() for each in _tree(archive, name).iter("FileLoc") if each.text)


def _custom(archive: Archive) -> Draft | None:
    """CustomData of OFD.xml carries the names that a table would have as headings (发票号码, 合计金额)."""
    said: dict[str, tuple[str, str]] = {}
    for each in _tree(archive, _ROOT).iter("CustomData"):
        name, text = each.get("Name", ""), (each.text or "").strip()
        field = field_of(name)
        if field and text:
            if said.get(field, (text,))[0] != text:
                raise Unreadable("contradiction", f"The OFD tells {name} twice, and differently.")
            said[field] = (text, f"CustomData {name}")
    return compose(said) if said.keys() >= _ENOUGH else None


def _tagged(archive: Archive) -> Draft | None:
    """CustomTag.xml: elements named as in the XML of 2019, each pointing to texts on the pages by their ids."""
    texts = _texts(archive)
    leaves: dict[str, set[str]] = {}
    for name in archive.names:
        if _file(name) == "CustomTag.xml":
            for tag in _tree(archive, name).iter():
                told = "".join(texts.get((each.text or "").strip(), "") for each in tag.findall("ObjectRef"))
                if told:
                    leaves.setdefault(tag.tag, set()).add(told)
    return einvoice.named(leaves, "the tag") if leaves else None


def _texts(archive: Archive) -> dict[str, str]:
    """The texts of all pages by their ids; an id that stands on two pages means nothing."""
    texts: dict[str, str] = {}
    twice = set()
    for name in archive.names:
        if _file(name) == "Content.xml" and "/Pages/" in f"/{name}":
            for each in _tree(archive, name).iter("TextObject"):
                key = each.get("ID", "")
                if key in texts:
                    twice.add(key)
                texts[key] = "".join(code.text or "" for code in each.iter("TextCode"))
    return {key: text for key, text in texts.items() if key not in twice}


def _tree(archive: Archive, name: str) -> Element:
    return xmltree.parse(archive.read(name))


def _file(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
