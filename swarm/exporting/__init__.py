"""Samples as Parquet, for what reads tables: rows.py says what a row holds, joining.py and parquet.py stream them."""
