"""Dates with spaces, and abbreviations of several languages: no sentence ends inside."""

from real_text.table import Case

CASES = [
    Case("czech", "Kdy začíná výstava?", 16, "Hala je nová. Výstava začíná 3. 9. 2031 v poledne. Vstup je ze dvora. Strop je modrý.", keep=["3. 9. 2031"], beside=()),
    Case("slovak", "Kedy sa otvára trh?", 18, "Námestie je malé. Trh sa otvára 12. 5. 2031 ráno. Chlieb je čerstvý. Kostol je starý.", keep=["12. 5. 2031"], beside=()),
    Case("german-month", "Wann wurde die Schule eröffnet?", 20, "Der Hof ist klein. Die Schule wurde am 7. Oktober 1903 eröffnet. Das Dach ist rot. Eine Linde steht davor.", keep=["7. Oktober 1903"], beside=()),
    Case("german-short-month", "Wann endet die Frist?", 20, "Das Amt ist im Rathaus. Die Frist endet am 30. Sept. 2031 um zwölf Uhr. Die Tür klemmt. Es gibt Kaffee.", keep=["30. Sept. 2031"], beside=()),
    Case("danish", "Hvornår åbner havnen?", 18, "Molen er lang. Havnen åbner den 1. maj 2031 klokken ni. Måger skriger. Kiosken er lukket.", keep=["1. maj 2031"], beside=()),
    Case("finnish", "Milloin laiva lähtee?", 20, "Ranta on tyhjä. Laiva lähtee 14. 6. 2031 aamulla. Lokit huutavat. Kahvila on kiinni.", keep=["14. 6. 2031"], beside=()),
    Case("hungarian", "Mikor nyílik a kiállítás?", 24, "A terem nagy. A kiállítás 2031. 04. 18. napján nyílik. A fal fehér. A kert csendes.", keep=["2031. 04. 18."], beside=()),
    Case("english-month", "When did the ship sail?", 16, "The quay was full. The ship sailed on 4 Aug. 1911 at noon. Bands played. Flags were hung.", keep=["4 Aug. 1911"], beside=()),
    Case("iso-with-time", "When was the sample taken?", 24, "The lab is cold. The sample was taken at 2031-03-09 06:45 by a nurse. Tubes are sorted. Labels are green.", keep=["2031-03-09 06:45"], beside=()),
    Case("norwegian-quarter", "Når kom brevet?", 16, "Huset er gult. Brevet kom 22. 11. 2030 med båt. Katten sover. Ovnen er varm.", keep=["22. 11. 2030"], beside=()),
    Case("german-zb", "Was baut die Werft?", 22, "Die Werft baut z. B. Kutter und Jollen. Der Kran ist neu. Sonntags ruht alles. Holz liegt im Hof.", keep=["z. B. Kutter und Jollen."], beside=()),
    Case("german-street", "Wo liegt die Praxis?", 18, "Die Praxis liegt in der Gartenstr. 17 in Celle. Dr. Voss ist freundlich. Montags ist zu.", keep=["Gartenstr. 17 in Celle."], beside=()),
    Case("german-dh", "Was bedeutet Niedrigwasser?", 24, "Niedrigwasser ist der tiefste Stand, d. h. Ende der Ebbe. Krebse laufen umher. Das Watt riecht.", keep=["d. h. Ende der Ebbe."], beside=()),
    Case("english-titles", "Who leads the clinic?", 20, "The clinic is led by Prof. Dr. Amara Nwosu. It has two lifts. The garden is small. Trees give shade.", keep=["Prof. Dr. Amara Nwosu."], beside=()),
    Case("english-eg", "Which crops are grown?", 22, "Several crops are grown, e.g. Barley and Oats. The soil is thin. Stones are picked by hand.", keep=["e.g. Barley and Oats."], beside=()),
    Case("english-initials", "Who painted the altar?", 18, "The altar was painted by J. R. Holm. Candles burn. The nave is narrow. Swallows nest above.", keep=["J. R. Holm."], beside=()),
    Case("french", "Qui dirige le musée ?", 20, "Le musée est dirigé par Mme. Claire Aubin. La cour est pavée. Un chat dort. Il pleut.", keep=["Mme. Claire Aubin."], beside=()),
    Case("spanish", "¿Quién dirige la escuela?", 22, "La escuela la dirige el Sr. Pablo Ruiz. El patio es grande. Hay dos olivos. Llueve poco.", keep=["Sr. Pablo Ruiz."], beside=()),
    Case("polish", "Kto prowadzi przychodnię?", 22, "Przychodnię prowadzi dr. Anna Lis z Gdyni. Okna są duże. Ogród kwitnie. Pada deszcz.", keep=["dr. Anna Lis z Gdyni."], beside=()),
    Case("dutch", "Wat verkoopt de winkel?", 22, "De winkel verkoopt o.a. Goudse kaas en brood. De deur is groen. Een hond slaapt.", keep=["o.a. Goudse kaas en brood."], beside=()),
]
