"""What providers write about a service and what is noted on a booking, per language."""

DESCRIPTIONS = {
    "en": (
        "I bring everything that is needed.",
        "Ten years of experience; references on request.",
        "Please book two days ahead.",
    ),
    "de": (
        "Ich bringe alles mit, was nötig ist.",
        "Zehn Jahre Erfahrung, gern mit Referenzen.",
        "Anfahrt im Stadtgebiet inbegriffen.",
    ),
    "fr": (
        "J'apporte tout le matériel nécessaire.",
        "Dix ans d'expérience, références sur demande.",
        "Déplacement compris en ville.",
    ),
    "es": (
        "Llevo todo el material necesario.",
        "Diez años de experiencia, con referencias.",
        "Desplazamiento incluido en la ciudad.",
    ),
    "pt": (
        "Levo todo o material necessário.",
        "Dez anos de experiência, com referências.",
        "Deslocamento incluído na cidade.",
    ),
    "it": (
        "Porto tutto il materiale necessario.",
        "Dieci anni di esperienza, con referenze.",
        "Trasferta in città compresa.",
    ),
    "pl": (
        "Przywożę wszystko, co potrzebne.",
        "Dziesięć lat doświadczenia, referencje na życzenie.",
        "Dojazd na terenie miasta w cenie.",
    ),
    "sv": (
        "Jag tar med allt som behövs.",
        "Tio års erfarenhet, referenser finns.",
        "Resan inom staden ingår.",
    ),
    "tr": (
        "Gerekli tüm malzemeyi getiriyorum.",
        "On yıllık deneyim; referans verilir.",
        "Şehir içi ulaşım fiyata dâhildir.",
    ),
    "vi": (
        "Tôi mang theo mọi dụng cụ cần thiết.",
        "Mười năm kinh nghiệm, có người giới thiệu.",
        "Giá đã gồm đi lại trong thành phố.",
    ),
    "el": (
        "Φέρνω ό,τι χρειάζεται.",
        "Δέκα χρόνια εμπειρία, με συστάσεις.",
        "Η μετακίνηση εντός πόλης περιλαμβάνεται.",
    ),
    "uk": (
        "Привожу все необхідне із собою.",
        "Десять років досвіду, є рекомендації.",
        "Виїзд у межах міста включено.",
    ),
    "ar": (
        "أحضر معي كل ما يلزم.",
        "خبرة عشر سنوات مع إمكانية تقديم مراجع.",
        "التنقل داخل المدينة مشمول في السعر.",
    ),
    "he": (
        "אני מביא את כל הציוד הדרוש.",
        "עשר שנות ניסיון, אפשר לקבל המלצות.",
        "הנסיעה בתוך העיר כלולה במחיר.",
    ),
    "hi": (
        "ज़रूरत का सारा सामान साथ लाया जाएगा।",
        "दस साल का अनुभव।",
        "शहर के भीतर आना-जाना शामिल है।",
    ),
    "zh": (
        "所需工具和材料均由我自带。",
        "十年经验，可提供客户评价。",
        "市区内不另收交通费。",
    ),
    "zh-hant": (
        "所需工具與材料皆由我自備。",
        "十年經驗，可提供客戶評價。",
        "市區內不另收交通費。",
    ),
    "ja": (
        "必要な道具はすべて持参します。",
        "経験十年。お客様の声もご紹介できます。",
        "市内の交通費は料金に含まれます。",
    ),
    "ko": (
        "필요한 도구는 모두 가져갑니다.",
        "경력 10년, 후기를 보여 드릴 수 있습니다.",
        "시내 출장비가 포함되어 있습니다.",
    ),
    "th": (
        "นำอุปกรณ์ที่จำเป็นมาเองทั้งหมด",
        "ประสบการณ์สิบปี มีผู้รับรอง",
        "ราคารวมค่าเดินทางในเมืองแล้ว",
    ),
}

NOTES = {
    "en": ("Please ring twice, the bell is weak.", "Third floor, no lift."),
    "de": ("Bitte zweimal klingeln.", "Dritter Stock, kein Aufzug. Der Schlüssel liegt bei Familie Groß."),
    "fr": ("Sonnez deux fois, s'il vous plaît.", "Troisième étage sans ascenseur."),
    "es": ("Llamen dos veces al timbre, por favor.", "Tercer piso sin ascensor."),
    "pt": ("Por favor, toque a campainha duas vezes.", "Terceiro andar, sem elevador."),
    "it": ("Suonate due volte, per favore.", "Terzo piano senza ascensore."),
    "pl": ("Proszę zadzwonić dwa razy.", "Trzecie piętro bez windy."),
    "sv": ("Ring gärna två gånger.", "Tredje våningen utan hiss."),
    "tr": ("Lütfen zili iki kez çalın.", "Üçüncü kat, asansör yok."),
    "vi": ("Xin bấm chuông hai lần.", "Tầng ba, không có thang máy."),
    "el": ("Χτυπήστε δύο φορές το κουδούνι.", "Τρίτος όροφος χωρίς ασανσέρ."),
    "uk": ("Дзвоніть двічі, будь ласка.", "Третій поверх без ліфта."),
    "ar": ("يرجى قرع الجرس مرتين.", "الطابق الثالث بدون مصعد."),
    "he": ("נא לצלצל פעמיים.", "קומה שלישית בלי מעלית."),
    "hi": ("कृपया घंटी दो बार बजाएँ।", "तीसरी मंज़िल, लिफ़्ट नहीं है।"),
    "zh": ("请按两次门铃。", "三楼，没有电梯。"),
    "zh-hant": ("請按兩次門鈴。", "三樓，沒有電梯。"),
    "ja": ("呼び鈴を二回鳴らしてください。", "三階、エレベーターなし。"),
    "ko": ("초인종을 두 번 눌러 주세요.", "3층이며 엘리베이터가 없습니다."),
    "th": ("กรุณากดกริ่งสองครั้ง", "ชั้นสาม ไม่มีลิฟต์"),
}

AWKWARD_NOTES = (
    "=> side entrance, code follows",
    "+1 guest",
    "- two cats, one of them shy",
    "@ the back door",
    'Use <b>only</b> the blue key & call "Ann"',
    "Line one\nLine two\n\n\tindented",
    "👩‍👧 is at home, 🐕 too",
)
"""What people do type, and what a spreadsheet or a page must not take for a formula or for markup."""
