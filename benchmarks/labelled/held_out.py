"""The part of the labelled set that no rule was written by: other sentences, other disguises."""

from benchmarks.labelled.words import Words, read, read_contacts

HELD_OUT = (
    Words(
        "en", "GBP",
        read("""
            Bicycle repair at your door
            Sewing course for beginners
        """),
        read("""
            Tea and biscuits are on me.
            You can cancel up to a day before.
        """),
        read("""
            Tyres 28 x 1.75 (47-622), chains 1/2 x 3/32, 7-8-9-10 speed.
            Seams of 1.5 cm, fabric 140 cm wide, needle 80/12 to 90/14.
            Prices: 35 / 50 / 75 pounds, deposit £20, VAT no. 123 4567 89.
            1st January 2026 to 31st March 2026, 18:30-20:00, six evenings.
            I fixed 12,500 bikes in 11 years, about 1,136 a year.
            I teach at home, in libraries or on Zoom.
            Signal lamps, brake lines and messenger bags mended.
        """),
        read_contacts("""
            email: Send photos of the bike to {email} first.
            phone: Text or ring {phone} and I come round.
            phone: Sat nav ready? {phone}
            link: My workshop is on {domain} with pictures.
            messenger: Quickest is WhatsApp, message me there.
            messenger: My Telegram is {handle}.
        """),
        read("""
            ALL BIKES FIXED WHILE YOU WAIT
        """),
    ),
    Words(
        "de", "EUR",
        read("""
            Fahrradreparatur an der Haustür
            Nähkurs für Anfänger
        """),
        read("""
            Tee und Kekse gehen auf mich.
            Absagen geht bis einen Tag vorher.
        """),
        read("""
            Reifen 28 x 1,75 (47-622), Ketten 1/2 x 3/32, 7-8-9-10-fach.
            Nähte von 1,5 cm, Stoff 140 cm breit, Nadel 80/12 bis 90/14.
            Preise: 35 / 50 / 75 Euro, Anzahlung 20 €, USt-IdNr. DE123456789.
            Vom 1. Januar 2026 bis 31. März 2026, 18:30-20:00 Uhr, sechs Abende.
            12.500 Räder in 11 Jahren, etwa 1.136 im Jahr.
            Ich unterrichte zu Hause, in Büchereien oder über Zoom.
            Signallampen, Bremsleitungen und Kuriertaschen in Serie 100-200-300.
        """),
        read_contacts("""
            email: Bilder vom Rad zuerst an {email} schicken.
            phone: SMS oder Anruf an {phone}, dann komme ich.
            phone: Alles klar? {phone}
            link: Meine Werkstatt steht auf {domain} mit Bildern.
            messenger: Am schnellsten per WhatsApp melden.
            messenger: Mein Telegram ist {handle}.
        """),
        read("""
            ALLE RÄDER SOFORT REPARIERT
        """),
    ),
    Words(
        "fr", "EUR",
        read("""
            Réparation de vélos à la porte
            Cours de couture pour débutants
        """),
        read("""
            Thé et biscuits offerts.
            Annulation possible jusqu'à la veille.
        """),
        read("""
            Pneus 28 x 1,75 (47-622), chaînes 1/2 x 3/32, 7-8-9-10 vitesses.
            Coutures de 1,5 cm, tissu de 140 cm, aiguille 80/12 à 90/14.
            Prix : 35 / 50 / 75 euros, acompte 20 €, SIREN 123 456 789.
            Du 1er janvier 2026 au 31 mars 2026, 18h30-20h00, six soirées.
            12 500 vélos en 11 ans, environ 1 136 par an.
            Je donne cours à la maison, en bibliothèque ou sur Zoom.
            Feux de signal, lignes de frein, sacoches refaites.
        """),
        read_contacts("""
            email: Envoyez d'abord des photos du vélo à {email} svp.
            phone: Un SMS ou un appel au {phone} et j'arrive.
            phone: C'est bon ? {phone}
            link: Mon atelier est sur {domain} avec des images.
            messenger: Le plus rapide : un message sur WhatsApp.
            messenger: Mon Telegram est {handle}.
        """),
        read("""
            TOUS LES VÉLOS RÉPARÉS DE SUITE
        """),
    ),
    Words(
        "es", "EUR",
        read("""
            Reparación de bicicletas en tu puerta
            Curso de costura para principiantes
        """),
        read("""
            El té y las galletas van por mi cuenta.
            Se puede cancelar hasta un día antes.
        """),
        read("""
            Cubiertas 28 x 1,75 (47-622), cadenas 1/2 x 3/32, 7-8-9-10 velocidades.
            Costuras de 1,5 cm, tela de 140 cm, aguja 80/12 a 90/14.
            Precios: 35 / 50 / 75 euros, señal de 20 €, NIF 12345678Z.
            Del 1 de enero de 2026 al 31 de marzo de 2026, 18:30-20:00, seis tardes.
            12.500 bicis en 11 años, unas 1.136 al año.
            Doy clase en casa, en bibliotecas o por Zoom.
            Luces de señal, líneas de freno y bolsas de mensajero.
        """),
        read_contacts("""
            email: Manda antes fotos de la bici a {email} porfa.
            phone: Un SMS o una llamada al {phone} y voy.
            phone: ¿Todo claro? {phone}
            link: Mi taller está en {domain} con fotos.
            messenger: Lo más rápido es un mensaje por WhatsApp.
            messenger: Mi Telegram es {handle}.
        """),
        read("""
            TODAS LAS BICIS ARREGLADAS AL MOMENTO
        """),
    ),
    Words(
        "pl", "PLN",
        read("""
            Naprawa rowerów pod domem
            Kurs szycia dla początkujących
        """),
        read("""
            Herbata i ciastka ode mnie.
            Odwołać można do dnia poprzedniego.
        """),
        read("""
            Opony 28 x 1,75 (47-622), łańcuchy 1/2 x 3/32, 7-8-9-10 biegów.
            Szwy 1,5 cm, materiał 140 cm, igła 80/12 do 90/14.
            Ceny: 135 / 150 / 175 zł, zaliczka 20 zł, REGON 123456785.
            Od 1 stycznia 2026 do 31 marca 2026, 18:30-20:00, sześć wieczorów.
            12 500 rowerów w 11 lat, około 1 136 rocznie.
            Uczę w domu, w bibliotece lub przez Zoom.
            Lampy sygnałowe, linki hamulca i torby kurierskie.
        """),
        read_contacts("""
            email: Najpierw proszę wysłać zdjęcia roweru na {email} i czekać.
            phone: SMS albo telefon na {phone} i przyjeżdżam.
            phone: Wszystko jasne? {phone}
            link: Mój warsztat jest na {domain} ze zdjęciami.
            messenger: Najszybciej odpisuję na WhatsAppie.
            messenger: Mój Telegram to {handle}.
        """),
        read("""
            WSZYSTKIE ROWERY NAPRAWIAM OD RĘKI
        """),
    ),
    Words(
        "uk", "UAH",
        read("""
            Ремонт велосипедів біля дому
            Курс шиття для початківців
        """),
        read("""
            Чай і печиво від мене.
            Скасувати можна за день.
        """),
        read("""
            Шини 28 x 1,75 (47-622), ланцюги 1/2 x 3/32, 7-8-9-10 швидкостей.
            Шви 1,5 см, тканина 140 см, голка 80/12 до 90/14.
            Ціни: 350 / 500 / 750 грн, завдаток 200 грн, ЄДРПОУ 12345678.
            З 1 січня 2026 до 31 березня 2026, 18:30-20:00, шість вечорів.
            12 500 велосипедів за 11 років, близько 1 136 на рік.
            Навчаю вдома, у бібліотеці або через Zoom.
            Сигнальні лампи, лінії гальм і сумки.
        """),
        read_contacts("""
            email: Спершу надішліть фото на {email} будь ласка.
            phone: СМС або дзвінок на {phone} і я їду.
            phone: Усе ясно? {phone}
            link: Моя майстерня на {domain} з фото.
            messenger: Найшвидше відповідаю у вайбері.
            messenger: Мій телеграм {handle}.
        """),
        read("""
            УСІ ВЕЛОСИПЕДИ РЕМОНТУЮ ОДРАЗУ
        """),
    ),
    Words(
        "hi", "INR",
        read("""
            साइकिल की मरम्मत
            सिलाई सीखें
        """),
        read("""
            चाय मेरी तरफ़ से।
            एक दिन पहले तक रद्द कर सकते हैं।
        """),
        read("""
            टायर 28 x 1.75 (47-622), 7-8-9-10 गियर।
            दाम 350 / 500 / 750 रुपये, पेशगी ₹200।
            1 जनवरी 2026 से 31 मार्च 2026, 18:30-20:00।
            11 साल में 12,500 साइकिलें।
        """),
        read_contacts("""
            email: पहले फ़ोटो {email} पर भेजें।
            phone: {phone} पर मैसेज या कॉल करें।
            link: मेरी दुकान {domain} पर है।
            messenger: मुझे व्हाट्सएप पर लिखें।
        """),
        read("""
            हर साइकिल ठीक!!!
        """),
    ),
    Words(
        "ar", "EGP",
        read("""
            إصلاح الدراجات
            دورة خياطة
        """),
        read("""
            الشاي علي.
            يمكن الإلغاء قبل يوم.
        """),
        read("""
            إطارات 28 x 1.75 (47-622) و 7-8-9-10 سرعات.
            الأسعار 350 / 500 / 750 جنيه والعربون 200 جنيه.
            من 1 يناير 2026 إلى 31 مارس 2026، 18:30-20:00.
            12,500 دراجة في 11 سنة.
        """),
        read_contacts("""
            email: أرسل الصور أولا إلى {email} من فضلك.
            phone: رسالة أو مكالمة على {phone} وآتي إليك.
            link: ورشتي على {domain} مع الصور.
            messenger: اكتب لي على تليجرام.
        """),
        read("""
            كل الدراجات!!!
        """),
    ),
    Words(
        "zh", "CNY",
        read("""
            上门修自行车
            缝纫入门课
        """),
        read("""
            茶点由我请。
            提前一天可取消。
        """),
        read("""
            轮胎28 x 1.75（47-622），7-8-9-10速。
            价格350 / 500 / 750元，定金200元。
            2026年1月1日至2026年3月31日，18:30-20:00。
            11年修了12,500辆。
        """),
        read_contacts("""
            email: 请先把照片发到 {email} 。
            phone: 短信或来电{phone}，我就到。
            link: 我的店在 {domain} 有图。
            messenger: 最快是微信联系我。
        """),
        read("""
            全部修好！！！
        """),
    ),
)  # fmt: skip
