"""Which columns have no blank at either end of any value: most, and there nothing needs to be trimmed.

Trimming is dear, and so is asking each value in SQL whether it needs to be. Here a column is asked as a whole: its values'
first and last bytes, laid side by side, are all printable ASCII or they are not.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

# '!' to '~': no blank is among them, nor the first or last byte of one.
_PRINTABLE = bytes(range(0x21, 0x7F))


def has_bare_ends(column: pa.ChunkedArray) -> bool:
    """Whether every value of a text column is empty, null, or begins and ends with a printable ASCII character."""
    return all(_has_bare_ends(chunk.cast(pa.binary())) for chunk in column.chunks)


def _has_bare_ends(values: pa.BinaryArray) -> bool:
    for ends in (pc.binary_slice(values, 0, 1), pc.binary_slice(values, -1)):
        size = pc.sum(pc.binary_length(ends)).as_py() or 0
        # What was just cut is one buffer of single bytes, from its beginning.
        if size and memoryview(ends.buffers()[2])[:size].tobytes().translate(None, _PRINTABLE):
            return False
    return True
