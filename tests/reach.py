"""What a statement could try to reach through a DuckDB connection: files, other databases, the network, its own locks.

The 50 of `ATTEMPTS` must be refused by every connection on which the product runs statements; the 8 of `HARMLESS` may pass, and nothing
may be different afterwards.
"""

from __future__ import annotations

from pathlib import Path

# `{file}` is a file that the process could read, `{folder}` a folder that it could write to, `{link}` a link out of that folder.
ATTEMPTS = (
    # reading
    "select * from read_csv('{file}')",
    "select * from read_csv_auto('{file}')",
    "select * from '{file}'",
    "from '{file}'",
    "select * from sniff_csv('{file}')",
    "select * from read_text('{file}')",
    "select * from read_blob('{file}')",
    "select * from read_json('{file}')",
    "select * from read_json_auto('{file}')",
    "select * from read_ndjson_objects('{file}')",
    "select * from read_parquet('{file}')",
    "select * from parquet_metadata('{file}')",
    "select * from parquet_schema('{file}')",
    "select * from parquet_file_metadata('{file}')",
    "select * from parquet_kv_metadata('{file}')",
    "select * from glob('{folder}/*')",
    "select * from glob('/**')",
    "select * from read_text('{link}')",
    "select * from read_text('{folder}/../{name}')",
    "select * from query('from read_text(''{file}'')')",
    "select * from query_table('{file}')",
    "select * from read_duckdb('{file}')",
    "with x as (select * from read_text('{file}')) select * from x",
    "select (select content from read_text('{file}'))",
    "prepare leak as select * from read_text('{file}')",
    "explain analyze select * from read_text('{file}')",
    "create temp table leak as select * from read_text('{file}')",
    "create temp view leak as select * from read_text('{file}')",
    "select * from read_text(['{file}'])",
    "describe select * from '{file}'",
    # other databases
    "attach '{folder}/other.duckdb' as other",
    "attach '{folder}/other.duckdb' as other (read_only)",
    "attach '{folder}/other.sqlite' as other (type sqlite)",
    "attach 'host=127.0.0.1' as other (type postgres)",
    "import database '{folder}'",
    # writing
    "copy (select 1) to '{folder}/out.csv'",
    "copy (select 1) to '{folder}/out.parquet' (format parquet)",
    "copy build from '{file}'",
    "copy (select 1) to '/dev/stdout'",
    "export database '{folder}/out'",
    # code, secrets, network
    "install httpfs",
    "install spatial from community",
    "load httpfs",
    "load '{folder}/x.duckdb_extension'",
    "select * from read_csv('http://127.0.0.1:1/x.csv')",
    "from 'https://127.0.0.1:1/x.parquet'",
    "select * from read_text('s3://bucket/x')",
    "create secret leak (type s3, key_id 'a', secret 'b')",
    "create persistent secret leak (type http)",
    "select * from in_python",
)
HARMLESS = (
    "checkpoint",
    "set variable a = 1",
    "select * from duckdb_settings()",
    "select * from duckdb_logs",
    "select * from pragma_database_size()",
    "create temp macro own(a) as a + 1",
    "call write_log('a line')",
    "select * from duckdb_secrets()",
)
TAMPERINGS = (
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set memory_limit = '1TB'",
    "set threads = 1",
    "set temp_directory = '{folder}'",
    "set home_directory = '{folder}'",
    "set allowed_directories = ['/']",
    "set extension_directory = '{folder}'",
    "set max_execution_time = 0",
    "reset memory_limit",
    "reset enable_external_access",
    "call enable_logging(storage = 'file', storage_config = {{'path': '{folder}/log'}})",
    "pragma enable_profiling",
    "pragma memory_limit = '1TB'",
    "call enable_profiling()",
)


def spelt_out(statement: str, folder: Path) -> str:
    """The statement with a real file and a real folder in it: what is refused is refused for being a file, not for missing."""
    secret = folder / "secret.csv"
    if not secret.exists():
        secret.write_text("a,b\n1,reached\n", encoding="utf-8")
        (folder / "inside").mkdir()
        (folder / "inside" / "link.csv").symlink_to(secret)
    return statement.format(file=secret, folder=folder / "inside", link=folder / "inside" / "link.csv", name=secret.name)
