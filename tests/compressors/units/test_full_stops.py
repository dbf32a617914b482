"""Tests of excerpt.compressors.units.full_stops: where a full stop ends a sentence and where it does not."""

import pytest

from excerpt.compressors.units.sentences import split_sentences

UNITS = """
    The drum holds 200 kg.|Nitrogen is stored apart.
    Our well is 40 m.|Pumps are in the shed.
    A crate weighs 18 lb.|Apples bruise easily.
    The rod is 3 mm.|Brass would bend.
    The line carries 110 kV.|Birds sit on it.
    Fill it to 5 ml.|Mix gently.
    The rack is 5 ft. 2 in. high.|Paint is extra.
    Le bidon contient 20 cl.|Marie le remplit.
    Der Stein wiegt 7 kg.|Holz ist leichter.
    Мешок весит 60 кг.|Соль дороже.
"""
DOSES = """
    Give 5 mg.|Repeat after an hour.
    The child gets 250 mg.|Adults get 500 mg. daily.|Ask a nurse.
    The drip runs at 60 ml.|Check it hourly.
    He took 100 mcg.|Nausea followed.
    The limit is 30 µg.|Exceeding it is dangerous.
    La dosis es de 20 mg.|Pacientes mayores toman la mitad.
    La dose est de 10 mg.|Patients âgés exclus.
    Die Dosis beträgt 40 mg.|Kinder nehmen die Hälfte.
    Доза 15 мг.|Дети принимают половину.
    Dávka je 8 mg.|Děti užívají polovinu.
"""
DATES = """
    Lhůta běží od 2. 5. 2022 do odvolání.|Poplatek se nevrací.
    Dodávka dorazí 11. 10. 2024 ráno.|Sklad bude otevřen.
    Splatnosť je 28. 2. 2023 o polnoci.|Penále sa účtuje denne.
    Der Vertrag endet am 30. 9. 2025 ohne Kündigung.|Die Miete steigt nicht.
    Geboren am 8. XI. 1898 in Linz.|Gestorben ist er in Graz.
    Kurs alkaa 15. 1. 2026 Oulussa.|Paikkoja on vähän.
    Zebranie odbędzie się 6. 4. 2024 w Gdyni.|Wstęp jest wolny.
    A bérlet 2024. 3. 31. napján jár le.|Utána nem újítható meg.
    공사는 2025. 6. 30. 끝난다.|비용은 늘지 않는다.
    Ugovor vrijedi do 1. 12. 2023. bez otkaza.|Najam se plaća mjesečno.
"""
ABBREVIATIONS = """
    Wir brauchen Holz, z. B. Eiche oder Buche.|Leim ist da.
    Sie liefern d. h. Teile aus Stahl.|Messing fehlt.
    Der Hof liegt in der Lindenstr. 14 in Trier.|Das Tor ist offen.
    Platí to v zemích, t. j. Česko a Polsko.|Jinde neplatí.
    Compramos fruta, p. ej. Peras y uvas.|Los higos no gustan.
    Vendiamo merci, p. es. Olio e vino.|Il sale manca.
    Vi säljer frukt, t. ex. Äpplen och päron.|Fikon saknas.
    डॉ. वर्मा ने रोगी को देखा।|वह अब ठीक है।
    زار د. حسن المصنع أمس.|وجد كل شيء سليما.
    ডা. সেন গ্রামে থাকেন।|তাঁর ঘর ছোট।
"""
TAGS = """
    <p>The lease is void.</p>|<p>Rent is due.</p>
    <li>Bring a key.</li>|<li>Lock the gate.</li>
    The boat leaks.<br>|Nils owns it.<br/>|He sold it.
    <p>See <b>No. 5</b> below.</p>|<p>It is new.</p>
    <DIV>The hall is shut.</DIV>|<DIV>Ask at the desk.</DIV>
    <h2>Opening hours</h2>|We open at six.
    <p>窓は閉まっている。</p>|<p>鍵はない。</p>
    <p>¿Quién lo vende?</p>|<p>Nadie lo sabe.</p>
    <tr><td>Ash</td><td>dry</td></tr>|<tr><td>Oak</td></tr>
    <em>The mill is closed.</em> |It burnt down.
"""


@pytest.mark.parametrize(
    "marked",
    [
        line.strip()
        for part in (UNITS, DOSES, DATES, ABBREVIATIONS, TAGS)
        for line in part.strip().splitlines()
    ],
)
def test_sentences_of_many_trades(marked):
    """Units, doses, spaced dates, abbreviations and tags, in several languages; "|" marks the bounds."""
    wanted = [piece.strip() for piece in marked.split("|")]
    text = marked.replace("|", "" if "<" in marked else " ")
    assert [text[start:end] for start, end in split_sentences(text)] == wanted


@pytest.mark.parametrize(
    "text",
    [
        "It is 5 km. from here to the sea.",
        "The <i>St.</i> James case.",
        "See <a href='x. Y'>it</a> now.",
        "Ada asked. <bo> it is 5",
        "３．１４を使う。",
    ],
)
def test_what_goes_on_is_one_sentence(text):
    """A small letter behind a unit, an abbreviation in a tag, a stop in an attribute, a chat name, wide digits."""
    assert len(split_sentences(text)) == 1
