-- A setting of SQLite's text index. PostgreSQL's has none like it.
SELECT 1;
