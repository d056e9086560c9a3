"""A time that ends where memory ends: DuckDB read the byte after it, and the process died."""

import subprocess
import sys

import pytest

from assets.ingest.tabular.mapping import Mapping
from assets.ingest.tabular.typing_sql import value_sql
from pipelines.sql_models.contracts import load_contracts

_ASK = """
import ctypes, mmap, sys
import duckdb
import pyarrow as pa

sql, text = sys.argv[1], sys.argv[2].encode()
page = mmap.PAGESIZE
pages = mmap.mmap(-1, 2 * page)
begin = ctypes.addressof(ctypes.c_char.from_buffer(pages))
pages[page - len(text) : page] = text
guard = ctypes.CDLL(None, use_errno=True).mprotect
assert guard(ctypes.c_void_p(begin + page), ctypes.c_size_t(page), 0) == 0
offsets = pa.py_buffer(bytes((0).to_bytes(4, sys.byteorder) + len(text).to_bytes(4, sys.byteorder)))
data = pa.foreign_buffer(begin + page - len(text), len(text))
rows = pa.table({"told": pa.Array.from_buffers(pa.string(), 1, [None, offsets, data])})
print(duckdb.sql(f"select {sql} from rows").fetchone()[0])
"""


def _value(sql: str, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _ASK, sql, text], capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(sys.platform != "linux", reason="guards a page as Linux does")
def test_a_time_at_the_end_of_memory_is_read() -> None:
    mapping = Mapping.model_validate(
        {
            "description": "x",
            "files": "x",
            "rows": [
                {
                    "table": "contact",
                    "columns": {"contact_id": "id", "started_at": "told", "customer_ref": "who"},
                }
            ],
        }
    )
    column = mapping.rows[0].columns["started_at"]
    spec = load_contracts()["contact"].own_columns["started_at"]
    done = _value(value_sql(spec, column, mapping, "told"), "2025-10-01 08:11:56")
    assert (done.returncode, done.stdout.strip()) == (0, "2025-10-01 08:11:56")
    formats = "try_strptime(told, ['%Y-%m-%d %H:%M:%S.%f', '%Y-%m-%d %H:%M:%S'])"
    assert _value(formats, "2025-10-01 08:11:56").returncode != 0, "DuckDB does well by itself"
