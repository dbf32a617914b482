r"""The built-in patterns of the guards, compiled.

Every pattern starts at a token boundary (a look-behind), and every repeat is possessive or bounded,
so that no text makes the engine scan the same characters again and again.
"""

import regex

__all__ = ["INLINE_CODE", "NEGATIONS", "NUMBERS", "QUOTES", "URLS"]

# A gap inside one expression: spaces on the line, or a line break that wrapped the text there.
_GAP = r"(?:[ \t\u00A0\u202F]{1,2}|[ \t]?\r?\n[ \t]{0,8}(?=\p{Ll}|\d))"
_SPACE = r"[ \u00A0\u202F]"
_ALPHABETIC = r"\p{Latin}\p{Greek}\p{Cyrillic}"

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember"
    r"|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b\.?"
)
_CURRENCY = r"(?:(?:US|AU|CA|NZ|HK|A|C)?\p{Sc}|USD|EUR|GBP|CHF|JPY|CNY|Rs\.?|RM|kr)"
_DIGITS = r"\d++(?:[.,٫٬'’]\d++|[ \u00A0\u202F]\d{3}(?!\d))*+"
_NUMBER = rf"(?:[+\-−±]?(?:{_CURRENCY}{_SPACE}?)?[+\-−]?\.?{_DIGITS}(?:\p{{Latin}}{{1,12}}+(?:/\p{{Latin}}{{1,3}})?+)?+\p{{No}}?)"
_RANGE = rf"{_NUMBER}(?:(?:{_SPACE}?[-‐‑–—−/:×x^±~]{_SPACE}?|{_SPACE}(?:to|and|of|by|bis|à|or){_SPACE}(?=[\d\p{{Sc}}]))(?:{_NUMBER}))*+"
_MAGNITUDE = (
    r"(?:hundred|thousand|million|billion|trillion|dozen|lakh|crore|mln|bn|mio|mrd|Millionen|Milliarden|Mio|Mrd"
    r"|millions?|milliards?|millones|mil)\b\.?"
)
_UNIT = (
    r"(?:%|‰|°\s?[CFK]?|℃|℉|[µμnmkKMGTcdh]?(?:m|g|s|W|Wh|V|A|Hz|J|N|Pa|L|l|B|b|bit|byte|eV|mol|cal|t)[²³23]?"
    r"|min|h|hrs?|hours?|minutes?|seconds?|secs?|milliseconds?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)"
    r"|percent|per\scent|percentage\spoints?|pp|degrees?|dollars?|euros?|pounds?|cents?|yen|yuan|rupees?|USD|EUR|GBP"
    r"|CHF|JPY|CNY|inch(?:es)?|feet|foot|ft|yards?|yd|miles?|mi|mph|kmh|kph|knots?|acres?|hectares?|ha"
    r"|met(?:er|re)s?|kilomet(?:er|re)s?|centimet(?:er|re)s?|millimet(?:er|re)s?|grams?|kilos?|kilograms?|tonnes?|tons?"
    r"|lbs?|oz|ounces?|lit(?:er|re)s?|gallons?|barrels?|watts?|volts?|kWh|MWh|GWh|bytes?|bits?|[KMGT]i?B|dpi|px|rpm|fps"
    r"|bpm|dB|ppm|a\.?m\.?|p\.?m\.?|AM|PM|UTC|GMT|CET|EST|PST|o['’]clock|BCE?|CE|AD|Jahren?|Tagen?|Stunden?|Minuten|Uhr"
    r"|ans|jours|heures|años|días|horas|p\.|pages?|people|persons?|points?|votes?|seats?|times|fold|st|nd|rd|th)(?![\p{L}\d])"
)
_HAN_UNIT = r"[年月日号號时時分秒点點元円圓块塊美欧万萬亿億千百十个個人名位次回歳岁度公里米克斤吨噸％％%層层階期世紀级級]{1,4}"
_TAIL = (
    rf"(?:(?:{_GAP}|-)?{_MAGNITUDE})?+(?:(?:{_GAP}|-)?{_UNIT}(?:(?:[/·*⋅]|{_SPACE}per{_SPACE})\p{{L}}{{1,12}}[²³23]?)?+"
    rf"(?:-old|{_SPACE}old\b)?+)?+(?:{_HAN_UNIT})?+"
)
_LABEL = r"(?:No|Nos|Nr|Fig|Figs|Eq|Sec|Ch|Vol|Art|pp?|[Vv]ersion|[Pp]age|[Cc]hapter|[Ss]ection|[Ff]igure|[Tt]able|[Aa]rticle|n°|№|§|\#)\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|º|ª|\.)?"
_YEAR = rf"(?:,?{_GAP}(?:de{_SPACE})?\d{{4}}(?!\d)(?:{_SPACE}?(?:BCE?|CE|AD)\b)?)"
_WORD_NUMBER = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|half\sa|several|a\sfew|a)"
)

