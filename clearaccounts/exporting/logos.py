"""The partner's logo for letters: read from a bounded file, decoded as PNG or JPEG and nothing else, and drawn anew.

What goes into a letter are the picture's points alone: no metadata, no profile, nothing that was hidden behind the picture.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

from clearaccounts.errors import SettingsError
from clearaccounts.text import N_

MOST_BYTES = 2_000_000
MOST_POINTS = 16_000_000
# Sharp at 300 dots per inch in the place that a letter has for it.
SHOWN = (650, 260)
_TOO_LARGE = N_("[company] logo in the settings: {file} is too large; it may have 2 MB and 16 million points.")
_UNREADABLE = N_("[company] logo in the settings: {file} cannot be read as a PNG or JPEG picture.")


def logo(path: str) -> bytes | None:
    """The logo as a small PNG; None if there is none (`path` is empty).

    Raises:
        SettingsError: the file is gone, too large, or no PNG or JPEG.
    """
    if not path:
        return None
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise SettingsError(_TOO_LARGE, file=Path(path).name)
        # Opening reads the head alone: a picture of too many points is never unpacked.
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_POINTS:
                raise SettingsError(_TOO_LARGE, file=Path(path).name)
            small = picture.convert("RGBA")
        small.thumbnail(SHOWN)
        # On white, as the letter is: transparency would need a second picture in the file.
        flat = Image.new("RGB", small.size, "white")
        flat.paste(small, mask=small.getchannel("A"))
        drawn = BytesIO()
        flat.save(drawn, "PNG")
        return drawn.getvalue()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise SettingsError(_UNREADABLE, file=Path(path).name) from None
