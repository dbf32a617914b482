"""How the page looks: what `excerpt.explain` has, and what a report adds. Light and dark, any width."""

from excerpt.explain import STYLE as EXPLAINED

__all__ = ["STYLE"]

STYLE = (
    EXPLAINED
    + """
:root { --c0: #0b6bcb; --c1: #c4420f; --c2: #1f8a4c; --c3: #8a3ffc; --c4: #b28600; --c5: #00848a; --c6: #c2185b;
  --c7: #5b6270; --base: #8d939d; }
@media (prefers-color-scheme: dark) {
  :root { --c0: #6db3ff; --c1: #ff9067; --c2: #6fd08c; --c3: #c4a1ff; --c4: #e6c45a; --c5: #5fd0d6; --c6: #ff86b3;
    --c7: #b3bac6; --base: #808792; }
}
body { max-width: 72rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: .8rem 1.2rem;
  margin: .5rem 0; }
figure { margin: 0; }
figcaption { font-size: .9rem; font-weight: 600; }
figcaption small { font-weight: 400; }
svg { width: 100%; height: auto; display: block; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .line { fill: none; stroke: var(--ink); stroke-width: 2; }
svg .whisker { stroke: var(--ink); stroke-width: 1; opacity: .45; }
svg circle, svg .beyond { fill: var(--ink); }
.base { --ink: var(--base); } svg .base { opacity: .75; }
.k0 { --ink: var(--c0); } .k1 { --ink: var(--c1); } .k2 { --ink: var(--c2); } .k3 { --ink: var(--c3); }
.k4 { --ink: var(--c4); } .k5 { --ink: var(--c5); } .k6 { --ink: var(--c6); } .k7 { --ink: var(--c7); }
.base .line, .dashed .line { stroke-dasharray: 4 3; }
.reference .line { stroke-dasharray: none; }
.oracle { --ink: var(--fg); } .oracle .line { stroke-dasharray: 1 4; }
.bars { max-width: 44rem; min-width: 34rem; }
.bars text { font-size: 12px; fill: var(--fg); }
.part0 { fill: var(--c0); } .part1 { fill: var(--c5); } .part2 { fill: var(--c3); } .other { fill: var(--line); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; padding: 0; margin: .4rem 0 .8rem;
  font-size: .9rem; }
.legend i { display: inline-block; width: 1.4rem; border-top: 3px solid var(--ink); vertical-align: middle;
  margin-right: .4rem; }
.legend .base i, .legend .dashed i { border-top-style: dashed; }
.legend .oracle i { border-top-style: dotted; } .legend .reference i { border-top-style: solid; }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--bg); }
td.n, th.n { text-align: right; padding-right: .9rem; }
tr.focus td { font-weight: 600; }
td small, th small { font-weight: 400; }
.better { color: rgb(var(--keep)); } .worse { color: rgb(var(--drop)); }
details { margin: .4rem 0; }
details > summary { cursor: pointer; padding: .25rem 0; }
details details { margin-left: .9rem; }
details[open] > summary { font-weight: 600; }
nav { font-size: .9rem; display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin-bottom: .8rem; }
a { color: var(--c0); }
h2 { font-size: 1.15rem; margin-top: 2.2rem; }
h3 { font-size: 1rem; }
"""
)