NUMBERS: "regex.Pattern[str]" = regex.compile(
    rf"""
    (?<![{_ALPHABETIC}\d_.,])
    (?: {_DAY}(?:{_SPACE}?[-–]{_SPACE}?{_DAY})?{_GAP}(?:of{_SPACE}|de{_SPACE})?{_MONTH}{_YEAR}?+
      | {_MONTH}{_GAP}{_DAY}(?:{_SPACE}?[-–]{_SPACE}?{_DAY})?(?!\d){_YEAR}?+
      | {_MONTH}{_YEAR}
      | {_WORD_NUMBER}(?:{_SPACE}|-){_MAGNITUDE}(?:{_GAP}{_UNIT})?+
      | (?:{_LABEL}{_SPACE}?|AD{_SPACE})?+(?:[{_ALPHABETIC}]{{1,20}}+-?)?+{_RANGE}{_TAIL}
    )
    """,
    regex.VERBOSE | regex.V1,
)

_LETTERS = r"(?>[\p{L}\p{M}\p{N}'’]{1,40}(?:-[\p{L}\p{N}]{1,40}){0,3})"
_BETWEEN = rf"(?:{_GAP}(?:yet|ever|even|be|been|being|have|has|had|only|so|very|too|also|the|an?|any|to|in|of|\p{{Ll}}{{2,20}}ly)\b){{0,3}}+"
_NEXT = rf"{_BETWEEN}{_GAP}{_LETTERS}"
_AUXILIARY = r"(?:do|does|did|is|are|was|were|be|been|am|has|have|had|can|could|will|would|shall|should|may|might|must|need|dare)"
# Words that stand before what they negate.
_BEFORE = (
    r"(?:not|never|no|nor|neither|none|nobody|nothing|nowhere|cannot|without|hardly|barely|scarcely|unless|except|lacks?|lacking"
    r"|nicht|nie|niemals|kein(?:e[rsmn]?)?|ohne|ne|jamais|sans|aucune?|nunca|jamás|sin|tampoco|ningun[oa]?|ningún|non|mai|senza"
    r"|nessun[oa]?|não|sem|nenhum[a]?|niet|geen|nooit|zonder|inte|aldrig|utan|ikke|aldri|uden|uten|не|ни|без|нет|никогда|ні"
    r"|nie|bez|nigdy|není|není|لا|لم|لن|ليس|ليست|بدون|غير|לא|אין|בלי|ללא|नहीं|không|chưa|tidak|bukan|안|못)"
)
NEGATIONS: "regex.Pattern[str]" = regex.compile(
    rf"""
      (?<![\p{{L}}\p{{M}}\d_'’-])(?i:
        (?:{_AUXILIARY}{_GAP})?+{_BEFORE}\b(?:{_GAP}(?:longer|more|one|less|again)\b)?+(?:{_NEXT})?+
      | (?:\p{{Latin}}{{2,8}}n['’]t|ain['’]t)\b(?:{_NEXT})?+
      | n['’](?:est|a|ai|as|ont|avait|était|y|en|eut|ont)\b(?:{_GAP}(?:pas|jamais|plus|rien|point|personne|aucune?)\b)?+(?:{_GAP}{_LETTERS})?+
      | {_LETTERS}{_GAP}(?:değil|नहीं)(?![\p{{L}}\p{{M}}])(?:{_GAP}{_LETTERS})?+
      )
    | [不没沒未无無非别別勿莫][\p{{Han}}]{{1,2}}
    | [\p{{Han}}\p{{Hiragana}}]{{1,3}}(?:ませんでした|ません|なかった|ない|ずに)
    """,
    regex.VERBOSE | regex.V1,
)

