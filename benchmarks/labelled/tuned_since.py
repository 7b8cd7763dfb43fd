"""Texts that the rules were once wrong about: missed contact details, and sentences taken for some."""

from benchmarks.labelled.words import Words, read, read_contacts

TUNED_SINCE = (
    Words(
        "en", "GBP",
        read("""
            Garden care
            Window cleaning
        """),
        read("""
            The first visit is free.
            I bring my own tools.
        """),
        read("""
            In my LINE of work, care matters.
            Vegan.is better for all of us.
            Come with us.to the sea, or stay-at-home.
            Prices: 1. 50 £ 2. 80 £ 3. 90 £ 4. 100 £
            Sizes 38 40 42 44 46 cm, ISBN 978-3-16-148410-0.
            Open 08:00 12:00 and 13:00 17:00.
            Homes from £1,250,000 to £3,500,000, floors of 120-150 m.
        """),
        read_contacts("""
            phone: Call 07911 123 456 £25 per hour
            phone: £25 07911 123456
            phone: Call me: 07911 123 456 M-F 9 to 5
            phone: ISBN 07911 123456
            phone: 07911 123 456 cm
            phone: ⓿❼❾❶❶❶❷❸❹❺❻
            phone: oh seven nine double one one two three four five six
            phone: + 4 4 7 9 1 1 1 2 3 4 5 6
            email: Write to anna@gmаil.соm please.
            email: anna -at- gmail -dot- com
            email: a-n-n-a@g-m-a-i-l.c-o-m
            link: Visit AnnaCleans.Com for more.
            link: All on annacleans.london today.
            link: See mysite•com for prices.
            messenger: Text me on WhаtsApp.
            messenger: TikTok: annacleans.
        """),
        read("""
            B E S T CLEAN
            Cleaning wow‼️‼️‼️❗❗❗
            Cleaning wow!?!?!?!
        """),
    ),
    Words(
        "de", "EUR",
        read("Gartenpflege"),
        read("Das erste Treffen ist kostenlos."),
        read("""
            Ich komme zu Ihnen.at home ist es am schönsten.
            Zeiten: mo 08:00 12:00 di 08:00 12:00
            IBAN DE89 3704 0044 0532 0130 00, Kosten 1.000-1.500 €.
        """),
        read_contacts("""
            phone: Tel. 0176 123 456 78 €40/Std
            phone: €40 0176 12345678
        """),
        read("GÄRTEN FÜR ALLE, JETZT!?!?!?"),
    ),
    Words(
        "fr", "EUR",
        read("Cours de piano"),
        read("La première séance est offerte."),
        read("""
            Je viens chez vous.me contacter suffit.
            Dix, vingt, trente, quarante ou cinquante minutes.
            SIRET 123 456 789 00012, cours en tête-à-tête.
        """),
        read_contacts("""
            phone: Appelez le 06 12 34 56 78 € 30
            phone: zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit
            phone: SIRET 123 456 789 00012 06 12 34 56 78
        """),
        read("COURS DE PIANO POUR TOUS"),
    ),
    Words(
        "es", "EUR",
        read("Clases de piano"),
        read("La primera clase es gratis."),
        read("Precios de 1.000-1.500 €, tallas 38 40 42 44 cm."),
        read_contacts("""
            phone: Llámame 612 345 678 €20
            phone: €20 612 345 678
        """),
        read("CLASES DE PIANO PARA TODOS"),
    ),
    Words(
        "pl", "PLN",
        read("Lekcje fortepianu"),
        read("Pierwsze spotkanie jest bezpłatne."),
        read("""
            Ceny 1 000/1 500 zł, NIP 525-000-12-34, PESEL 44051401359.
            Domy od 1 200 000 zł do 3 500 000 zł.
        """),
        read_contacts("""
            phone: Zadzwoń 501 234 567 zł 50 za godzinę
            phone: 501 234 567 zł 50 za godzinę
            phone: Firma NIP 123-456-78-90 501 234 567
        """),
        read("LEKCJE DLA KAŻDEGO"),
    ),
    Words(
        "uk", "UAH",
        read("Прибирання"),
        read("Перша зустріч безкоштовна."),
        read("Пишу книжку про телегу й коня, ціна 12 000 грн."),
        read_contacts("""
            phone: Тел. 067 123 45 67 грн 300
            messenger: пиши в телегу anna_88
        """),
        read("ПРИБИРАННЯ ДЛЯ ВСІХ"),
    ),
    Words(
        "hi", "INR",
        read("पियानो"),
        read("पहली मुलाकात मुफ़्त है।"),
        read("कीमत ₹ 1,20,00,000 तक।"),
        read_contacts("phone: नौ आठ सात छः पाँच चार तीन दो एक शून्य"),
        read("पियानो!?!?!"),
    ),
    Words(
        "zh", "CNY",
        read("钢琴课"),
        read("第一次免费。"),
        read("幺零幺号楼，一二三四五楼。"),
        read_contacts("""
            phone: 幺三八零零一三八零零零
            messenger: 加微：anna88，V信同号
            messenger: QQ：123456789
        """),
        read("钢琴课❗❗❗"),
    ),
)  # fmt: skip
