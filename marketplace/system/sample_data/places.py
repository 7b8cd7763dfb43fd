"""The cities: how names, streets, prices and the working day look there.

The order matters: small samples use the first cities only, and those already bring every script.
"""

from typing import NamedTuple


class City(NamedTuple):
    slug: str
    name: str
    names: str
    """Faker's locale for the names of people."""
    language: str
    """Of titles, descriptions and notes."""
    currency: str
    utc_offset: float
    """Hours of winter time; the sample's people ignore daylight saving."""
    rest: tuple[int, ...]
    """Days off, Monday being 0."""
    phones: str
    address: str
    streets: tuple[str, ...]


SAT_SUN = (5, 6)
FRI_SAT = (4, 5)

CITIES = (
    City("berlin", "Berlin", "de_DE", "de", "EUR", 1, SAT_SUN, "de",
         "{street} {number}, 10115 Berlin", ("Kastanienallee", "Schönhauser Allee", "Große Hamburger Straße")),
    City("cairo", "القاهرة", "ar_AA", "ar", "EGP", 2, FRI_SAT, "eg",
         "{number} {street}، القاهرة", ("شارع طلعت حرب", "شارع الأزهر", "شارع قصر النيل")),
    City("tel-aviv", "תל אביב", "he_IL", "he", "ILS", 2, FRI_SAT, "il",
         "{street} {number}, תל אביב", ("רחוב דיזנגוף", "שדרות רוטשילד", "רחוב בן יהודה")),
    City("tokyo", "東京", "ja_JP", "ja", "JPY", 9, SAT_SUN, "jp",
         "東京都{street}{number}番地", ("世田谷区三軒茶屋", "渋谷区恵比寿", "台東区谷中")),
    City("seoul", "서울", "ko_KR", "ko", "KRW", 9, SAT_SUN, "kr",
         "서울특별시 {street} {number}", ("종로구 율곡로", "마포구 양화로", "강남구 테헤란로")),
    City("shanghai", "上海", "zh_CN", "zh", "CNY", 8, SAT_SUN, "cn",
         "上海市{street}{number}号", ("徐汇区淮海中路", "静安区南京西路", "黄浦区福州路")),
    City("delhi", "दिल्ली", "hi_IN", "hi", "INR", 5.5, (6,), "in",
         "{number}, {street}, नई दिल्ली", ("चाँदनी चौक", "लोधी रोड", "करोल बाग़")),
    City("athens", "Αθήνα", "el_GR", "el", "EUR", 2, SAT_SUN, "gr",
         "{street} {number}, Αθήνα", ("Ερμού", "Λεωφόρος Αλεξάνδρας", "Σόλωνος")),
    City("kyiv", "Київ", "uk_UA", "uk", "UAH", 2, SAT_SUN, "ua",
         "{street}, {number}, Київ", ("вул. Хрещатик", "вул. Саксаганського", "бул. Тараса Шевченка")),
    City("bangkok", "กรุงเทพฯ", "th_TH", "th", "THB", 7, (6,), "th",
         "{number} {street} กรุงเทพฯ", ("ถนนสุขุมวิท", "ถนนสีลม", "ถนนพระอาทิตย์")),
    City("new-york", "New York", "en_US", "en", "USD", -5, SAT_SUN, "us",
         "{number} {street}, New York, NY", ("Bleecker Street", "Amsterdam Avenue", "Atlantic Avenue")),
    City("paris", "Paris", "fr_FR", "fr", "EUR", 1, SAT_SUN, "fr",
         "{number} {street}, 75011 Paris", ("rue Oberkampf", "boulevard Voltaire", "rue du Général-Guilhem")),
    City("sao-paulo", "São Paulo", "pt_BR", "pt", "BRL", -3, SAT_SUN, "br",
         "{street}, {number}, São Paulo", ("Rua Augusta", "Avenida Ipiranga", "Rua da Consolação")),
    City("istanbul", "İstanbul", "tr_TR", "tr", "TRY", 3, SAT_SUN, "tr",
         "{street} No: {number}, İstanbul", ("İstiklal Caddesi", "Bağdat Caddesi", "Çırağan Caddesi")),
    City("krakow", "Kraków", "pl_PL", "pl", "PLN", 1, SAT_SUN, "pl",
         "{street} {number}, 31-009 Kraków", ("ul. Szewska", "ul. Świętego Jana", "ul. Długa")),
    City("malmo", "Malmö", "sv_SE", "sv", "SEK", 1, SAT_SUN, "se",
         "{street} {number}, 211 22 Malmö", ("Södra Förstadsgatan", "Östergatan", "Möllevångsgatan")),
    City("mexico-city", "Ciudad de México", "es_MX", "es", "MXN", -6, (6,), "mx",
         "{street} {number}, Ciudad de México", ("Avenida Álvaro Obregón", "Calle Orizaba", "Avenida Ámsterdam")),
    City("hanoi", "Hà Nội", "vi_VN", "vi", "VND", 7, (6,), "vn",
         "{number} {street}, Hà Nội", ("phố Hàng Bông", "phố Trần Hưng Đạo", "phố Nguyễn Thái Học")),
    City("london", "London", "en_GB", "en", "GBP", 0, SAT_SUN, "uk",
         "{number} {street}, London", ("Lamb's Conduit Street", "Upper Street", "Brick Lane")),
    City("sydney", "Sydney", "en_AU", "en", "AUD", 10, SAT_SUN, "au",
         "{number} {street}, Sydney NSW", ("Crown Street", "King Street", "Glebe Point Road")),
    City("rome", "Roma", "it_IT", "it", "EUR", 1, SAT_SUN, "it",
         "{street} {number}, 00184 Roma", ("Via dei Serpenti", "Via Merulana", "Viale di Trastevere")),
    City("nairobi", "Nairobi", "en_KE", "en", "KES", 3, (6,), "ke",
         "{number} {street}, Nairobi", ("Moi Avenue", "Ngong Road", "Biashara Street")),
    City("dubai", "دبي", "ar_AA", "ar", "AED", 4, SAT_SUN, "ae",
         "{number} {street}، دبي", ("شارع الرقة", "شارع الوصل", "شارع جميرا")),
    City("toronto", "Toronto", "en_CA", "en", "CAD", -5, SAT_SUN, "ca",
         "{number} {street}, Toronto, ON", ("Queen Street West", "Danforth Avenue", "Spadina Avenue")),
    City("montreal", "Montréal", "fr_CA", "fr", "CAD", -5, SAT_SUN, "ca",
         "{number}, {street}, Montréal, QC", ("rue Saint-Denis", "avenue du Mont-Royal", "rue Sainte-Catherine")),
    City("zurich", "Zürich", "de_CH", "de", "CHF", 1, SAT_SUN, "ch",
         "{street} {number}, 8004 Zürich", ("Langstrasse", "Badenerstrasse", "Müllerstrasse")),
    City("lisbon", "Lisboa", "pt_PT", "pt", "EUR", 0, SAT_SUN, "pt",
         "{street} {number}, 1200 Lisboa", ("Rua da Prata", "Rua de São Bento", "Avenida Almirante Reis")),
    City("taipei", "臺北", "zh_TW", "zh-hant", "TWD", 8, SAT_SUN, "tw",
         "臺北市{street}{number}號", ("大安區永康街", "中山區南京東路", "萬華區康定路")),
    City("seville", "Sevilla", "es_ES", "es", "EUR", 1, SAT_SUN, "es",
         "{street}, {number}, 41004 Sevilla", ("Calle Sierpes", "Calle Betis", "Alameda de Hércules")),
    City("lagos", "Lagos", "yo_NG", "en", "NGN", 1, (6,), "ng",
         "{number} {street}, Lagos", ("Awolowo Road", "Allen Avenue", "Adeniran Ogunsanya Street")),
    City("mumbai", "मुंबई", "hi_IN", "hi", "INR", 5.5, (6,), "in",
         "{number}, {street}, मुंबई", ("लिंकिंग रोड", "मरीन ड्राइव", "हिल रोड")),
    City("osaka", "大阪", "ja_JP", "ja", "JPY", 9, SAT_SUN, "jp",
         "大阪府大阪市{street}{number}番地", ("北区天神橋", "中央区心斎橋筋", "浪速区難波中")),
    City("busan", "부산", "ko_KR", "ko", "KRW", 9, SAT_SUN, "kr",
         "부산광역시 {street} {number}", ("해운대구 달맞이길", "중구 광복로", "수영구 광안로")),
    City("buenos-aires", "Buenos Aires", "es_AR", "es", "ARS", -3, SAT_SUN, "ar",
         "{street} {number}, Buenos Aires", ("Avenida Corrientes", "Calle Defensa", "Avenida Córdoba")),
    City("los-angeles", "Los Angeles", "en_US", "en", "USD", -8, SAT_SUN, "us",
         "{number} {street}, Los Angeles, CA", ("Sunset Boulevard", "Melrose Avenue", "Figueroa Street")),
    City("auckland", "Auckland", "en_NZ", "en", "NZD", 12, SAT_SUN, "nz",
         "{number} {street}, Auckland", ("Ponsonby Road", "Karangahape Road", "Tāmaki Drive")),
    City("cape-town", "Cape Town", "zu_ZA", "en", "ZAR", 2, SAT_SUN, "za",
         "{number} {street}, Cape Town", ("Long Street", "Kloof Street", "Voortrekker Road")),
    City("thessaloniki", "Θεσσαλονίκη", "el_GR", "el", "EUR", 2, SAT_SUN, "gr",
         "{street} {number}, Θεσσαλονίκη", ("Τσιμισκή", "Εγνατία", "Λεωφόρος Νίκης")),
    City("lviv", "Львів", "uk_UA", "uk", "UAH", 2, SAT_SUN, "ua",
         "{street}, {number}, Львів", ("вул. Городоцька", "вул. Личаківська", "просп. Свободи")),
    City("algiers", "الجزائر", "ar_DZ", "ar", "DZD", 1, FRI_SAT, "dz",
         "{number} {street}، الجزائر", ("شارع ديدوش مراد", "شارع العربي بن مهيدي", "شارع حسيبة بن بوعلي")),
    City("haifa", "חיפה", "he_IL", "he", "ILS", 2, FRI_SAT, "il",
         "{street} {number}, חיפה", ("שדרות בן גוריון", "רחוב הנביאים", "שדרות מוריה")),
    City("lyon", "Lyon", "fr_FR", "fr", "EUR", 1, SAT_SUN, "fr",
         "{number} {street}, 69001 Lyon", ("rue de la République", "quai Saint-Vincent", "montée de la Grande-Côte")),
    City("bogota", "Bogotá", "es_CO", "es", "COP", -5, (6,), "co",
         "{street} # {number}-15, Bogotá", ("Carrera 7", "Calle 85", "Avenida Jiménez")),
    City("chiang-mai", "เชียงใหม่", "th_TH", "th", "THB", 7, (6,), "th",
         "{number} {street} เชียงใหม่", ("ถนนนิมมานเหมินท์", "ถนนราชดำเนิน", "ถนนท่าแพ")),
)
