"""Numbers with what belongs to them: sign, comparison, currency, magnitude, unit; dates, times and ranges."""

import re

import regex

from excerpt.compressors.guards.gaps import goes_on
from excerpt.compressors.guards.rules import GAP, SPACE, LatePattern, Rule, any_of

__all__ = ["COMPARED_NUMBERS", "EASTERN_NUMBERS", "NAMED_NUMBERS", "NUMBERS"]

# Scripts that put no spaces between words: a number may begin behind any letter of them.
_UNSPACED = r"\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7a3"
_UNSPACED_DIGITS = r"\u0e50-\u0e59\u0ed0-\u0ed9\u0f20-\u0f29\u1040-\u1049\u17e0-\u17e9"
_SPACES = rf"{SPACE}?"

_MONTHS = (
    "January February March April May June July August September October November December",
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec",
    "Januar Februar März Mai Juni Juli Oktober Dezember Dez Okt Mär Jänner",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro",
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre",
    "januari februari maart mei juni juli augustus oktober desember agustus",
    "januar februar marts maj augusti august mars desember",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "január február március április május június július augusztus szeptember október",
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta",
    "lokakuuta marraskuuta joulukuuta Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "يناير فبراير مارس أبريل إبريل مايو يونيو يونيه يوليو يوليه أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "شباط آذار نيسان أيار حزيران تموز آب أيلول محرم صفر رجب شعبان رمضان شوال",
    "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند",
    "ژانویه فوریه آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر جنوری فروری اپریل مئی جون جولائی اگست",
    "ستمبر اکتوبر نومبر دسمبر",
    "जनवरी फरवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर सितम्बर अक्टूबर अक्तूबर नवंबर नवम्बर दिसंबर दिसम्बर",
    "जानेवारी फेब्रुवारी एप्रिल मे जुलै ऑगस्ट सप्टेंबर ऑक्टोबर नोव्हेंबर डिसेंबर",
    "জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்",
    "జనవరి ఫిబ్రవరి మార్చి ఏప్రిల్ మే జూన్ జూలై ఆగస్టు సెప్టెంబర్ అక్టోబర్ నవంబర్ డిసెంబర్",
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
)
_MONTH_NAMES = any_of(*_MONTHS)
_TWO_WORDS = r"كانون\s(?:الأول|الثاني)|تشرين\s(?:الأول|الثاني)|ربيع\s(?:الأول|الثاني|الآخر)|tháng\s\d{1,2}"
_MONTH = rf"(?:{_MONTH_NAMES}|{_TWO_WORDS})(?!\p{{L}})\.?"
_CODES = any_of(
    "USD EUR GBP CHF JPY CNY RMB CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN RUB UAH TRY INR IDR KRW THB VND BRL MXN",
    "ARS CLP COP ZAR NGN KES TZS EGP SAR AED ILS PKR BDT SGD HKD TWD MYR PHP BTC",
)
_CURRENCY = (
    rf"(?:(?:US|AU|CA|NZ|HK|SG|NT|Mex|A|C|R|S)?\p{{Sc}}|(?:{_CODES})\b|Rs\.?|Rp\.?|RM|kr\.?|Kč|S/|रु\.?|روپے)"
)
_MONEY = rf"""(?:\p{{Sc}}|(?:{_CODES}|{
    any_of(
        "dollar dollars euro euros Euro Euros pound pounds cent cents Cent yen yuan rupee rupees Rupien peso",
        "pesos real reais franc francs Franken Dollar dólar dólares złotych złote zł Kč korun Kr kr kronor",
        "kroner Ft forint lei lira lire TL ringgit rupiah shilingi đồng euroa",
        "рублей рубля рубль руб долларов доллара евро гривен гривень грн лв лева",
        "دولار دولارا يورو جنيه ريال درهم دينار ليرة روپے روپیہ تومان ریال रुपये रुपए रुपया रूपये डॉलर টাকা ரூபாய் రూపాయలు",
    )
})(?![\p{{L}}\d]))"""
_DIGITS = r"\d{1,40}+(?:[.,٫٬'’]\d{1,40}+|[ \u00A0\u202F]\d{3}(?!\d)){0,8}+"
_LETTERS_OF_NUMBER = r"(?:\p{Latin}{1,12}+(?:/\p{Latin}{1,3})?+){0,3}+"  # "3D", "5th", "1990s", "10km/h"
_NUMBER = rf"[+\-−±]?(?:{_CURRENCY}{_SPACES})?[+\-−]?\.?{_DIGITS}{_LETTERS_OF_NUMBER}\p{{No}}?"
_JOINT = (
    rf"(?:{_SPACES}[-‐‑–—−/:×x^±~～]{_SPACES}"
    rf"|{SPACE}(?:to|and|of|by|bis|à|or|a|do|до|إلى|से){SPACE}(?=[\d\p{{Sc}}]))"
)
_RANGE = rf"{_NUMBER}(?:{_JOINT}{_NUMBER}){{0,6}}+"
_MAGNITUDES = (
    "hundred thousand million billion trillion dozen lakh crore mln bn mio mrd millions million",
    "Million Millionen Milliarde Milliarden Mio Mrd milliard milliards millones mil millón milhão milhões bilhões",
    "milioni miliardi miljoen miljard miljoner miljarder millioner milliarder milionów tys tisíc milionu milionů",
    "juta miliar ribu triliun milyon milyar bin triệu tỷ nghìn",
    "млн млрд тыс тысяч тысячи миллион миллиона миллионов миллиардов мільйонів тисяч",
    "ألف آلاف مليون ملايين مليار میلیون میلیارد هزار ہزار لاکھ کروڑ",
    "लाख करोड़ हज़ार हजार अरब सौ लक्ष कोटी লাখ কোটি হাজার லட்சம் கோடி లక్షల కోట్ల",
)
_MAGNITUDE = rf"(?:{any_of(*_MAGNITUDES)})(?!\p{{L}})\.?"
_UNIT_WORDS = any_of(
    "min h hr hrs hour hours minute minutes second seconds sec secs millisecond milliseconds day days",
    "week weeks month months year years decade decades century centuries percent pp degree degrees",
    "inch inches feet foot ft yard yards yd mile miles mi mph kmh kph knot knots acre acres hectare",
    "hectares ha meter metre meters metres kilometer kilometre kilometers kilometres centimeter",
    "centimetre centimeters centimetres millimeter millimetre millimeters millimetres gram grams kilo",
    "kilos kilogram kilograms tonne tonnes ton tons lb lbs oz ounce ounces liter litre liters litres",
    "gallon gallons barrel barrels watt watts volt volts byte bytes bit bits KiB MiB GiB TiB dpi px rpm",
    "fps bpm dB ppm AM PM UTC GMT CET EST PST BC BCE CE AD Jahr Jahre Jahren Tag Tage Tagen Stunde",
    "Stunden Minuten Uhr Prozent ans jours heures mois années años días horas meses page pages people person persons",
    "point points vote votes seat seats times fold st nd rd th",
    "anos dias horas anni giorni mesi lat dni godzin let dní jaar dagen uur år dagar tahun hari bulan jam orang persen",
    "yıl gün saat yüzde ngày năm giờ người miaka siku",
    "кг мг км см мм м л т г ч мин лет года год году дней час часов процентов процента гг",
    "كم كغ كيلومتر كيلوغرام متر م هـ سنة عاما عام يوما أيام ساعة دقيقة بالمئة بالمائة في المئة سال روز ساعت درصد فیصد",
    "प्रतिशत किलो किलोग्राम किमी किलोमीटर मीटर ग्राम लीटर साल वर्ष दिन महीने घंटे घंटा मिनट बजे लोग मील",
    "শতাংশ কেজি কিমি বছর দিন ঘণ্টা জন সালে",
)
_UNIT = (
    rf"(?:[%‰٪％℃℉]|°\s?[CFK]?|{_MONEY}|(?:[µμnmkKMGTcdh]?(?:m|g|s|W|Wh|V|A|Hz|J|N|Pa|L|l|B|b|eV|mol|cal|t)[²³23]?"
    rf"|[ap]\.?m\.?|per\scent|percentage\spoints?|o['’]clock|p\.|{_UNIT_WORDS})(?![\p{{L}}\d]))"
)
_PER = rf"(?:(?:[/·*⋅]|{SPACE}per{SPACE})\p{{L}}{{1,12}}[²³23]?)"
_TAIL = (
    rf"(?:(?:{GAP}|-)?{_MAGNITUDE})?+(?:(?:{GAP}|-)?{_UNIT}{_PER}?+(?:-old|{SPACE}old\b)?+)?+"
    rf"(?:{SPACE}?{_MONEY})?+"
)
_LABELS = (
    "No Nos Nr Fig Figs Eq Sec Ch Vol Art p pp Version version Page page Chapter chapter Section section",
    "Figure figure Table table Article article год عام سنة عامي رقم ص सन वर्ष",
)
_LABEL = rf"(?:(?:{any_of(*_LABELS)})\.?|n°|№|§|\#)"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|º|ª|\.)?"
_DAYS = rf"{_DAY}(?:{_SPACES}[-–]{_SPACES}{_DAY})?"
_YEAR = (
    rf"(?:,?{GAP}(?:de{SPACE}|năm{SPACE}|พ\.ศ\.{SPACE}|ค\.ศ\.{SPACE})?\d{{4}}(?!\d)"
    rf"(?:{_SPACES}(?:BCE?|CE|AD|года|году|гг?\.|roku|r\.|року|р\.|هـ|م|ई\.)(?!\p{{L}}))?)"
)
_DAY_NUMBER, _MONTH_NUMBER = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)", r"(?:0?[1-9]|1[0-2])(?!\d)"
_SPACED_DATE = (
    rf"(?:{_DAY_NUMBER}\.{SPACE}(?:{_MONTH_NUMBER}|[IVX]{{1,4}})\.(?:{SPACE}\d{{4}}(?!\d))?"
    rf"|\d{{4}}\.{SPACE}{_MONTH_NUMBER}\.{SPACE}{_DAY_NUMBER}\.?)"
)
_WORD_NUMBER = rf"""(?:{
    any_of(
        "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty",
        "sixty seventy eighty ninety several a",
    )
}|half\sa|a\sfew)"""
# A mark of comparison; ">" at the end of a tag is none.
_COMPARE = rf"(?:(?:<=|>=|=<|=>|==|!=|[<=≤≥≈≠≅≦≧⩽⩾~∼±]|(?<!<[^<>]{{0,60}})>){_SPACES})"

