"""The part of the labelled set that the rules were written by."""

from benchmarks.labelled.words import Words, read, read_contacts

TUNED = (
    Words(
        "en", "USD",
        read("""
            Window cleaning, inside and out
            DJ for your garden party
            Maths tutoring for the SAT
            iPhone and PC repair
        """),
        read("""
            I bring everything that is needed.
            References on request, ten years of experience.
            Please tell me how many rooms there are.
            Parking is easy to find in our street.
        """),
        read("""
            From $1,200.50 for a flat of 85 m2, materials for $ 300 included.
            Open 8:00-18:00, on Saturdays 9.30 to 13.00.
            In business since 2009, season 2025-2026 is open for bookings.
            Beds of 12 x 30 m, boards of 120x60x75 cm.
            We lay the cable line and check the signal in every room.
            I show you how WhatsApp and Instagram work on a new phone.
            Licence No. 4411-2025, last checked on 12.05.2026.
            Yoga @home or in the park, your choice.
            Rated 4.9 out of 5 by 1 200 customers, 3.5 hours on average.
            I also repair ASP.NET sites, e.g. forms and logins.
            Zip codes 90210 and 10001-10030 only.
            We count one two three four and then the dance begins.
        """),
        read_contacts("""
            email: Write to {email} for a quote.
            email: My address is {email}, I answer at once.
            phone: Call me: {phone}.
            phone: Faster without the app, {phone} any time.
            link: See all prices at {domain}.
            link: Book directly on {domain} and save the fee.
            messenger: Text me on WhatsApp before you book.
            messenger: Telegram: {handle}
            messenger: Find me on Insta {handle} for photos of my work.
        """),
        read("""
            CHEAPEST CLEANING IN TOWN
            BOOK NOW, Best Price!!!
        """),
    ),
    Words(
        "de", "EUR",
        read("""
            Fensterputzen innen und außen
            Umzug mit LKW und zwei Helfern
            Mathe-Nachhilfe bis zum Abitur
            PC- und TV-Reparatur
        """),
        read("""
            Ich bringe alles mit, was nötig ist.
            Zehn Jahre Erfahrung, gern mit Referenzen.
            Bitte sagen Sie mir, wie viele Zimmer es sind.
            Anfahrt im Stadtgebiet inbegriffen.
        """),
        read("""
            Ab 1.200,50 € für 85 m², Material für 300 EUR inbegriffen.
            Mo-Fr 8.00-18.00 Uhr, samstags 09:30 bis 13:00 Uhr.
            Seit 2009 am Markt, Saison 2025/2026 ist offen.
            Beete von 12 x 30 m, Bretter 120x60x75 cm, z.B. aus Eiche.
            Wir verlegen die Leitung und prüfen das Signal in jedem Raum.
            Ich richte WhatsApp und Telegram auf dem neuen Handy ein.
            Geprüft am 12.05.2026, Auftragsnummer 4411-2025.
            Postleitzahlen 10115 bis 10999, auch 12043 und 13086.
            Das kostet 45,- die Stunde, mindestens 3,5 Stunden.
            Dr. Müller empfiehlt es, d.h. es wirkt; u.a. bei Rückenschmerzen.
            Yoga @home oder im Park.Es macht Spaß.
            Wir zählen eins zwei drei vier, und dann beginnt der Tanz.
        """),
        read_contacts("""
            email: Schreiben Sie an {email}, ich antworte gleich.
            email: Angebote gern über {email}.
            phone: Rufen Sie an: {phone}.
            phone: Ohne Gebühren geht es unter {phone}.
            link: Alle Preise auf {domain}.
            link: Direkt buchen: {domain}
            messenger: Schreib mir auf WhatsApp, das geht schneller.
            messenger: Telegram: {handle}
            messenger: Bilder auf Insta {handle} ansehen.
        """),
        read("""
            BILLIGSTE REINIGUNG DER STADT
            JETZT BUCHEN!!! Nur heute
        """),
    ),
    Words(
        "fr", "EUR",
        read("""
            Nettoyage de vitres à domicile
            Déménagement avec camion
            Soutien scolaire, du CP au BAC
            Dépannage de PC et de TV
        """),
        read("""
            J'apporte tout le matériel nécessaire.
            Dix ans d'expérience, références sur demande.
            Dites-moi combien de pièces il y a.
            Déplacement compris en ville.
        """),
        read("""
            À partir de 1 200,50 € pour 85 m², matériel de 300 euros compris.
            Ouvert de 8h00 à 18h00, le samedi 9h30-13h00.
            Au service de tous depuis 2009, saison 2025-2026 ouverte.
            Massifs de 12 x 30 m, planches de 120x60x75 cm.
            Je tire la ligne et vérifie le signal dans chaque pièce.
            J'explique WhatsApp et Instagram aux débutants.
            SIRET 123 456 789 00012, contrôlé le 12/05/2026.
            Codes postaux 75011, 75012 et 94300.
            Le point de départ est la gare, à 20 minutes.
            Noté 4,9 sur 5 par 1 200 clients.
            Yoga doux, un deux trois quatre, on respire.
            Garantie de 24 mois, 3 passages de 45 min, 15 % de remise.
        """),
        read_contacts("""
            email: Écrivez à {email} pour un devis.
            email: Mon adresse : {email}, réponse rapide.
            phone: Appelez-moi : {phone}.
            phone: Sans commission au {phone}, tous les jours.
            link: Tous les tarifs sur {domain}.
            link: Réservez en direct : {domain}
            messenger: Écrivez-moi sur WhatsApp avant de réserver.
            messenger: Telegram : {handle}
            messenger: Photos sur Insta {handle}, à bientôt.
        """),
        read("""
            MÉNAGE LE MOINS CHER DE LA VILLE
            RÉSERVEZ VITE !!! Petits prix
        """),
    ),
    Words(
        "es", "EUR",
        read("""
            Limpieza de cristales
            Mudanza con furgoneta
            Clases de matemáticas para la ESO
            Reparación de PC y TV
        """),
        read("""
            Llevo todo el material necesario.
            Diez años de experiencia, con referencias.
            Dime cuántas habitaciones son.
            Desplazamiento incluido en la ciudad.
        """),
        read("""
            Desde 1.200,50 € por 85 m², material de 300 euros incluido.
            Abierto de 8:00 a 18:00, sábados 9.30-13.00 h.
            Desde 2009, temporada 2025-2026 abierta.
            Jardines de 12 x 30 m, tablas de 120x60x75 cm.
            Instalo la línea y compruebo la señal en cada cuarto.
            Enseño a usar WhatsApp e Instagram en un móvil nuevo.
            Revisado el 12/05/2026, pedido 4411-2025.
            Códigos postales 28001, 28015 y 08003.
            El punto de encuentro es la plaza, a 20 minutos.
            Valorado con 4,9 sobre 5 por 1.200 clientes.
            Bailamos uno dos tres cuatro y otra vez.
            Garantía de 24 meses, 3 visitas de 45 min, 15 % de descuento.
        """),
        read_contacts("""
            email: Escribe a {email} y te mando el precio.
            email: Mi correo es {email}, contesto enseguida.
            phone: Llámame al {phone}.
            phone: Más barato sin la web, {phone} a cualquier hora.
            link: Todos los precios en {domain}.
            link: Reserva directa: {domain}
            messenger: Escríbeme por WhatsApp antes de reservar.
            messenger: Telegram: {handle}
            messenger: Fotos en mi Insta {handle} y más.
        """),
        read("""
            LIMPIEZA LA MÁS BARATA DE LA CIUDAD
            RESERVA YA!!! Precio mínimo
        """),
    ),
    Words(
        "pl", "PLN",
        read("""
            Mycie okien w domu i biurze
            Przeprowadzka z busem
            Korepetycje z matematyki
            Naprawa PC i TV
        """),
        read("""
            Przywożę wszystko, co potrzebne.
            Dziesięć lat doświadczenia, referencje na życzenie.
            Proszę napisać, ile jest pokoi.
            Dojazd na terenie miasta w cenie.
        """),
        read("""
            Od 1 200 zł za 85 m², materiały za 300 PLN w cenie.
            Pracuję 8:00-18:00, w soboty od 9.30 do 13.00.
            Na rynku od 2009, sezon 2025-2026 otwarty.
            Grządki 12 x 30 m, deski 120x60x75 cm.
            Kładę linię i sprawdzam sygnał w każdym pokoju.
            Uczę seniorów obsługi WhatsAppa i Facebooka.
            NIP 525-000-12-34, sprawdzone 12.05.2026.
            Kody pocztowe 00-950, 02-134 i 31-001.
            Kosztuje to 150 zł za godzinę, minimum 3,5 godziny.
            Ocena 4,9 na 5 od 1 200 klientów.
            Liczymy jeden dwa trzy cztery i tańczymy.
            Gwarancja 24 miesiące, 3 wizyty po 45 min, 15 % zniżki.
        """),
        read_contacts("""
            email: Proszę pisać na {email}, odpowiadam od razu.
            email: Mój adres to {email}.
            phone: Proszę dzwonić: {phone}.
            phone: Taniej bez portalu, {phone} o każdej porze.
            link: Wszystkie ceny na {domain}.
            link: Rezerwacja bezpośrednio: {domain}
            messenger: Napisz do mnie na WhatsAppie przed rezerwacją.
            messenger: Telegram: {handle}
            messenger: Zdjęcia na Insta {handle} co tydzień.
        """),
        read("""
            NAJTAŃSZE SPRZĄTANIE W MIEŚCIE
            REZERWUJ TERAZ!!! Tylko dziś
        """),
    ),
    Words(
        "uk", "UAH",
        read("""
            Миття вікон удома й в офісі
            Переїзд із вантажівкою
            Репетитор з математики до ЗНО
            Ремонт ПК і ТВ
        """),
        read("""
            Привожу все необхідне із собою.
            Десять років досвіду, є відгуки.
            Скажіть, будь ласка, скільки кімнат.
            Виїзд у межах міста включено.
        """),
        read("""
            Від 1 200 грн за 85 м², матеріали на 300 грн включено.
            Працюю 8:00-18:00, у суботу 9.30-13.00.
            На ринку з 2009 року, сезон 2025-2026 відкрито.
            Грядки 12 x 30 м, дошки 120x60x75 см.
            Прокладаю лінію та перевіряю сигнал у кожній кімнаті.
            Навчаю літніх людей користуватися вайбером і телеграмом.
            Перевірено 12.05.2026, замовлення 4411-2025.
            Поштові індекси 01001, 02125 і 79000.
            Це коштує 450 грн за годину, щонайменше 3,5 години.
            Оцінка 4,9 з 5 від 1 200 клієнтів.
            Рахуємо один два три чотири й танцюємо.
            Гарантія 24 місяці, 3 візити по 45 хв, знижка 15 %.
        """),
        read_contacts("""
            email: Пишіть на {email}, відповім одразу.
            email: Моя адреса {email}.
            phone: Телефонуйте: {phone}.
            phone: Дешевше без сайту, {phone} у будь-який час.
            link: Усі ціни на {domain}.
            link: Бронюйте напряму: {domain}
            messenger: Напишіть мені у вайбер до бронювання.
            messenger: Телеграм: {handle}
            messenger: Фото в Інсті {handle} щотижня.
        """),
        read("""
            НАЙДЕШЕВШЕ ПРИБИРАННЯ МІСТА
            БРОНЮЙ ЗАРАЗ!!! Лише сьогодні
        """),
    ),
    Words(
        "hi", "INR",
        read("""
            खिड़कियों की सफ़ाई
            छोटे ट्रक से सामान की ढुलाई
            गणित की ट्यूशन
            लैपटॉप की मरम्मत
        """),
        read("""
            मैं सारा सामान साथ लाता हूँ।
            दस साल का अनुभव है।
            कृपया बताएँ कि कितने कमरे हैं।
            शहर में आना-जाना शामिल है।
        """),
        read("""
            85 वर्ग मीटर के लिए ₹1,200 से, सामान के ₹ 300 शामिल।
            सुबह 8:00-18:00, शनिवार को 9.30-13.00।
            2009 से काम कर रहे हैं, 2025-2026 का सत्र खुला है।
            क्यारी 12 x 30 m, तख़्ते 120x60x75 cm।
            हर कमरे में लाइन और सिग्नल जाँचते हैं।
            बुज़ुर्गों को व्हाट्सएप चलाना सिखाते हैं।
            पिन कोड 110001, 110025 और 560034।
            1,200 ग्राहकों ने 5 में से 4.9 अंक दिए।
            एक दो तीन चार गिनकर नाचते हैं।
        """),
        read_contacts("""
            email: {email} पर लिखें।
            phone: फ़ोन करें: {phone}
            phone: ऐप के बिना सस्ता, {phone} कभी भी।
            link: सारे दाम {domain} पर देखें।
            messenger: व्हाट्सएप पर संदेश करें।
            messenger: टेलीग्राम: {handle}
        """),
        read("""
            सबसे सस्ती सफ़ाई!!!
        """),
    ),
    Words(
        "ar", "EGP",
        read("""
            تنظيف النوافذ
            نقل الأثاث بشاحنة صغيرة
            دروس خصوصية في الرياضيات
            إصلاح أجهزة الكمبيوتر
        """),
        read("""
            أحضر كل ما يلزم معي.
            خبرة عشر سنوات.
            أخبرني كم عدد الغرف من فضلك.
            الانتقال داخل المدينة مشمول.
        """),
        read("""
            من 1,200 جنيه لمساحة 85 متر، والمواد بسعر 300 جنيه.
            من 8:00-18:00 والسبت 9.30-13.00.
            نعمل منذ 2009 وموسم 2025-2026 مفتوح.
            أحواض 12 x 30 m وألواح 120x60x75 cm.
            نمد الخط ونفحص الإشارة في كل غرفة.
            أعلم كبار السن استخدام واتساب.
            الرمز البريدي 11511 و 12345.
            تقييم 4.9 من 5 من 1200 عميل.
            واحد اثنان ثلاثة ثم نبدأ الرقص.
        """),
        read_contacts("""
            email: اكتب إلى {email} الآن.
            phone: اتصل بي: {phone}
            phone: أرخص بدون التطبيق {phone} في أي وقت.
            link: كل الأسعار على {domain} الآن.
            messenger: راسلني على واتساب قبل الحجز.
            messenger: تليجرام: {handle}
        """),
        read("""
            أرخص تنظيف في المدينة!!!
        """),
    ),
    Words(
        "zh", "CNY",
        read("""
            玻璃清洗
            小型搬家（含货车）
            初中数学辅导
            电脑维修与数据恢复
        """),
        read("""
            工具和材料都由我带来。
            十年经验，可看评价。
            请告诉我有几个房间。
            市内交通费已含。
        """),
        read("""
            85平方米1200元起，材料300元已含。
            营业时间8:00-18:00，周六9:30-13:00。
            2009年开始经营，2025-2026季开放预订。
            花坛12 x 30米，木板120x60x75厘米。
            每个房间都检查线路和信号。
            教老人使用微信和支付。
            邮政编码100080、200030。
            1200位客户评分4.9。
            一二三四，开始跳舞。
        """),
        read_contacts("""
            email: 请写信到 {email} 询价。
            phone: 电话：{phone}
            phone: 不经平台更便宜，{phone} 随时。
            link: 价格请看 {domain} 。
            messenger: 加我微信详谈。
            messenger: 微信号：{handle}
        """),
        read("""
            全城最低价！！！
        """),
    ),
)  # fmt: skip
