"""The commonest words of languages written in Latin letters, and of those that share another script.

About the thirty most frequent words of two letters and more that are no names; a word that several languages have
counts for each of them less.
"""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["FUNCTION_WORDS"]

_WORDS = {
    "en": "the of and to in is was for that on with as by at from it his are an be this which or were have "
    "has not he had but their they its been who also when where what how why did does can will would "
    "about there these after",
    "es": "de la el que en los se del las un por con una su para es al lo como más fue sus pero entre este "
    "sobre cuando también hasta donde desde son está qué quién cuál cuándo dónde cómo era sin muy todo "
    "esta ha no porque cuánto",
    "pt": "de do da em que um para com uma os no se na por mais as dos como mas foi ao das tem seu sua ou "
    "quando muito nos já também só pelo pela até isso ela entre depois são não é qual quem onde quais "
    "foram ser está às",
    "fr": "de la le et les des en un du une que est pour qui dans par plus au il sur se ne pas ce son avec "
    "sont aux cette ses ont mais comme ou été fut était elle leur où quand quel quelle comment quoi sa "
    "à ces nous vous d'un l'on",
    "it": "di il la che in per un del è una con si non da le dei della al sono nel come più gli alla ma anche "
    "fu suo sua dal delle ha quando questo nella degli essere tra dove quale chi cosa perché era stato "
    "lo ai quanti",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden "
    "aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur "
    "oder wer wann wo wurde",
    "nl": "de van het een en in is dat op te zijn met voor niet die aan er om ook als dan maar bij uit door "
    "naar nog wel werd worden deze over kan hij ze heeft wat waar wie hoe wanneer tot geen of was al "
    "onder tegen",
    "sv": "och att det som en på är av för med den till ett om har de inte var från vid så han kan men ut när "
    "eller sig nu efter där vad hur hade under också vilken detta blev även hon mot över sin",
    "da": "og at det som en på er af for med den til et om har de ikke var fra ved så han kan men ud når "
    "eller sig nu efter der hvad hvor hvornår hvem havde også blev hun mod over sin efter blev være "
    "denne år dette",
    "no": "og at det som en på er av for med den til et om har de ikke var fra ved så han kan men ut når "
    "eller seg nå etter der hva hvor hvem hadde også ble hun mot over sin etter ble være denne år dette",
    "fi": "ja on ei se että oli mutta hän kun joka ovat myös sen kuin vuonna tai jotka niin mitä mikä missä "
    "milloin kuka ole olla sitä joita hänen tämä ne siitä jonka sekä ollut vain mukaan jälkeen kuinka",
    "pl": "się na nie jest że do to jak za po przez od dla który są oraz jego był która ale przy było może "
    "ten tym już tylko tak ma czy jako być roku kiedy gdzie kto które tego co ich bardzo również",
    "cs": "se na je že by to jako za po od pro byl která jsou který jeho ale při bylo může tak jen nebo být "
    "roku kdy kde kdo které toho jejich ve ze až si není jak má už jsem pouze také co",
    "ro": "și de la în cu pe un care este nu din au pentru mai fost ce ca sunt sau după prin dar între cel sa "
    "fi lui era unei acest când unde cine cum această fie până sub fără lor",
    "hu": "az és hogy nem egy is volt meg ez mint csak de vagy van már ki el még ha azt ezt kell mi mikor hol "
    "melyik hogyan majd után által között valamint lett volna aki amely ahol szerint",
    "tr": "ve bir bu için ile çok daha olarak olan gibi kadar ne değil sonra var en ya ama her ise nasıl kim "
    "hangi zaman nerede tarafından oldu olduğu göre ilk yıl arasında üzerinde ancak veya",
    "vi": "và của là có được trong các một cho không những người với này đã khi để từ như vào ra đến về năm "
    "cũng tại bởi theo nào ai đâu sau trên hay nhiều",
    "id": "yang dan di dari untuk dengan pada ini itu adalah dalam tidak sebagai oleh akan juga ke ada mereka "
    "atau telah karena siapa kapan mana apa bagaimana bisa lebih saat tersebut setelah tahun menjadi",
    "ru": "и в не на что с по это как из у за от для он его к но а бы то так же о был была были или она их до "
    "при который когда где кто какой также было со есть после года",
    "uk": "і в не на що з по це як із у за від для він його до але а та би то так же про був була були або "
    "вона їх при який коли де хто також було є після року й",
    "bg": "и в не на че с по това как от за той му към но а да се са е ще до при който кога къде кой също "
    "беше след година като или има са във със бил била",
    "fa": "و در به از که این را با است برای آن یک می شد بود تا بر های شده خود نیز اما چه کسی کجا پس کرد",
    "ar": "في من على إلى أن عن التي الذي هذا هذه مع كان ما لا أو كما بعد قد بين كانت هو هي متى أين كيف ثم حيث "
    "لم وقد",
    "ur": "کے کی میں ہے اور سے کا کو اس نے پر یہ ہیں کہ بھی ایک تھا جو تھے کر وہ ہو لیے گیا",
}

FUNCTION_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {code: frozenset(words.split()) for code, words in _WORDS.items()}
)
"""By ISO 639-1 code."""