_NOT_INSIDE = frozenset('!?…;()[]{}"“”«»「」『』。！？、，|@&\\`')
"""No number, whatever belongs to it, has one of these, but for the comparison ``!=``."""

# Words that a number may hold with a stop and go on behind: a label, a magnitude, a currency, "p.m."
_STOPPED = frozenset(" ".join((*_MAGNITUDES, *_LABELS, "Rs Rp kr p m am pm")).split())
_STOPPED_MONTHS = frozenset(" ".join((*_MONTHS, "I II III IV V VI VII VIII IX X XI XII")).split())
_LAST_WORD = re.compile(r"[^\W\d_]{1,16}\Z")
_BEHIND_DAY = LatePattern(rf"\s+(?:[^\p{{L}}]|of|de|{_MONTH_NAMES}|{_TWO_WORDS}|[IVX]{{1,4}}\.)")
_INDIC = "\u0900"  # from here on words have marks, which are no letters for Python


def _crosses(text: str, end: int, start: int) -> bool:
    """Whether a number, with all that belongs to it, may reach across a gap (`excerpt.compressors.guards.gaps`)."""
    before = text[end - 1]
    if before in _NOT_INSIDE and not text.startswith("!=", end - 1):
        return False
    if end == start:
        return True
    if text[start] in _NOT_INSIDE or not goes_on(text, end, start):
        return False
    return _goes_on_behind_stop(text, end, start) if before == "." else before != "," or _is_year(text, start)


