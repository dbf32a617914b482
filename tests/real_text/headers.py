"""Headers that are too long for the budget: a row comes with what fits of them, before it comes without."""

from real_text.table import Case

RULED = """| Hut            | Beds | Warden in summer | Price a night in crowns | Dogs       |
|----------------|------|------------------|-------------------------|------------|
| Grey Notch     | 22   | yes              | 180                     | allowed    |
| Long Lake      | 8    | no               | 95                      | allowed    |
| Upper Alder    | 41   | yes              | 210                     | not inside |
| Raven Step     | 12   | no               | 110                     | allowed    |"""
TWO_ROWS = """|                | Caught |        | Sold   |        |
|                | 2030   | 2029   | 2030   | 2029   |
|----------------|--------|--------|--------|--------|
| Herring (t)    | 912    | 860    | 700    | 655    |
| Sprat (t)      | 120    | 144    | 118    | 139    |
| Turbot (t)     | 4      | 6      | 4      | 6      |
| Flounder (t)   | 77     | 71     | 30     | 44     |"""
PLAN = """Limit  (cost=900.11..900.14 rows=10 width=44) (actual time=71.101..71.106 rows=10 loops=1)
  ->  Sort  (cost=900.11..925.11 rows=9000 width=44) (actual time=71.099..71.102 rows=10 loops=1)
        Sort Key: (count(*)) DESC
        ->  Hash Join  (cost=30.00..720.22 rows=40000 width=20) (actual time=0.911..59.330 rows=40000 loops=1)
              Hash Cond: (v.berth_id = b.id)
              ->  Seq Scan on visit v  (cost=0.00..581.00 rows=40000 width=12) (actual time=0.010..20.774 rows=40000 loops=1)
                    Rows Removed by Filter: 3117
              ->  Hash  (cost=18.00..18.00 rows=900 width=18) (actual time=0.880..0.881 rows=900 loops=1)
                    Buckets: 1024  Memory Usage: 52kB
Execution Time: 71.377 ms"""

CASES = [
    Case("ruled", "How many beds has Upper Alder?", 66, RULED, keep=["Beds", "| Upper Alder    | 41   |"]),
    Case(
        "ruled-price",
        "What is the price of a night at Long Lake?",
        66,
        RULED,
        keep=["Price a night", "| 95  "],
    ),
    Case(
        "two-rows",
        "How much flounder was sold in 2029?",
        80,
        TWO_ROWS,
        keep=["Sold", "| Flounder (t)   | 77"],
    ),
    Case(
        "two-rows-caught",
        "How much herring was caught in 2030?",
        80,
        TWO_ROWS,
        keep=["Caught", "| Herring (t)    | 912"],
    ),
    Case(
        "nearest",
        "How many rows of visit were removed by the filter?",
        110,
        PLAN,
        keep=["Seq Scan on visit", "Rows Removed by Filter: 3117"],
        warns=True,
    ),
]
