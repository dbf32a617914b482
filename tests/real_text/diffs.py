"""Diffs: a changed line is read with its hunk and its file."""

from real_text.table import Case

GIT = """diff --git a/oven/heat.py b/oven/heat.py
index 3f1a2b4..9c8d7e6 100644
--- a/oven/heat.py
+++ b/oven/heat.py
@@ -4,7 +4,7 @@ class Heat:
     steps = 12
-    celsius = 230
+    celsius = 250
     fan = True
@@ -30,6 +30,7 @@ def cool(oven):
     oven.open()
+    oven.sweep_ash()
     oven.rest()
diff --git a/shop/prices.txt b/shop/prices.txt
index 11aa22b..33cc44d 100644
--- a/shop/prices.txt
+++ b/shop/prices.txt
@@ -1,3 +1,3 @@
 roll 1.10
-rye 4.20
+rye 4.75
 cake 18.00
diff --git a/docs/read.md b/docs/read.md
deleted file mode 100644
index 5566778..0000000
--- a/docs/read.md
+++ /dev/null
@@ -1 +0,0 @@
-Nothing here."""
PLAIN = """--- tides.cfg\t2031-01-01
+++ tides.cfg\t2031-02-01
@@ -2,4 +2,4 @@
 port = Skjold
-datum = 0.35
+datum = 0.41
 unit = metre"""
REVIEW = f"""Two files were changed by this branch. The reviewer asked for a test. Nobody objected to the name.

{PLAIN}

The change was merged on Friday."""

CASES = [
    Case(
        "removed", "Which celsius value was removed?", 100, GIT, keep=["-    celsius = 230", "oven/heat.py"]
    ),
    Case(
        "added",
        "What does cool do newly with ash?",
        100,
        GIT,
        keep=["+    oven.sweep_ash()", "def cool(oven):"],
    ),
    Case("other-file", "What is the new price of rye?", 100, GIT, keep=["+rye 4.75", "shop/prices.txt"]),
    Case("old-value", "What was the old price of rye?", 100, GIT, keep=["-rye 4.20", "shop/prices.txt"]),
    Case("deleted", "Which file was deleted?", 0.4, GIT, keep=["deleted file mode", "docs/read.md"]),
    Case("plain", "What was the datum before?", 60, PLAIN, keep=["-datum = 0.35", "tides.cfg"]),
    Case("plain-new", "What is the datum now?", 60, PLAIN, keep=["+datum = 0.41"]),
    Case("in-a-review", "Which datum was removed?", 70, REVIEW, keep=["-datum = 0.35"]),
    Case(
        "review-prose", "When was the change merged?", 30, REVIEW, keep=["The change was merged on Friday."]
    ),
    Case(
        "hunk-alone",
        "Which limit was raised?",
        40,
        "@@ -11,5 +11,5 @@ func Open(gate Gate) error {\n \twait := 3\n-\tlimit := 40\n+\tlimit := 65\n \tlog(gate)\n \treturn nil",
        keep=["+\tlimit := 65"],
    ),
]
