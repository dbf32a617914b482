import json

import pytest

from excerpt.languages.detect import LANGUAGES, Languages, detect_language, languages_of
from excerpt.languages.function_words import FUNCTION_WORDS

SENTENCES = {
    "en": "The mill was rebuilt in 1861, two years after the fire, and it is still the largest in the valley.",
    "es": "El molino fue reconstruido en 1861, dos años después del incendio, y todavía es el más grande del valle.",
    "pt": "O moinho foi reconstruído em 1861, dois anos depois do incêndio, e ainda é o maior do vale, mas não mói.",
    "fr": "Le moulin a été reconstruit en 1861, deux ans après l'incendie et il est le plus grand de la vallée.",
    "it": "Il mulino fu ricostruito nel 1861, due anni dopo l'incendio, ed è ancora il più grande della valle.",
    "de": "Die Mühle wurde 1861, zwei Jahre nach dem Brand, wieder aufgebaut und ist noch die größte in diesem Tal.",
    "nl": "De molen werd in 1861 herbouwd, twee jaar na de brand, en het is nog steeds de grootste van het dal.",
    "sv": "Kvarnen byggdes upp igen 1861, två år efter branden, och den är fortfarande den största som finns i dalen.",
    "fi": "Mylly rakennettiin uudelleen vuonna 1861, kaksi vuotta palon jälkeen, ja se on myös suurin, mutta ei ole.",
    "pl": "Młyn został odbudowany w 1861 roku, dwa lata po pożarze, i jest to nadal młyn, który się tu znajduje.",
    "cs": "Mlýn byl v roce 1861 znovu postaven, dva roky po požáru, a je to stále největší mlýn, který se tu nachází.",
    "ro": "Moara a fost reconstruită în 1861, la doi ani după incendiu, și este încă cea mai mare din vale.",
    "hu": "A malmot 1861-ben újjáépítették, két évvel a tűz után, és még ez a legnagyobb, de már nem őröl.",
    "tr": "Değirmen 1861 yılında, yangından iki yıl sonra yapıldı ve bu vadideki en büyük olan bir yapı olarak kaldı.",
    "vi": "Cối xay được xây lại vào năm 1861, hai năm sau vụ cháy, và là của những người trong thung lũng.",
    "id": "Kincir itu dibangun kembali pada tahun 1861, dua tahun setelah kebakaran, dan ini adalah yang terbesar.",
    "ru": "Мельницу восстановили в 1861 году, через два года после пожара, и она до сих пор самая большая в долине.",
    "uk": "Млин відбудували в 1861 році, через два роки після пожежі, і він досі є найбільшим у долині, але не меле.",
    "bg": "Мелницата е построена отново през 1861 година, две години след пожара, и все още е най-голямата в долината.",
    "ar": "أعيد بناء الطاحونة في عام 1861 بعد عامين من الحريق، وهي لا تزال الأكبر في الوادي.",
    "fa": "آسیاب در سال ۱۸۶۱ دو سال پس از آتش‌سوزی بازسازی شد و هنوز بزرگ‌ترین آسیاب این دره است که کار می‌کند.",
    "he": "הטחנה נבנתה מחדש בשנת 1861, שנתיים אחרי השריפה.",
    "hi": "चक्की आग के दो साल बाद 1861 में फिर से बनाई गई।",
    "th": "โรงสีถูกสร้างใหม่ในปี 1861 สองปีหลังไฟไหม้",
    "zh": "磨坊在火灾两年后的1861年重建,至今仍是山谷中最大的。",
    "ja": "水車は火事の二年後の1861年に再建され、今も谷で最大である。",
    "ko": "방앗간은 화재 2년 후인 1861년에 다시 지어졌다.",
    "el": "Ο μύλος ξαναχτίστηκε το 1861, δύο χρόνια μετά τη φωτιά.",
}
QUESTIONS = {
    "¿Cuándo se reconstruyó el molino?": "es",
    "Quando foi que o moinho se reconstruiu?": "pt",
    "Wann wurde die Mühle wieder aufgebaut?": "de",
    "Quand est-ce que le moulin a été reconstruit ?": "fr",
    "磨坊是什么时候重建的?": "zh",
    "متى أعيد بناء الطاحونة؟": "ar",
    "When was the mill rebuilt?": "en",
}
MACHINE = {
    "a log": "2024-05-01T10:00:00 ERROR de.mill.la.Server: no route to host 10.0.0.7 (el=3, en=4)\n" * 20,
    "paths": "/usr/lib/de/la/en/libfoo.so\nC:\\de\\la\\los\\una\n" * 20,
    "json": json.dumps([{"id": index, "name": "Mühle", "de": "la", "el": 1.5} for index in range(30)]),
    "code": "for (let i = 0; i < n; i++) { const de = la[i]; if (!de) { return une(de, et); } }\n" * 20,
    "csv": "id,city,amount\n"
    + "\n".join(f"{index},San José de la Montaña,{index * 7}" for index in range(40)),
    "hex": "deadbeef " * 100,
    "numbers": "12.5 300 47 1.861 " * 50,
    "names": "Mill, Brenn, Torvik, Karsk, Rye",
    "nothing": " \n\t ",
    "emoji": "🚀🚀 ✅ → ∑",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_one_sentence_is_enough(code):
    """Alphabets by their letters, languages that share one by their function words."""
    assert detect_language(SENTENCES[code]) == code


@pytest.mark.parametrize(("question", "code"), QUESTIONS.items())
def test_questions_are_short_and_hold_names(question, code):
    """Two function words may do."""
    assert detect_language(question) == code


def test_a_foreign_name_does_not_make_a_question_foreign():
    """One of many words in a name is not enough."""
    assert detect_language("Who was Simón José Antonio de la Santísima Trinidad Bolívar?") in ("", "en")


@pytest.mark.parametrize("kind", MACHINE)
def test_text_of_machines_has_no_language(kind):
    """Nor has text without words, whatever foreign words stand in its names."""
    assert detect_language(MACHINE[kind]) in ("", "en")


def test_a_log_with_messages_in_another_language_is_in_that_language():
    """Its English keywords do not count, where the letters are others."""
    assert (
        detect_language(
            "2024-05-01 ERROR connection: соединение с сервером потеряно, повтор через минуту\n" * 5
        )
        == "ru"
    )


def test_most_of_a_mixed_text_counts():
    """One German quotation leaves an English text English."""
    english = " ".join([SENTENCES["en"]] * 4)
    assert detect_language(f"{english} „{SENTENCES['de']}“") == "en"
    assert detect_language(" ".join([SENTENCES["de"]] * 4) + SENTENCES["en"]) == "de"


def test_the_passages_come_before_the_question():
    """Of two languages that are not served the passages' is named; English and none are served."""
    asked, texts = "¿Cuándo se reconstruyó el molino?", [SENTENCES["de"]] * 30
    assert languages_of(asked, texts) == Languages("es", "de")
    assert languages_of(asked, texts).other_than(("en",)) == "de"
    assert languages_of(asked, [SENTENCES["en"]]).other_than(("en",)) == "es"
    assert languages_of("When?", [MACHINE["json"]]).other_than(("en",)) == ""
    assert languages_of("", []) == Languages("", "")


def test_long_texts_are_looked_at_in_stretches(monkeypatch):
    """A megabyte costs no more than some thousand characters."""
    from excerpt.languages import detect

    seen = []
    script = detect._script
    monkeypatch.setattr(detect, "_script", lambda text: seen.append(len(text)) or script(text))
    assert detect_language(SENTENCES["de"] * 10_000) == "de"
    assert languages_of("?", [SENTENCES["de"] * 1000] * 1000).passages == "de"
    assert max(seen) < 10_000


def test_every_language_has_a_name():
    """Those of the word lists among them."""
    assert set(FUNCTION_WORDS) <= set(LANGUAGES)
