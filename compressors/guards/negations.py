"""Negations with what they negate, so that no word of a negated clause survives without its negation.

Where the negation stands before what it negates (English, French, Russian, Arabic, Chinese, ...), a span runs from it,
with an auxiliary before it, to the end of the clause. Where it stands at the end or in the middle (Hindi, Bengali,
Turkish, Korean, Japanese, German, Dutch, ...), it takes in what stands before it too. Either way it has at most ten
words on a side.
"""

import re

import regex

from excerpt.compressors.guards.gaps import in_words
from excerpt.compressors.guards.rules import GAP, LatePattern, Rule, any_of

__all__ = ["NEGATIONS", "NEGATIONS_BEHIND", "NEGATION_WORDS"]

_WORD = r"(?>[\p{L}\p{M}\p{N}'’]{1,40}(?:[-‌][\p{L}\p{N}\p{M}]{1,40}){0,3})"
_TURN = (
    "but|aber|sondern|mais|pero|sino|mas|maar|men|но|а|ma|ale|لكن|ولكن|tetapi|nhưng"  # begins another clause
)
_ON = rf"(?:{GAP}(?!(?:{_TURN})\b){_WORD}){{0,10}}+"
_BACK = rf"(?:(?!(?:{_TURN})\b){_WORD}{GAP}){{0,10}}"
_AUXILIARY = rf"""(?:{
    any_of(
        "do does did is are was were be been am has have had can could will would shall should may might must",
        "need ought",
    )
})"""
_CAPITALISED = """
    not never no nor neither none nobody nothing nowhere cannot without hardly barely scarcely unless except lack lacks
    lacking dont doesnt didnt isnt wasnt arent werent wont cant couldnt shouldnt wouldnt mustnt
    ne jamais sans aucun aucune nul nulle ni personne rien non
    nunca jamás sin tampoco ningún ninguno ninguna nadie nada
    não sem nem nenhum nenhuma ninguém jamais
    mai senza nessun nessuno nessuna niente né neanche nemmeno neppure
    nu fără niciodată nimeni nimic nici
    не ни без нет никогда никто ничего нельзя никакой никакая никакие никаких нигде ні ніколи ніхто немає няма никога
    nie bez nigdy nikt nic żaden żadna żadne żadnych brak ani není nejsou nikdy nikdo nelze žádný žádná nem nincs soha
    ei eivät älä ilman δεν δε μην όχι χωρίς ποτέ
    không chưa chẳng đừng chớ
    tidak bukan jangan belum tanpa tak tiada takkan nggak enggak
    si sio siyo hakuna hapana bila wala kamwe hawana hana sina
"""
_CASELESS = """
    لا لم لن ليس ليست ليسوا لست بدون غير بلا دون عدم نه نیست نیستند هیچ هرگز نباید
    לא אין בלי ללא אל אינו אינה אינם מעולם
    ไม่ อย่า ห้าม ไร้ ปราศจาก มิได้
"""
_BEFORE = any_of(_CAPITALISED, _CASELESS)
_ELIDED = any_of("est a ai as ont avait était y en eut")
_HAN_NOT = "[不没沒未无無勿莫毋弗禁]"
NEGATIONS = Rule(
    "negation",
    re.compile(
        rf"\b(?:{any_of(f'{_CAPITALISED} {_CAPITALISED.title()} NOT NO NEVER WITHOUT NICHT NON НЕ')})\b"
        rf"|(?:{any_of(_CASELESS)})|n['’](?=t\b|[aeoyéê])|{_HAN_NOT}|[非别別](?=\w)|(?<![^\W_])[안못](?=\s)"
    ),
    LatePattern(
        rf"""
          (?<![\p{{L}}\p{{M}}\d_'’-])(?i:
            (?:{_AUXILIARY}{GAP})?+[وف]?(?:{_BEFORE})(?![\p{{L}}\p{{M}}\d_]){_ON}
          | (?:\p{{Latin}}{{2,8}}n['’]t)\b{_ON}
          | n['’](?:{_ELIDED}|[\p{{L}}]{{2,20}})\b{_ON}
          | [안못]\s\p{{Hangul}}{{1,12}}
          )
        | (?:ไม่|อย่า|ห้าม|ไร้|ปราศจาก|มิได้)[\u0e00-\u0e7f]{{0,40}}
        | {_HAN_NOT}[\p{{Han}}\p{{N}}]{{1,20}}+
        | [非别別][\p{{Han}}]{{1,2}}
        """,
        regex.VERBOSE | regex.V1,
    ),
    back=16,
    crosses=in_words,
)
"""A negation and the words behind it up to the end of the clause, with an auxiliary before it."""

_BEHIND_CAPITALISED = """
    nicht nie niemals niemand nichts ohne kein keine keinen keinem keiner keines keinerlei keinesfalls nirgends
    niet geen nooit niets niemand zonder nergens
    inte icke aldrig utan ingen inget inga ikke aldri uden uten intet
    değil yok asla hiç hiçbir
"""
_BEHIND_CASELESS = """
    नहीं नही मत बिना नाही नाहीत नको नये नव्हता नव्हते नव्हती विना शिवाय
    না নয় নেই নাই ছাড়া নি
    இல்லை அல்ல இல்லாமல் வேண்டாம் கூடாது முடியாது இன்றி
    కాదు లేదు లేరు లేవు వద్దు కూడదు లేకుండా రాదు
    نہیں مت نہ بغیر
"""
_BEHIND = any_of(_BEHIND_CAPITALISED, _BEHIND_CASELESS)
_SUFFIXED = (
    r"\p{Telugu}{1,24}?(?:లేదు|లేరు|లేవు|రాదు|కూడదు|వద్దు|కుండా)|\p{Tamil}{1,24}?(?:வில்லை|இல்லை|கூடாது|வேண்டாம்|முடியாது|ாமல்)"
    r"|\p{Hangul}{0,8}?(?:않|없|아니|못하|못했|못한|말라|마라|마세요|마십시오)\p{Hangul}{0,8}"
)
_JAPANESE_NOT = "ませんでした|ません|なかった|なければ|なくて|ないで|ない|ずに|まい"
NEGATIONS_BEHIND = Rule(
    "negation",
    re.compile(
        rf"\b(?:{any_of(_BEHIND_CAPITALISED + _BEHIND_CAPITALISED.title())})\b"
        rf"|(?<![^\W\d])(?:{any_of(_BEHIND_CASELESS)})|లేదు|లేరు|లేవు|రాదు|కూడదు|వద్దు|కుండా|வில்லை|கூடாது|ாமல்|முடியாது|வேண்டாம்|[않없]|아니|못[하했한]"
        rf"|말라|마라|마세요|마십시오|{_JAPANESE_NOT}"
    ),
    LatePattern(
        rf"""
          (?<![\p{{L}}\p{{M}}\d_'’-])(?i:{_BACK}(?:{_BEHIND}|{_SUFFIXED})(?![\p{{L}}\p{{M}}\d_]){_ON})
        | [\p{{Han}}\p{{Hiragana}}\p{{Katakana}}ー\p{{N}}]{{1,40}}?(?:{_JAPANESE_NOT})
        """,
        regex.VERBOSE | regex.V1,
    ),
    back=100,
    crosses=in_words,
)
"""A negation that may stand behind what it negates, with the words of the clause on both sides."""

NEGATION_WORDS = frozenset(f"{_CAPITALISED} {_CASELESS} {_BEHIND_CAPITALISED} {_BEHIND_CASELESS}".split())
"""The words that negate, in lower case, of all the languages together."""
