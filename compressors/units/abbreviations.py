"""Word lists for the sentence splitter, lower-case and without the final stop.

English first, with the most frequent forms of other European languages. A list is by behaviour, not
by language: what the next word must look like for a sentence to end after the abbreviation.
"""

__all__ = [
    "ALWAYS_OPEN",
    "BEFORE_NUMBER",
    "CAPITALISED",
    "LABELS",
    "MAY_CLOSE",
    "MONTHS",
    "NAMES_WITH_STOP",
    "ORDINAL_BEFORE",
    "SPACED_MAY_CLOSE",
    "SPACED_OPEN",
    "STARTERS",
    "UNITS",
    "UNITS_AFTER_NUMBER",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Something always follows in the same sentence.
ALWAYS_OPEN = _words("""
    mr mrs ms mx messrs mme mmes mlle prof profs gen sen sens rep reps gov govs lt capt cpt cmdr cdr
    sgt cpl pvt maj adm rear rev revd fr hon pres supt det insp amb treas brig msgr ven sra srta dra
    e.g eg i.e ie viz cf vs v v.s approx resp incl excl esp spec orig illus repr transl translit colloq sta
    hr hrn fru frl frau dhr mevr mw sig sigg dott avv ing arq lic gral cap exmo exma ilmo fa ee
    z.b d.h u.a bzw ggf evtl vgl sog bspw insb inkl zzgl ca bijv d.w.z o.a p.ej p.ex np tzn tj t.j
    s.v op.cit loc.cit m.in t.zv napr t.ex f.eks bl.a dvs т.е напр им ул стр рис табл
    ul nám tř św ks tzw inż mgr judr mudr phdr rndr tzv např mj sv esim doç örn bkz yrd öğr gör
    tp ths pgs jl drs hj jend kec kab bw bi dkt mhe dl dna пл пер наб кв корп просп вул бул гр акад
    κ κα δρ δηλ π.χ
    डॉ डा श्री श्रीमती प्रो पं कु सौ स्व रु कि.मी मो नं ডা ড মো প্রফেসর திரு திருமதி டாக்டர் கி.மீ
    డా శ్రీ కి.మీ ડૉ શ્રી કિ.મી ಡಾ ಶ್ರೀ ಕಿ.ಮೀ ഡോ ശ്രീ കി.മീ ਡਾ ସ୍ୱ ଡା
""")

# A sentence ends after these only where no number, numeral or letter follows.
BEFORE_NUMBER = _words("""
    no nos nr nrs nro núm num fig figs abb eq eqs eqn eqns sec sect secs sects ch chap chaps vol vols
    pp pg pgs p par para paras art arts ref refs tab tabs thm lem prop cor def app appx ex exx ver
    cl col cols l ll n nn bd kap abs s str pt pts ser bk fol ff iss suppl lot dist prob probs cal
    pág págs pag str č čp čl ст αρ σελ kr rs rp rm kl tr
    dez okt mär jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
""")

# Often at the end of a sentence; a sentence ends only before a word that starts one.
MAY_CLOSE = _words("""
    inc corp co cos ltd llc plc bros jr sr esq etc al ave blvd rd st mt ft dr ste sts mts hwy pkwy
    dept univ assn assoc inst acad bldg natl intl govt mfg mgr dir est min max avg std misc temp
    secs hr hrs mo mos yr yrs wk wks lb lbs oz gal qt tbsp tsp sq cu ml
    ph phd md ba ma mba am pm rt bar gmbh ag sa spa nv bv ab oy cie kft usw osv enz itd tzv
    ala ariz ark calif colo conn del fla ga ill ind kan kans ky la mass mich minn miss mont neb
    nebr nev okla ore pa penn tenn tex va vt wash wis wisc wyo alta ont que sask
    ed eds trans tr comp cent c circa fl b d r m née nee var subsp spp sp cv ssp seq id ibid op cit
    dipl jg mio mrd tsd mill kl gt cia ltda av avda pza dpto tel ext fax deg pop
    dll dsb tsb vb yy cad sok mah apt stb tzn jne ym dott str ts gs bs ks κ.λπ κτλ v.v
    г гг в вв т тт д п р руб др пр проф обл см тыс млн млрд
""")

# Units of measure: a sentence ends after one before a capital, since a unit does not stand before a name.
UNITS = _words("""
    kg mg µg μg mcg km cm mm nm µm ml cl kw kW kWh MW MWh GW kV mV mA kHz MHz GHz Hz GB MB TB KB kB
    Nm kN kPa hPa MPa kJ MJ kcal mmHg psi rpm mph kph bpm dB ppm ppb Gbit Mbit kbit Kg KG
    кг мг км см мм мл кВт МВт ГБ МБ грн
""")

# The same, where a number stands before them; alone they are other words or abbreviations too.
UNITS_AFTER_NUMBER = _words("""
    m g l s h t K V W A N J L in ft yd mi oz lb lbs pt qt gal min mins hr hrs sec secs ha kr zł lei Ft rs rp
    г м л т ч с мин сек шт га руб р
    كم كغ سم م هـ ه كجم ملم ساعة دقيقة
""")

# Abbreviations of several parts that are written with spaces: "z. B.", "p. ej."; something always follows.
SPACED_OPEN = _words("""
    z.B z.b d.h p.ej p.ex p.es t.j t.ex t.zn t.zv f.eks bl.a m.in o.a i.e e.g i.d.R m.a.W m.E s.o s.u v.a u.zw
    z.T z.Zt s.g o.g d.w.z m.b.t t.o.v т.е т.к т.н т.зв έ.α π.χ
""")

# The same, of those that may end a sentence.
SPACED_MAY_CLOSE = _words("""
    u.a u.ä o.ä u.U u.v.a u.v.m u.s.w v.Chr n.Chr av.J.-C ap.J.-C a.m p.m A.M P.M a.C d.C e.V f.d
    a.s s.r.o o.p.s s.r.l S.A S.L S.p.A E.U.A EE.UU m.m m.fl o.s.v f.Kr e.Kr т.д т.п т.ч н.э н.е
""")

# Ordinary words too, unless capitalised.
CAPITALISED = _words("""
    ala ark ill ind la mass md me minn miss mont ore pa penn tenn tex va wash wis mon sat sun wed
    tue fri thu mar jan jun dec gen rep sen col del hon ven fr ms ma ba ag sa st ing cal fa ee pop
    par app def cor prop mill mo
""") - {"par", "app", "pop"}

# A single letter after one of these is a label, not an initial: "plan B.", "App. C."
LABELS = _words("""
    vitamin vitamins plan type grade class phase hepatitis group appendix section part figure table
    option exhibit category schedule annex level model version deg route line gate block team
""")

# With a number before them these are dates in languages that write ordinals with a stop.
MONTHS = _words("""
    januar jänner februar feber märz april mai juni juli august september oktober november dezember
    marts maj august oktober desember mars januari februari augusti
    ledna února března dubna května června července srpna září října listopadu prosince
    januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    január február március április május június július augusztus szeptember október november december
    tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta
    lokakuuta marraskuuta joulukuuta
    dez okt nov feb jan mär apr jun jul aug sept
""")

# A number with a stop after one of these is an ordinal: "am 3. Oktober", "im 19. Jahrhundert".
ORDINAL_BEFORE = _words("""
    am im der die das dem den des vom zum zur bis ab seit und ein eine einem einen einer eines
    jeder jeden jede ihr ihre sein seine unser unsere dieses dieser diese diesem
    det til fra og et od dne az
""")

# Names that end in an exclamation mark.
NAMES_WITH_STOP = _words("yahoo jeopardy yum wham oliver airplane panic")

# Capitalised, these are the start of a sentence far more often than a name.
STARTERS = _words("""
    about above according across additionally after afterwards again against all almost along
    already also although altogether always among an and another any anyone anything are around as
    at away back based be because before behind being below beneath besides between beyond both but
    by can certainly clearly consequently could currently despite did do does don't due during each
    earlier early either eventually every everybody everyone everything except few finally first
    following for formerly fortunately from further furthermore generally given had has have having
    he he's hence her here hers herself him himself his how however if in indeed initially inside
    instead into is isn't it it's its itself just last lastly later many maybe me meanwhile
    moreover most much my nearly neither never nevertheless next nobody none nonetheless nor not
    nothing now nowadays of often on once one only or originally other others otherwise our ours
    over overall perhaps please previously rather recently second several shall she she's should
    similarly since so some somebody someone something sometimes soon still subsequently such
    suddenly than that that's the their theirs them then there there's thereafter therefore these
    they they're third this those though through throughout thus to today together tomorrow tonight
    too toward towards two under unfortunately unless unlike until up upon us usually was wasn't we
    we're were what what's when whenever where whereas wherever whether which while who whoever
    whom whose why with within without would yes yesterday yet you you're your yours
    der die das dem den er sie es wir ihr ein eine auch aber dann doch und nach seit dies diese dieser
    il elle ils elles nous vous les une ce cette ces mais puis dans pour avec
    los las una este esta estos pero luego después entonces también
    он она оно они это этот эта мы вы но потом затем после также в на с
""")