def _goes_on_behind_stop(text: str, end: int, start: int) -> bool:
    """The same of a gap behind a full stop."""
    last = text[end - 2 : end - 1]
    if last.isdigit():
        return _BEHIND_DAY.compiled.match(text, end) is not None
    found = _LAST_WORD.search(text, max(0, end - 17), end - 1)
    word = found[0] if found else ""
    return last >= _INDIC or word in _STOPPED or (word in _STOPPED_MONTHS and _is_year(text, start))


def _is_year(text: str, start: int) -> bool:
    """Whether a number follows, or what may stand before a year."""
    return text[start].isdigit() or text.startswith(("de", "năm", "พ", "ค"), start)


NUMBERS = Rule(
    "number",
    # The rest of the token is swallowed, since no number begins inside it.
    re.compile(rf"\d(?:[.,]|\d|[^\W{_UNSPACED}])*+"),
    LatePattern(
        rf"""
        (?<![^\W{_UNSPACED}])(?<![.,])(?=[^\s()\[\]{{}}"'“”,;:{_UNSPACED}]|[{_UNSPACED_DIGITS}])
        (?: {_DAYS}{GAP}(?:of{SPACE}|de{SPACE})?{_MONTH}(?:{SPACE}de(?={SPACE}\d))?{_YEAR}?+
          | {_SPACED_DATE}
          | {_COMPARE}?+(?:{_LABEL}{_SPACES}|AD{SPACE})?+
            (?:(?={_CURRENCY}{_SPACES}[+\-−]?\.?\d)|(?:[^\W\d_{_UNSPACED}]{{1,20}}+-?)?+){_RANGE}{_TAIL}
        )
        """,
        regex.VERBOSE | regex.V1,
    ),
    back=24,
    crosses=_crosses,
)
"""Numbers with sign, comparison, currency, magnitude and unit; dates, times, ranges, codes such as F16."""

