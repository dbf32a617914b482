"""Word lists for the sentence splitter, lower-case and without the final stop.

English first, with the most frequent forms of other European languages. A list is by behaviour, not
by language: what the next word must look like for a sentence to end after the abbreviation.
"""

__all__ = [
    "ALWAYS_OPEN",
    "BEFORE_NUMBER",
    "CAPITALISED",
    "MAY_CLOSE",
    "MONTHS",
    "NAMES_WITH_STOP",
    "ORDINAL_BEFORE",
    "STARTERS",
]

# Something always follows in the same sentence.
ALWAYS_OPEN = frozenset(
    ["mr", "mrs", "ms", "mx", "messrs", "mme", "mmes", "mlle", "prof", "profs", "gen", "sen", "sens", "rep", "reps", "gov", "govs", "lt", "capt", "cpt", "cmdr", "cdr", "sgt", "cpl", "pvt", "maj", "adm", "rear", "rev", "revd", "fr", "hon", "pres", "supt", "det", "insp", "amb", "treas", "brig", "msgr", "ven", "sra", "srta", "e.g", "eg", "i.e", "ie", "viz", "cf", "vs", "v.s", "approx", "resp", "incl", "excl", "esp", "spec", "orig", "formerly", "illus", "repr", "transl", "hr", "hrn", "fru", "frl", "frau", "dhr", "mevr", "mw", "sig", "sigg", "dott", "avv", "ing", "arq", "lic", "gral", "cap", "exmo", "exma", "ilmo", "z.b", "d.h", "u.a", "bzw", "ggf", "evtl", "vgl", "sog", "bspw", "insb", "inkl", "zzgl", "ca", "bijv", "d.w.z", "o.a", "p.ej", "p.ex", "np", "tzn", "tj", "t.j", "s.v", "op.cit", "loc.cit", "m.in", "t.zv", "napr"]
)

# A sentence ends after these only where no number, numeral or letter follows.
BEFORE_NUMBER = frozenset(
    ["no", "nos", "nr", "nrs", "nro", "núm", "num", "fig", "figs", "abb", "eq", "eqs", "eqn", "eqns", "sec", "sect", "secs", "sects", "ch", "chap", "chaps", "vol", "vols", "pp", "pg", "pgs", "p", "par", "para", "paras", "art", "arts", "ref", "refs", "tab", "tabs", "thm", "lem", "prop", "cor", "def", "app", "appx", "ex", "exx", "ver", "cl", "col", "cols", "l", "ll", "n", "nn", "bd", "kap", "abs", "s", "str", "pt", "pts", "ser", "bk", "fol", "ff", "iss", "suppl", "lot", "dist", "prob", "probs"]
)

# Often at the end of a sentence; a sentence ends only before a word that starts one.
MAY_CLOSE = frozenset(
    ["inc", "corp", "co", "cos", "ltd", "llc", "plc", "bros", "jr", "sr", "esq", "etc", "al", "ave", "blvd", "rd", "st", "mt", "ft", "dr", "ste", "sts", "mts", "hwy", "pkwy", "dept", "univ", "assn", "assoc", "inst", "acad", "bldg", "natl", "intl", "govt", "mfg", "mgr", "dir", "ext", "est", "min", "max", "avg", "std", "misc", "temp", "sec", "secs", "hr", "hrs", "mo", "mos", "yr", "yrs", "wk", "wks", "lb", "lbs", "oz", "gal", "qt", "tbsp", "tsp", "sq", "cu", "cm", "mm", "ph", "phd", "md", "ba", "ma", "mba", "b.a", "m.a", "b.sc", "m.sc", "ph.d", "m.d", "j.d", "d.d.s", "ed.d", "a.m", "p.m", "am", "pm", "a.d", "b.c", "b.c.e", "c.e", "rt", "bar", "gmbh", "ag", "s.a", "s.r.l", "spa", "s.p.a", "nv", "bv", "ab", "oy", "a.s", "cie", "kft", "usw", "etc", "u.s.w", "osv", "i.t.d", "enz", "itd", "tzv", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "ala", "ariz", "ark", "calif", "colo", "conn", "del", "fla", "ga", "ill", "ind", "kan", "kans", "ky", "la", "md", "mass", "mich", "minn", "miss", "mont", "neb", "nebr", "nev", "okla", "ore", "pa", "penn", "tenn", "tex", "va", "vt", "wash", "wis", "wisc", "wyo", "alta", "ont", "que", "sask", "ed", "eds", "trans", "tr", "comp", "cent", "c", "circa", "fl", "b", "d", "r", "m", "née", "nee", "var", "subsp", "spp", "sp", "cv", "ssp", "seq", "id", "ibid", "op", "cit", "dipl", "jg", "mio", "mrd", "tsd", "std", "mill", "millj", "kl", "gt", "cia", "ltda", "av", "avda", "pza", "dpto", "tel", "ext", "fax", "г", "гг", "в", "вв", "т", "тт", "д", "п", "пп", "р", "руб", "ул", "им", "стр", "рис", "табл", "др", "пр", "проф", "акад", "обл", "напр", "см"]
)

