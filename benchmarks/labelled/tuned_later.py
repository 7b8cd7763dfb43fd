"""What was held out at first, and then tuned by, too.

Before that, the rules found 122 of its 141 listings with something to find, and were wrong about none of the others.
"""

from benchmarks.labelled.words import Words, read, read_contacts

TUNED_LATER = (
    Words(
        "en", "GBP",
        read("""
            Hedge trimming and lawn care
            Dog walking in small groups
            Evening babysitting
        """),
        read("""
            I am insured and always on time.
            Bring a towel and something to drink.
            Groups of up to six people.
        """),
        read("""
            A hedge of 40 metres takes about 2.5 hours and costs £95.00.
            Tuesdays from 17:15 until 19:45, except on 24 and 31 December 2026.
            Over 3,450,000 steps walked with dogs since 1998.
            Your line manager will like the signal this sends.
            Photographs for Instagram and for your CV, 300 dpi, 4000 x 3000 pixels.
            Postcodes SW1A 1AA to SE10 9NF.
            Policy reference 2024/118/77 covers damage of up to £2,000,000.
            Lessons 1, 2, 3, 4, 5, 6, 7, 8 are about chords.
        """),
        read_contacts("""
            email: Questions? {email} is read every evening.
            phone: My number is {phone}, ask for Sam.
            phone: {phone} (evenings) works best for me.
            link: More of my gardens: {domain}
            messenger: You can also message me via Signal.
            messenger: Add me on Snapchat, it's {handle}.
        """),
        read("""
            LOWEST PRICES GUARANTEED
            Best Walks Ever!!!!
        """),
    ),
    Words(
        "de", "CHF",
        read("""
            Heckenschnitt und Rasenpflege
            Hundespaziergang in kleinen Gruppen
            Babysitten am Abend
        """),
        read("""
            Ich bin versichert und immer pünktlich.
            Bringen Sie ein Handtuch und etwas zu trinken mit.
            Gruppen bis zu sechs Personen.
        """),
        read("""
            40 Meter Hecke dauern etwa 2,5 Stunden und kosten CHF 95.00.
            Dienstags 17.15 bis 19.45 Uhr, außer am 24. und 31. Dezember 2026.
            Über 3'450'000 Schritte mit Hunden seit 1998.
            Die Linie 12 hält vor dem Haus, das Signal ist grün.
            Fotos für Instagram und Bewerbung, 300 dpi, 4000 x 3000 Pixel.
            Im Raum 8001 bis 8064, auch 8302 und 8600.
            Police 2024/118/77, Deckung bis CHF 2'000'000.
            Lektionen 1, 2, 3, 4, 5, 6, 7, 8 handeln von Akkorden.
        """),
        read_contacts("""
            email: Fragen? {email} lese ich jeden Abend.
            phone: Meine Nummer ist {phone}, fragen Sie nach Sam.
            phone: {phone} (abends) passt am besten.
            link: Mehr von meinen Gärten: {domain}
            messenger: Nachricht gern auch über Signal.
            messenger: Auf Snapchat heiße ich {handle}.
        """),
        read("""
            NIEDRIGSTE PREISE GARANTIERT
            Die besten Runden!!!!
        """),
    ),
    Words(
        "fr", "EUR",
        read("""
            Taille de haies et gazon
            Promenade de chiens
            Garde d'enfants le soir
        """),
        read("""
            Je suis assuré et toujours à l'heure.
            Apportez une serviette et de l'eau.
            Groupes de six personnes au plus.
        """),
        read("""
            Une haie de 40 mètres demande 2,5 heures et coûte 95 €.
            Le mardi de 17h15 à 19h45, sauf les 24 et 31 décembre 2026.
            Plus de 3 450 000 pas avec des chiens depuis 1998.
            Le bus de la ligne 12 s'arrête devant, au signal vert.
            Photos pour Instagram et CV, 300 dpi, 4000 x 3000 pixels.
            De 69001 à 69009, et 69100.
            Police 2024/118/77, couverture de 2 000 000 €.
            Les leçons 1, 2, 3, 4, 5, 6, 7, 8 portent sur les accords.
        """),
        read_contacts("""
            email: Des questions ? {email} est lu chaque soir.
            phone: Mon numéro est le {phone}, demandez Sam.
            phone: {phone} (le soir) me convient le mieux.
            link: D'autres jardins : {domain}
            messenger: Contact possible aussi par Signal.
            messenger: Sur Snapchat, c'est {handle}.
        """),
        read("""
            PRIX LES PLUS BAS GARANTIS
            Les meilleures balades !!!!
        """),
    ),
    Words(
        "es", "EUR",
        read("""
            Poda de setos y césped
            Paseo de perros
            Niñera por la noche
        """),
        read("""
            Tengo seguro y soy siempre puntual.
            Trae una toalla y algo de beber.
            Grupos de hasta seis personas.
        """),
        read("""
            Un seto de 40 metros lleva 2,5 horas y cuesta 95 €.
            Los martes de 17:15 a 19:45, salvo el 24 y el 31 de diciembre de 2026.
            Más de 3.450.000 pasos con perros desde 1998.
            El bus de la línea 12 para delante, con señal verde.
            Fotos para Instagram y CV, 300 ppp, 4000 x 3000 píxeles.
            De 08001 a 08042, y 08901.
            Póliza 2024/118/77, cobertura de 2.000.000 €.
            Las lecciones 1, 2, 3, 4, 5, 6, 7, 8 tratan de acordes.
        """),
        read_contacts("""
            email: ¿Preguntas? {email} se lee cada noche.
            phone: Mi número es el {phone}, pregunta por Sam.
            phone: {phone} (por la tarde) me va mejor.
            link: Más jardines míos: {domain}
            messenger: También me puedes hablar por Signal.
            messenger: En Snapchat soy {handle}.
        """),
        read("""
            PRECIOS MÁS BAJOS GARANTIZADOS
            ¡¡¡¡Los mejores paseos!!!!
        """),
    ),
    Words(
        "pl", "PLN",
        read("""
            Przycinanie żywopłotu i trawnik
            Wyprowadzanie psów
            Opiekunka na wieczór
        """),
        read("""
            Mam ubezpieczenie i zawsze jestem na czas.
            Proszę zabrać ręcznik i coś do picia.
            Grupy do sześciu osób.
        """),
        read("""
            Żywopłot 40 metrów to 2,5 godziny i 95,00 zł.
            We wtorki od 17:15 do 19:45, oprócz 24 i 31 grudnia 2026.
            Ponad 3 450 000 kroków z psami od 1998 roku.
            Autobus linii 12 staje pod domem, sygnał jest zielony.
            Zdjęcia na Instagram i do CV, 300 dpi, 4000 x 3000 pikseli.
            Od 30-001 do 30-969, także 32-020.
            Polisa 2024/118/77, ochrona do 2 000 000 zł.
            Lekcje 1, 2, 3, 4, 5, 6, 7, 8 są o akordach.
        """),
        read_contacts("""
            email: Pytania? {email} czytam co wieczór.
            phone: Mój numer to {phone}, pytać o Sama.
            phone: {phone} (wieczorem) pasuje najlepiej.
            link: Więcej moich ogrodów: {domain}
            messenger: Możesz też pisać do mnie przez Signal.
            messenger: Na Snapchacie jestem {handle}.
        """),
        read("""
            NAJNIŻSZE CENY GWARANTOWANE
            Najlepsze spacery!!!!
        """),
    ),
    Words(
        "uk", "UAH",
        read("""
            Стрижка живоплоту та газону
            Вигул собак
            Няня на вечір
        """),
        read("""
            Маю страховку й завжди вчасно.
            Візьміть рушник і воду.
            Групи до шести осіб.
        """),
        read("""
            Живопліт 40 метрів займає 2,5 години й коштує 950 грн.
            Щовівторка 17:15-19:45, крім 24 і 31 грудня 2026.
            Понад 3 450 000 кроків із собаками з 1998 року.
            Автобус лінії 12 зупиняється поруч, сигнал зелений.
            Фото для інстаграму та резюме, 300 dpi, 4000 x 3000 пікселів.
            Від 03028 до 03189, також 08132.
            Поліс 2024/118/77, покриття до 2 000 000 грн.
            Уроки 1, 2, 3, 4, 5, 6, 7, 8 про акорди.
        """),
        read_contacts("""
            email: Питання? {email} читаю щовечора.
            phone: Мій номер {phone}, питайте Сашу.
            phone: {phone} (увечері) найзручніше.
            link: Більше моїх садів: {domain}
            messenger: Можна також написати мені в Signal.
            messenger: У снепчаті я {handle}.
        """),
        read("""
            НАЙНИЖЧІ ЦІНИ ГАРАНТОВАНО
            Найкращі прогулянки!!!!
        """),
    ),
    Words(
        "hi", "INR",
        read("""
            बाड़ की छँटाई
            कुत्ते को टहलाना
        """),
        read("""
            मैं हमेशा समय पर आता हूँ।
            छह लोगों तक के समूह।
        """),
        read("""
            40 मीटर की बाड़ में 2.5 घंटे लगते हैं और ₹950.00 लगते हैं।
            1998 से कुत्तों के साथ 34,50,000 क़दम।
            इंस्टाग्राम के लिए फ़ोटो, 300 dpi, 4000 x 3000 पिक्सेल।
            पाठ 1, 2, 3, 4, 5, 6, 7, 8 सुरों के बारे में हैं।
        """),
        read_contacts("""
            email: सवाल? {email} रोज़ पढ़ता हूँ।
            phone: मेरा नंबर {phone} है।
            link: मेरे और बाग़: {domain}
            messenger: टेलीग्राम पर मुझसे बात करें।
        """),
        read("""
            सबसे अच्छी सैर!!!!
        """),
    ),
    Words(
        "ar", "EGP",
        read("""
            تقليم الأسيجة
            تمشية الكلاب
        """),
        read("""
            أصل دائما في الموعد.
            مجموعات حتى ستة أشخاص.
        """),
        read("""
            سياج بطول 40 مترا يحتاج 2.5 ساعة ويكلف 950 جنيه.
            أكثر من 3,450,000 خطوة مع الكلاب منذ 1998.
            صور لإنستغرام، 300 dpi، بحجم 4000 x 3000.
            الدروس 1, 2, 3, 4, 5, 6, 7, 8 عن الأنغام.
        """),
        read_contacts("""
            email: أسئلة؟ {email} أقرؤه كل مساء.
            phone: رقمي هو {phone} مساء.
            link: المزيد من حدائقي: {domain}
            messenger: تواصل معي عبر تليجرام.
        """),
        read("""
            أفضل النزهات!!!!
        """),
    ),
    Words(
        "zh", "CNY",
        read("""
            绿篱修剪
            遛狗服务
        """),
        read("""
            我总是准时到达。
            每组最多六人。
        """),
        read("""
            40米绿篱约需2.5小时，费用95元。
            自1998年以来与狗同行3,450,000步。
            为Instagram和简历拍照，300 dpi，4000 x 3000像素。
            第1、2、3、4、5、6、7、8课讲和弦。
        """),
        read_contacts("""
            email: 有问题？{email} 每晚查看。
            phone: 我的号码是{phone}，晚上方便。
            link: 更多作品：{domain} 。
            messenger: 可以微信私聊。
        """),
        read("""
            最好的服务！！！！
        """),
    ),
)  # fmt: skip
