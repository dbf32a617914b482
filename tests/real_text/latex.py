"""LaTeX: items, rows, sections and equations."""

from real_text.table import Case

ITEMS = r"""\section{Care of looms}
\begin{itemize}
  \item Oil the pedals each spring.
  \item The reed is cleaned with a soft brush.
  \item Keep the warp away from windows.
  \item Beams are turned by two persons.
\end{itemize}
\section{Dyes}
\begin{enumerate}
  \item Madder gives red.
  \item Weld gives a clear yellow.
  \item Woad gives blue after it meets the air.
\end{enumerate}
"""
TABLE = r"""\begin{tabular}{lrr}
\hline
Island & Sheep & Houses \\
\hline
Fugloy & 540 & 21 \\
Kalsoy & 1210 & 60 \\
Mykines & 1000 & 44 \\
Svinoy & 380 & 33 \\
\hline
\end{tabular}
"""
PAPER = r"""\documentclass{article}
\title{Tides in narrow sounds}
\author{R. Vang}
\begin{document}
\section{Method}
We measured the water level every six minutes at four piers.
\section{Results}
The largest range was 4.31 metres at the old pier. % checked twice
\begin{equation}
  h(t) = a \cos(\omega t + \phi)
\end{equation}
\section{Thanks}
The harbour lent us a boat.
\end{document}
"""
CASES = [
    Case(
        "item", "How is the reed cleaned?", 30, ITEMS, keep=[r"\item The reed is cleaned with a soft brush."]
    ),
    Case(
        "item-of-second-list", "What does weld give?", 30, ITEMS, keep=[r"\item Weld gives a clear yellow."]
    ),
    Case(
        "item-late",
        "When does woad give blue?",
        30,
        ITEMS,
        keep=[r"\item Woad gives blue after it meets the air."],
    ),
    Case(
        "row",
        "How many sheep are on Kalsoy?",
        50,
        TABLE,
        keep=["Kalsoy & 1210 & 60", "Island & Sheep & Houses"],
    ),
    Case("row-last", "How many houses has Svinoy?", 50, TABLE, keep=["Svinoy & 380 & 33"]),
    Case(
        "sentence",
        "How often was the water level measured?",
        44,
        PAPER,
        keep=["We measured the water level every six minutes at four piers."],
    ),
    Case(
        "sentence-before-comment",
        "What was the largest range?",
        44,
        PAPER,
        keep=["The largest range was 4.31 metres at the old pier."],
    ),
    Case("title", "What is the title of the article?", 40, PAPER, keep=[r"\title{Tides in narrow sounds}"]),
    Case("author", "Who is the author?", 34, PAPER, keep=[r"\author{R. Vang}"]),
    Case("equation", "Which equation gives h(t)?", 60, PAPER, keep=[r"h(t) = a \cos(\omega t + \phi)"]),
]
