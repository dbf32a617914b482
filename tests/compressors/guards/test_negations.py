"""Tests of excerpt.compressors.guards.negations: what a compressor that removes words keeps or drops together."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.guards.protection import Guards

GUARDS = Guards(numbers=False, urls=False, code=False, tables=False, quotes=False)


def protected(text):
    return [text[start:end] for start, end in GUARDS.protected(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("they did not win it", ["did not win it"]),
        ("and never again", ["never again"]),
        ("he couldn't really swim.", ["couldn't really swim"]),
        ("no longer open today", ["no longer open today"]),
        ("came without the money.", ["without the money"]),
        ("It does not run, but it stands.", ["does not run"]),
        ("Er ist nicht da.", ["Er ist nicht da"]),
        ("Il n'est pas venu.", ["n'est pas venu"]),
        ("Он не знает.", ["не знает"]),
        ("他不知道。", ["不知道"]),
        ("a notable knot, nowadays", []),
    ],
)
def test_a_negation_holds_its_clause(text, expected):
    """From the negation to the end of its clause; words that only contain one are none."""
    assert protected(text) == expected


CLAUSES = """
    en|This medicine should [not] be given to children.
    en|The valve [isn't] opened by the second operator.
    en|[No] refund is paid after the sale.
    en|Members [cannot] vote by proxy.
    zh|儿童[不]能服用此药。
    zh|合同[没]有自动终止。
    zh|[禁]止在此停车。
    hi|यह दवा बच्चों को [नहीं] दी जानी चाहिए।
    hi|बिना अनुमति अंदर [मत] आइए।
    es|El contrato [no] termina por sí mismo.
    es|[Nadie] debe abrir la válvula.
    fr|Le contrat [ne] prend pas fin tout seul.
    fr|La porte [n']est pas ouverte le dimanche.
    ar|[لا] يعطى هذا الدواء للأطفال.
    ar|الباب [غير] مفتوح يوم الجمعة.
    bn|এই ওষুধ শিশুদের দেওয়া যাবে [না]।
    bn|দোকান আজ খোলা [নেই]।
    pt|O contrato [não] termina sozinho.
    pt|[Ninguém] deve abrir a válvula.
    ru|Договор [не] прекращается сам собой.
    ru|Детям [нельзя] давать это лекарство.
    ur|یہ دوا بچوں کو [نہیں] دینی چاہیے۔
    id|Obat ini [tidak] boleh diberikan kepada anak.
    id|[Jangan] buka katup ini.
    ms|Kedai [belum] dibuka semula.
    de|Der Vertrag endet [nicht] von selbst.
    de|Kinder dürfen [kein] Salz nehmen.
    ja|この薬を子供に与えては[いけない]。
    ja|契約は自動的に終わり[ません]。
    sw|Dawa [si] ya watoto wadogo.
    sw|[Hakuna] malipo ya ziada.
    mr|हे औषध मुलांना देऊ [नये]।
    mr|दुकान आज उघडे [नाही].
    te|ఈ మందు పిల్లలకు ఇవ్వ[కూడదు].
    te|దుకాణం తెరిచి [లేదు].
    tr|Bu ilaç çocuklar için [değil].
    tr|Ek ücret [yok].
    ta|கடை இன்று திறந்து [இல்லை].
    ta|குழந்தைகளுக்கு கொடுக்க [கூடாது].
    vi|Thuốc này [không] dùng cho trẻ em.
    vi|[Đừng] mở van này.
    ko|이 약을 아이에게 주지 [않는다].
    ko|계약은 저절로 끝나지 [않습니다].
    ko|추가 요금은 [없다].
    it|Il contratto [non] finisce da solo.
    it|[Nessuno] deve aprire la valvola.
    nl|Het contract eindigt [niet] vanzelf.
    nl|Er is [geen] toeslag.
    pl|Umowa [nie] wygasa sama.
    pl|[Nikt] nie otwiera zaworu.
    fa|این دارو برای کودکان مناسب [نیست].
    fa|کودکان [نباید] این دارو را بخورند.
    th|ยานี้[ไม่]ควรให้เด็ก
    th|[ห้าม]จอดรถที่นี่
    sv|Avtalet upphör [inte] av sig självt.
    cs|Dveře [nejsou] v neděli otevřené.
    uk|Договір [не] закінчується сам.
    el|Η πόρτα [δεν] ανοίγει μόνη της.
    he|החוזה [אינו] מסתיים מעצמו.
"""


@pytest.mark.parametrize("line", [line.strip() for line in CLAUSES.strip().splitlines()])
def test_what_a_negation_denies_is_never_kept_without_it(line):
    """In each language one span holds the negation, in brackets here, and the words behind it in its clause."""
    marked = line.split("|")[1]
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    last = len(re.sub(r"[.।。۔]$", "", text))
    assert any(a <= start and end <= b and b >= last for a, b in GUARDS.protected(text)), protected(text)


@given(
    st.lists(st.sampled_from([line.split("|")[1] for line in CLAUSES.strip().splitlines()]), max_size=4),
    st.text(),
)
def test_negations_in_any_company(clauses, noise):
    """Spans are sorted, trimmed and bounded, whatever stands between clauses."""
    last = -1
    text = noise.join(clauses)
    for start, end in GUARDS.protected(text):
        assert last < start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        last = end