# Ordinary words too, unless capitalised.
CAPITALISED = frozenset(
    ["ala", "ark", "ill", "ind", "la", "mass", "md", "me", "minn", "miss", "mont", "ore", "pa", "penn", "tenn", "tex", "va", "wash", "wis", "mon", "sat", "sun", "wed", "tue", "fri", "thu", "mar", "jan", "jun", "dec", "gen", "rep", "sen", "col", "del", "hon", "ven", "fr", "ms", "ma", "ba", "ag", "sa", "st", "ing"]
)

# With a number before them these are dates in languages that write ordinals with a stop.
MONTHS = frozenset(
    ["januar", "jänner", "februar", "feber", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember", "marts", "maj", "august", "oktober", "desember", "mars", "januari", "februari", "augusti", "ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října", "listopadu", "prosince", "januára", "februára", "marca", "apríla", "mája", "júna", "júla", "augusta", "septembra", "októbra", "novembra", "decembra", "január", "február", "március", "április", "május", "június", "július", "augusztus", "szeptember", "október", "november", "december", "tammikuuta", "helmikuuta", "maaliskuuta", "huhtikuuta", "toukokuuta", "kesäkuuta", "heinäkuuta", "elokuuta", "syyskuuta", "lokakuuta", "marraskuuta", "joulukuuta"]
)

# A number with a stop after one of these is an ordinal: "am 3. Oktober", "im 19. Jahrhundert".
ORDINAL_BEFORE = frozenset(
    ["am", "im", "der", "die", "das", "dem", "den", "des", "vom", "zum", "zur", "bis", "ab", "seit", "und", "ein", "eine", "einem", "einen", "einer", "eines", "jeder", "jeden", "jede", "ihr", "ihre", "sein", "seine", "unser", "unsere", "dieses", "dieser", "diese", "diesem", "dritten", "den", "det", "de", "til", "fra", "og", "en", "et", "v", "od", "do", "dne", "az"]
)

# Names that end in an exclamation mark.
NAMES_WITH_STOP = frozenset(["yahoo", "jeopardy", "yum", "wham", "oliver", "airplane"])

# Capitalised, these are the start of a sentence far more often than a name.
STARTERS = frozenset(
    ["a", "about", "above", "according", "across", "additionally", "after", "afterwards", "again", "against", "all", "almost", "along", "already", "also", "although", "altogether", "always", "among", "an", "and", "another", "any", "anyone", "anything", "are", "around", "as", "at", "away", "back", "based", "be", "because", "before", "behind", "being", "below", "beneath", "besides", "between", "beyond", "both", "but", "by", "can", "certainly", "clearly", "consequently", "could", "currently", "despite", "did", "do", "does", "don't", "due", "during", "each", "earlier", "early", "either", "eventually", "every", "everybody", "everyone", "everything", "except", "few", "finally", "first", "following", "for", "formerly", "fortunately", "from", "further", "furthermore", "generally", "given", "had", "has", "have", "having", "he", "he's", "hence", "her", "here", "hers", "herself", "him", "himself", "his", "how", "however", "if", "in", "indeed", "initially", "inside", "instead", "into", "is", "isn't", "it", "it's", "its", "itself", "just", "last", "lastly", "later", "many", "maybe", "me", "meanwhile", "moreover", "most", "much", "my", "nearly", "neither", "never", "nevertheless", "next", "nobody", "none", "nonetheless", "nor", "not", "nothing", "now", "nowadays", "of", "often", "on", "once", "one", "only", "or", "originally", "other", "others", "otherwise", "our", "ours", "over", "overall", "perhaps", "please", "previously", "rather", "recently", "second", "several", "shall", "she", "she's", "should", "similarly", "since", "so", "some", "somebody", "someone", "something", "sometimes", "soon", "still", "subsequently", "such", "suddenly", "than", "that", "that's", "the", "their", "theirs", "them", "then", "there", "there's", "thereafter", "therefore", "these", "they", "they're", "third", "this", "those", "though", "through", "throughout", "thus", "to", "today", "together", "tomorrow", "tonight", "too", "toward", "towards", "two", "under", "unfortunately", "unless", "unlike", "until", "up", "upon", "us", "usually", "was", "wasn't", "we", "we're", "were", "what", "what's", "when", "whenever", "where", "whereas", "wherever", "whether", "which", "while", "who", "whoever", "whom", "whose", "why", "with", "within", "without", "would", "yes", "yesterday", "yet", "you", "you're", "your", "yours"]
) - {"a"}