_HOST = r"(?:[\p{L}\p{N}-]{1,63}\.){1,6}"
_TOP = r"(?:com|org|net|edu|gov|io|co|info|int|mil|dev|app|ai|uk|de|fr|eu|us|jp|cn|ru|in|ch|nl|it|es|ca|au)\b"
_URL_END = r"[^\s<>\"“”‘’「」『』。、，（）()\[\]{}|\\^`.,;:!?'*_]"
URLS: "regex.Pattern[str]" = regex.compile(
    rf"""
      (?<![\p{{L}}\p{{N}}])(?:(?:https?|ftps?|file|s3|git|ssh)://|www\.|doi:|mailto:)
        (?>(?:[^\s<>"“”‘’「」『』。、，（）()\[\]{{}}|\\^`.,;:!?'*_]|[.,;:!?'*_]++(?={_URL_END}|[(])|\([^\s()<>]{{0,80}}\))++/?)
    | (?<![\w.+-])[\w+-]{{1,64}}+(?:\.[\w+-]{{1,64}}+){{0,4}}@[\p{{L}}\p{{N}}-]{{1,63}}+(?:\.[\p{{L}}\p{{N}}-]{{1,63}}){{1,6}}
    | (?<![\p{{L}}\p{{N}}.@/-]){_HOST}{_TOP}(?::\d{{1,5}})?(?:/(?:[^\s<>"()\[\]{{}}|\\^`.,;:!?'*]|[.,;:!?'*]++(?=[\p{{L}}\p{{N}}/]))*+)?+
    | (?<![\w.@-])10\.\d{{4,9}}/(?>(?:[^\s"<>.,;]|[.,;](?=[^\s"<>]))++)
    | (?<![\w/.~@:-])(?:~|\.{{1,2}})?(?:/[\w@%+=-][\w.@%+=-]*+){{2,}}+/?
    | (?<!\w)[A-Za-z]:\\(?:[\w.$@ -]{{1,64}}\\){{0,16}}[\w.$@-]{{1,64}}
    """,
    regex.VERBOSE | regex.V1,
)

INLINE_CODE: "regex.Pattern[str]" = regex.compile(
    r"(?<!`)(`{1,3})(?![`\s])[^`\n]{1,200}+(?<!\s)\1(?!`)", regex.V1
)

_LINE = r"\n(?![ \t]{0,8}\r?\n)"  # a quotation may be wrapped but not cross a blank line
QUOTES: "regex.Pattern[str]" = regex.compile(
    rf"""
      (?<![\w"])"(?=[^\s"])(?:[^"\n]|{_LINE}){{1,200}}+"(?!\w)
    | “(?:[^“”\n]|{_LINE}){{1,200}}+”
    | „(?:[^„“”\n]|{_LINE}){{1,200}}+[“”]
    | «(?:[^«»\n]|{_LINE}){{1,200}}+»
    | »(?:[^«»\n]|{_LINE}){{1,200}}+«
    | 「(?:[^「」\n]|{_LINE}){{1,200}}+」
    | 『(?:[^『』\n]|{_LINE}){{1,200}}+』
    | (?<!\w)‘(?:[^‘’\n]|’(?=\w)|{_LINE}){{1,200}}+’(?!\w)
    """,
    regex.VERBOSE | regex.V1,
)