NAMED_NUMBERS = Rule(
    "number",
    re.compile(
        rf"\b(?:{_MONTH_NAMES})(?=[. ,\u00a0\n])"
        r"|(?<=[\s-])(?:hundred|thousand|[mbtr]illion|dozen|lakh|crore)\b"
    ),
    LatePattern(
        rf"""
        \b(?: {_MONTH}(?:{GAP}{_DAYS}(?!\d){_YEAR}?+|{_YEAR})
          | {_WORD_NUMBER}(?:{SPACE}|-){_MAGNITUDE}(?:{GAP}{_UNIT})?+
        )
        """,
        regex.VERBOSE | regex.V1,
    ),
    back=12,
    crosses=_crosses,
)
"""Dates that begin with the month, and numbers in words: "March 3, 1999", "two million people"."""

COMPARED_NUMBERS = Rule(
    "number",
    re.compile(r"(?<=[^\W\d])(?:[<>=!~]=?|[≤≥≈≠≅≦≧⩽⩾∼±])(?=[ +-]?[.\d])"),
    LatePattern(rf"{_COMPARE}{_RANGE}{_TAIL}", regex.V1),
    back=0,
    crosses=_crosses,
)
"""Numbers whose comparison clings to a name: "n<=7"."""

_NUMERALS = "〇零一二三四五六七八九十百千万億亿兩两"
_HAN = rf"(?:\d{{1,12}}(?:[.,]\d{{1,6}})*|[{_NUMERALS}]{{1,12}}|元|正)"
_ERA = (
    "(?:令和|平成|昭和|大正|明治|民国|民國|公元前?|西元前?|西暦|紀元前?|서기|기원전|午前|午後|上午|下午|오전|오후|第|约|約|"
    r"พ\.?ศ\.?|ค\.?ศ\.?|ร\.?ศ\.?|ปี|เวลา)"
)
_EASTERN_UNIT = any_of(
    "年 月 日 号 號 时 時 分 秒 点 點 元 円 圆 圓 块 塊 美元 欧元 歐元 萬 個 个 人 名 位 次 回",
    "歳 岁 度 公里 公斤 平方米 平方公里 米 克 斤 吨 噸 ％ % ℃",
    "層 层 階 期 世紀 世纪 級 级 メートル キロメートル キログラム キロ トン センチ",
    "グラム パーセント ドル ユーロ ヶ月 か月 年間 時間 分間 日間 週間",
    "년 월 일 시 분 초 원 만 억 천 백 조 명 개 번 회 살 세 위 층 권 대 마리",
    "킬로그램 그램 미터 킬로미터 센티미터 퍼센트 프로 달러 유로 엔 위안 도 호",
    "차 주 개월 시간 분기 년간 일간 톤 리터 만원 억원",
    "บาท คน ปี เดือน วัน ชั่วโมง นาที วินาที น. กม. กก. ก.ก. กิโลเมตร กิโลกรัม",
    "เมตร กรัม องศา เปอร์เซ็นต์ ล้าน แสน หมื่น พัน ร้อย ครั้ง",
)
EASTERN_NUMBERS = Rule(
    "number",
    re.compile(
        rf"\d(?=[\d.,]*[ \u00a0]?[\u0e00-\u0e7f\u3400-\u9fff\u30a0-\u30ff\uac00-\ud7a3％])"
        rf"|[\u0e00-\u0e7f][. ]{{0,2}}(?=\d)|[{_NUMERALS}](?=[{_NUMERALS}年月日时時分秒点點元円米％%个個人歳岁度])"
    ),
    LatePattern(
        rf"""
        (?<![\d{_NUMERALS}])
        (?: (?:{_ERA}{_SPACES})?{_HAN}{_SPACES}[年년]{_SPACES}
              {_HAN}{_SPACES}[月월](?:{_SPACES}{_HAN}{_SPACES}[日号號일])?
          | {_HAN}{_SPACES}(?:月|월){_SPACES}{_HAN}{_SPACES}[日号號일]
          | (?:{_ERA}{_SPACES})?{_HAN}{_SPACES}[时時点點시]{_SPACES}
              {_HAN}{_SPACES}[分분](?:{_SPACES}{_HAN}{_SPACES}[秒초])?
          | {_ERA}{_SPACES}{_HAN}(?:{_SPACES}(?:{_EASTERN_UNIT}))?
          | {_HAN}(?:{_SPACES}(?:{_EASTERN_UNIT})){{1,3}}
          | [{_NUMERALS}]{{2,12}}
        )
        """,
        regex.VERBOSE | regex.V1,
    ),
    back=16,
    crosses=_crosses,
)
"""Dates, times and amounts of Chinese, Japanese, Korean and Thai, in their own numerals too."""
