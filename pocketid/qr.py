"""QR codes, for what is shown on one screen and opened on another."""


def data_address(text: str) -> str:
    """A QR code as a data address; empty where the extra `qr` is not installed, since the text is shown as well."""
    try:
        import segno  # an extra, needed on few pages
    except ImportError:
        return ""
    address: str = segno.make(text, error="m").svg_data_uri(
        scale=4, border=2, dark="#1d2426", light="#ffffff"
    )
    return address
