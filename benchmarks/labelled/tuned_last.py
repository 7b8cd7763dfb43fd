"""What was held out next, and then tuned by, too.

Before that, the rules found 175 of its 192 listings with something to find, and were wrong about 5 of the 192 others.
"""

from benchmarks.labelled.words import Words, read, read_contacts

TUNED_LAST = (
    Words(
        "en", "USD",
        read("""
            Piano lessons for adults
            Family portraits outdoors
            Moving help with a van
        """),
        read("""
            The first meeting is free.
            Children are welcome.
            I speak English and a little Spanish.
        """),
        read("""
            Pieces for 2 or 4 hands, op. 10 No. 3, bars 120-136.
            The van holds 3,500 lbs and 1,050 cu. ft., mileage 0.65 per mile.
            Sessions last 45/60/90 minutes and cost 40/55/80 dollars.
            Sunday slots: 10:15, 11:45, 14:00 and 16:30.
            In 2024 we moved 1 250 households, in 2025 about 1 400.
            My prices are in line with the market and signal quality.
            You get 25 pictures of 24.2 megapixels, i.e. 6000 by 4000 dots.
            We can talk about Skype lessons, Zoom lessons or lessons at home.
            Sizes S to XXL, model 4400-8800-12, colour 7016.
            At last, no dot com bubble here: honest work.
        """),
        read_contacts("""
            email: For anything else {email} is best.
            email: Mail me ({email}), please.
            phone: Ring {phone} after six.
            phone: Cash discount! Dial {phone}.
            link: Portfolio: {domain}
            link: I am listed at {domain} as well.
            messenger: Happy to chat with you over Telegram.
            messenger: Drop me a line on Viber.
            messenger: IG: {handle}
        """),
        read("""
            MOVING TODAY? CALL THE BEST
            Piano for everyone!!!!!
        """),
    ),
    Words(
        "de", "EUR",
        read("""
            Klavierunterricht für Erwachsene
            Familienfotos im Freien
            Umzugshilfe mit Transporter
        """),
        read("""
            Das erste Treffen ist kostenlos.
            Kinder sind willkommen.
            Ich spreche Deutsch und etwas Spanisch.
        """),
        read("""
            Stücke zu 2 oder 4 Händen, op. 10 Nr. 3, Takte 120-136.
            Der Wagen trägt 3.500 kg und fasst 20,5 m³, je km 0,65 €.
            45/60/90 Minuten kosten 40/55/80 Euro.
            Sonntags um 10:15, 11:45, 14:00 und 16:30 Uhr.
            2024 waren es 1 250 Umzüge, 2025 etwa 1 400.
            Meine Preise liegen auf einer Linie mit dem Markt.
            Sie bekommen 25 Bilder mit 24,2 Megapixeln, also 6000 mal 4000 Punkte.
            Der Unterricht geht auch über Skype oder Zoom, wenn Sie krank sind.
            Größen S bis XXL, Modell 4400-8800-12, Farbe RAL 7016.
            Das ist der Punkt: ehrliche Arbeit an 365 Tagen.
        """),
        read_contacts("""
            email: Für alles andere ist {email} am besten.
            email: Mailen Sie mir ({email}), bitte.
            phone: Klingeln Sie nach sechs durch: {phone}.
            phone: Barzahlung günstiger! {phone} wählen.
            link: Mappe: {domain}
            link: Man findet mich auch auf {domain} im Netz.
            messenger: Gern chatten wir über Telegram, schreib mich dort an.
            messenger: Erreichbar bin ich am besten per Viber.
            messenger: IG: {handle}
        """),
        read("""
            UMZUG HEUTE? WIR SIND DIE BESTEN
            Klavier für alle!!!!!
        """),
    ),
    Words(
        "fr", "EUR",
        read("""
            Cours de piano pour adultes
            Portraits de famille en plein air
            Aide au déménagement avec camion
        """),
        read("""
            La première rencontre est gratuite.
            Les enfants sont les bienvenus.
            Je parle français et un peu espagnol.
        """),
        read("""
            Pièces à 2 ou 4 mains, op. 10 no 3, mesures 120-136.
            Le camion porte 3 500 kg et 20,5 m³, 0,65 € par km.
            45/60/90 minutes coûtent 40/55/80 euros.
            Le dimanche à 10h15, 11h45, 14h et 16h30.
            En 2024 nous avons aidé 1 250 foyers, en 2025 environ 1 400.
            Mes prix sont en ligne avec le marché.
            Vous recevez 25 images de 24,2 mégapixels, soit 6000 par 4000 points.
            Le cours est possible sur Skype ou Zoom en cas de maladie.
            Tailles S à XXL, modèle 4400-8800-12, couleur 7016.
            Un point c'est tout : du travail honnête.
        """),
        read_contacts("""
            email: Pour le reste, {email} est le mieux.
            email: Un courriel ({email}) suffit.
            phone: Sonnez au {phone} après six heures.
            phone: Remise en espèces ! Composez le {phone}.
            link: Mon book : {domain}
            link: Je suis aussi sur {domain} depuis peu.
            messenger: On peut discuter, contactez-nous via Telegram.
            messenger: Joignable de préférence sur Viber.
            messenger: IG : {handle}
        """),
        read("""
            DÉMÉNAGEMENT AUJOURD'HUI ? LES MEILLEURS
            Le piano pour tous !!!!!
        """),
    ),
    Words(
        "es", "EUR",
        read("""
            Clases de piano para adultos
            Retratos de familia al aire libre
            Ayuda en mudanzas con furgoneta
        """),
        read("""
            El primer encuentro es gratis.
            Los niños son bienvenidos.
            Hablo español y un poco de inglés.
        """),
        read("""
            Piezas a 2 o 4 manos, op. 10 n.º 3, compases 120-136.
            La furgoneta lleva 3.500 kg y 20,5 m³, a 0,65 € por km.
            45/60/90 minutos cuestan 40/55/80 euros.
            Los domingos a las 10:15, 11:45, 14:00 y 16:30.
            En 2024 ayudamos a 1 250 hogares, en 2025 a unos 1 400.
            Mis precios están en línea con el mercado.
            Recibes 25 fotos de 24,2 megapíxeles, o sea 6000 por 4000 puntos.
            La clase puede ser por Skype o Zoom si estás enfermo.
            Tallas S a XXL, modelo 4400-8800-12, color 7016.
            Y punto: trabajo honesto los 365 días.
        """),
        read_contacts("""
            email: Para lo demás, {email} es lo mejor.
            email: Un correo ({email}) basta.
            phone: Marca el {phone} después de las seis.
            phone: ¡Descuento en efectivo! {phone} y listo.
            link: Mi carpeta: {domain}
            link: También estoy en {domain} desde hace poco.
            messenger: Podemos hablar, contáctame por Telegram.
            messenger: Mándame un mensaje al Viber.
            messenger: IG: {handle}
        """),
        read("""
            MUDANZAS HOY MISMO, SOMOS LOS MEJORES
            ¡Piano para todos!!!!!
        """),
    ),
    Words(
        "pl", "PLN",
        read("""
            Lekcje fortepianu dla dorosłych
            Portrety rodzinne w plenerze
            Pomoc przy przeprowadzce
        """),
        read("""
            Pierwsze spotkanie jest bezpłatne.
            Dzieci są mile widziane.
            Mówię po polsku i trochę po hiszpańsku.
        """),
        read("""
            Utwory na 2 lub 4 ręce, op. 10 nr 3, takty 120-136.
            Bus mieści 3 500 kg i 20,5 m³, 2,65 zł za km.
            45/60/90 minut kosztuje 140/155/180 złotych.
            W niedziele o 10:15, 11:45, 14:00 i 16:30.
            W 2024 pomogliśmy 1 250 rodzinom, w 2025 około 1 400.
            Moje ceny są na linii rynku.
            Dostaniesz 25 zdjęć po 24,2 megapiksela, czyli 6000 na 4000 punktów.
            Lekcja może być przez Skype lub Zoom, gdy ktoś choruje.
            Rozmiary S do XXL, model 4400-8800-12, kolor 7016.
            Kropka nad i: uczciwa praca przez 365 dni.
        """),
        read_contacts("""
            email: W innych sprawach najlepiej {email}.
            email: Wystarczy mail ({email}).
            phone: Po szóstej proszę o telefon pod {phone}.
            phone: Taniej gotówką! {phone} i gotowe.
            link: Moje portfolio: {domain}
            link: Jestem też na {domain} od niedawna.
            messenger: Możemy pogadać, pisz na Telegram.
            messenger: Najlepszy kontakt ze mną przez Viber.
            messenger: IG: {handle}
        """),
        read("""
            PRZEPROWADZKI DZIŚ, JESTEŚMY NAJLEPSI
            Fortepian dla każdego!!!!!
        """),
    ),
    Words(
        "uk", "UAH",
        read("""
            Уроки фортепіано для дорослих
            Сімейні портрети просто неба
            Допомога з переїздом
        """),
        read("""
            Перша зустріч безкоштовна.
            Дітям раді.
            Розмовляю українською та трохи іспанською.
        """),
        read("""
            Твори на 2 або 4 руки, тв. 10 № 3, такти 120-136.
            Бус бере 3 500 кг і 20,5 м³, 12,65 грн за км.
            45/60/90 хвилин коштують 400/550/800 гривень.
            Щонеділі о 10:15, 11:45, 14:00 і 16:30.
            У 2024 допомогли 1 250 родинам, у 2025 близько 1 400.
            Мої ціни на лінії ринку.
            Отримаєте 25 фото по 24,2 мегапікселя, тобто 6000 на 4000 точок.
            Урок може бути через Skype або Zoom, якщо хтось хворіє.
            Розміри S до XXL, модель 4400-8800-12, колір 7016.
            Крапка: чесна праця 365 днів.
        """),
        read_contacts("""
            email: З інших питань найкраще {email}.
            email: Досить листа ({email}).
            phone: Після шостої набирайте {phone}.
            phone: Готівкою дешевше! {phone} і все.
            link: Моє портфоліо: {domain}
            link: Я також на {domain} віднедавна.
            messenger: Можемо поспілкуватися, пишіть у Telegram.
            messenger: Найкраще зв'язатися зі мною через Viber.
            messenger: Інстаграм: {handle}
        """),
        read("""
            ПЕРЕЇЗД СЬОГОДНІ, МИ НАЙКРАЩІ
            Фортепіано для всіх!!!!!
        """),
    ),
    Words(
        "hi", "INR",
        read("""
            बड़ों के लिए पियानो
            परिवार की तस्वीरें
        """),
        read("""
            पहली मुलाक़ात मुफ़्त है।
            बच्चों का स्वागत है।
        """),
        read("""
            45/60/90 मिनट के 400/550/800 रुपये लगते हैं।
            रविवार को 10:15, 11:45, 14:00 और 16:30 बजे।
            2024 में 1,250 परिवार, 2025 में क़रीब 1,400।
            24.2 मेगापिक्सेल की 25 तस्वीरें, यानी 6000 गुणा 4000।
            बीमार होने पर Skype या Zoom से पाठ होता है।
        """),
        read_contacts("""
            email: बाक़ी बातों के लिए {email} ठीक है।
            phone: छह बजे के बाद {phone} मिलाएँ।
            link: मेरा काम: {domain}
            messenger: टेलीग्राम पर मुझे लिखें।
            messenger: इंस्टाग्राम: {handle}
        """),
        read("""
            सबके लिए पियानो!!!!!
        """),
    ),
    Words(
        "ar", "EGP",
        read("""
            دروس بيانو للكبار
            صور عائلية
        """),
        read("""
            اللقاء الأول مجاني.
            نرحب بالأطفال.
        """),
        read("""
            45/60/90 دقيقة بسعر 400/550/800 جنيه.
            الأحد الساعة 10:15 و 11:45 و 14:00 و 16:30.
            في 2024 ساعدنا 1250 عائلة وفي 2025 حوالي 1400.
            25 صورة بدقة 24.2 ميجابكسل أي 6000 في 4000.
            الدرس عبر Skype أو Zoom عند المرض.
        """),
        read_contacts("""
            email: لغير ذلك {email} أفضل.
            phone: بعد السادسة اطلب {phone} من فضلك.
            link: أعمالي: {domain}
            messenger: للتواصل معي واتساب.
            messenger: انستغرام: {handle}
        """),
        read("""
            بيانو للجميع!!!!!
        """),
    ),
    Words(
        "zh", "CNY",
        read("""
            成人钢琴课
            户外家庭照
        """),
        read("""
            第一次见面免费。
            欢迎孩子。
        """),
        read("""
            45/60/90分钟为400/550/800元。
            周日10:15、11:45、14:00和16:30。
            2024年帮助1250户，2025年约1400户。
            25张2420万像素照片，即6000乘4000。
            生病时可用Skype或Zoom上课。
        """),
        read_contacts("""
            email: 其他事情请用{email} 联系。
            phone: 六点后请拨{phone}。
            link: 作品集：{domain} 。
            messenger: 详情请加微信。
            messenger: Instagram：{handle}
        """),
        read("""
            人人学钢琴！！！！！
        """),
    ),
)  # fmt: skip
