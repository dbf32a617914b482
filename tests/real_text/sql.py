"""SQL: a statement is read with its first line; rows of an insert are units."""

from real_text.table import Case

SCHEMA = """CREATE TABLE berths (
  id INTEGER PRIMARY KEY,
  depth NUMERIC(4,1) NOT NULL,
  owner VARCHAR(80)
);
CREATE TABLE moorings (
  berth INTEGER REFERENCES berths(id),
  boat VARCHAR(40) NOT NULL UNIQUE,
  since DATE DEFAULT CURRENT_DATE
);
CREATE TABLE fees (
  code CHAR(3),
  amount NUMERIC(9,2)
);"""
QUERIES = """-- boats that owe a fee
SELECT boat, amount
FROM moorings JOIN fees USING (code)
WHERE paid IS NULL;

-- the deepest berth
SELECT id, depth
FROM berths
ORDER BY depth DESC
LIMIT 1;

-- forget guests
DELETE FROM guests
WHERE left_on < DATE '2030-01-01';"""
ROWS = """INSERT INTO animals (tag, kind, born) VALUES
  (4401, 'cow', '2028-03-01'),
  (4402, 'heifer', '2029-04-11'),
  (4403, 'ox', '2026-09-30'),
  (4404, 'goat', '2030-05-17'),
  (4405, 'ram', '2027-12-24'),
  (4406, 'ewe', '2028-02-02');"""

CASES = [
    Case(
        "column-of-a-table",
        "Which default has the column since of moorings?",
        46,
        SCHEMA,
        keep=["CREATE TABLE moorings (", "since DATE DEFAULT CURRENT_DATE"],
    ),
    Case(
        "not-null",
        "Which column of berths is not null?",
        40,
        SCHEMA,
        keep=["depth NUMERIC(4,1) NOT NULL", "CREATE TABLE berths ("],
    ),
    Case(
        "reference",
        "Which table does moorings reference?",
        46,
        SCHEMA,
        keep=["berth INTEGER REFERENCES berths(id)"],
    ),
    Case(
        "statement-with-comment", "How is the deepest berth found?", 44, QUERIES, keep=["ORDER BY depth DESC"]
    ),
    Case(
        "delete",
        "Which guests are deleted?",
        40,
        QUERIES,
        keep=["DELETE FROM guests", "WHERE left_on < DATE '2030-01-01';"],
    ),
    Case(
        "row-of-an-insert",
        "When was the goat born?",
        60,
        ROWS,
        keep=["INSERT INTO animals (tag, kind, born) VALUES", "(4404, 'goat', '2030-05-17')"],
    ),
    Case(
        "one-line-statements",
        "Which role may update the herd book?",
        40,
        "GRANT SELECT ON herd_book TO guest;\nGRANT UPDATE ON herd_book TO vet;\nREVOKE ALL ON payroll FROM guest;\nANALYZE herd_book;\nVACUUM payroll;\nSET timezone = 'UTC';",
        keep=["GRANT UPDATE ON herd_book TO vet;"],
    ),
    Case(
        "alter",
        "Which column was added to samples?",
        34,
        "ALTER TABLE samples ADD COLUMN frozen_at TIMESTAMP;\nALTER TABLE boxes DROP COLUMN colour;\nCREATE INDEX by_shelf ON boxes (shelf);\nDROP VIEW old_boxes;\nCOMMENT ON TABLE boxes IS 'in the cellar';",
        keep=["ALTER TABLE samples ADD COLUMN frozen_at TIMESTAMP;"],
    ),
    Case(
        "fenced",
        "Which index is on pupils?",
        60,
        "Run this after the holidays:\n\n```sql\nCREATE INDEX pupils_by_class ON pupils (class, name);\n```\n\nThen tell the office. The head teacher likes to know. Lunch is at one.",
        keep=["CREATE INDEX pupils_by_class ON pupils (class, name);"],
    ),
    Case(
        "view",
        "From which table does the view hot_ovens select?",
        40,
        "CREATE VIEW cold_rooms AS\n  SELECT id FROM rooms WHERE celsius < 4;\nCREATE VIEW hot_ovens AS\n  SELECT id FROM ovens WHERE celsius > 240;\nCREATE VIEW old_jars AS\n  SELECT id FROM jars WHERE year < 2020;",
        keep=["CREATE VIEW hot_ovens AS", "SELECT id FROM ovens WHERE celsius > 240;"],
    ),
]
