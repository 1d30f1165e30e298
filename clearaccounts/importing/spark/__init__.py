"""The marts made on a cluster of Apache Spark, from the same files of `queries/marts` and the same landed Parquet.

Only a build that asks for it (`build --engine spark --master URL`) loads this package's modules: pyspark, sqlglot and a Java are
needed for it alone (`requirements-spark.txt`). `portable` says what SQL means the same in both engines, `dialect` translates
it, `cluster` connects, `engine` makes the marts and hands them to the build as Parquet.
"""
