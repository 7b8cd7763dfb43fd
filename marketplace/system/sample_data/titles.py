"""What services are called: two titles per language and category, in the order of CATEGORIES."""

CATEGORIES = (
    "cleaning",
    "repairs",
    "tutoring",
    "music",
    "beauty",
    "fitness",
    "photography",
    "gardening",
    "moving",
    "pets",
    "it-help",
    "childcare",
)

TITLES = {
    "en": """
        Deep clean of a two-room flat|Window cleaning, inside and out|Furniture assembly by the hour|Leaking tap repair
        Maths tutoring for exams|English conversation for adults|Guitar lessons for beginners|Singing lesson
        Haircut at your home|Manicure and hand care|Personal training in the park|Yoga for stiff backs
        Family portrait session|Product photos for your web shop|Hedge trimming|Spring planting of balcony boxes
        Two movers and a van|Packing service|Dog walking in small groups|Cat sitting while you travel
        Wi-Fi set-up for the whole flat|Laptop repair and data rescue|Evening babysitting|Homework help after school
    """,
    "de": """
        Grundreinigung der Wohnung|Fensterputzen innen und außen|Möbelaufbau nach Stunden|Wasserhahn abdichten
        Mathe-Nachhilfe bis zum Abitur|Deutsch für den Alltag|Klavierunterricht für Anfänger|Gitarrenstunde
        Haarschnitt bei Ihnen zu Hause|Maniküre und Handpflege|Rückentraining|Lauftreff für Einsteiger
        Familienfotos im Grünen|Bewerbungsfotos|Heckenschnitt|Balkonkästen bepflanzen
        Umzugshilfe mit Transporter|Kartons packen|Hundespaziergang|Katzenbetreuung im Urlaub
        WLAN einrichten|Rechner schneller machen|Babysitten am Abend|Hausaufgabenbetreuung
    """,
    "fr": """
        Grand ménage d'un deux-pièces|Nettoyage de vitres|Montage de meubles|Réparation d'une fuite d'eau
        Soutien scolaire en mathématiques|Français langue étrangère|Cours de piano pour débutants|Leçon de chant
        Coupe à domicile|Manucure et soin des mains|Coach sportif au parc|Yoga doux
        Séance photo en famille|Photos de produits|Taille de haies|Création d'un potager
        Déménagement à deux avec camion|Mise en cartons|Promenade de chiens|Garde de chats à domicile
        Installation du réseau Wi-Fi|Dépannage d'ordinateur|Garde d'enfants le soir|Aide aux devoirs
    """,
    "es": """
        Limpieza a fondo de un piso|Limpieza de cristales|Montaje de muebles|Reparación de grifos
        Clases de matemáticas|Español para extranjeros|Clases de guitarra para niños|Lección de canto
        Corte de pelo a domicilio|Manicura y cuidado de manos|Entrenamiento personal|Yoga al amanecer
        Sesión de fotos en familia|Fotografía de producto|Poda de setos|Diseño de jardines pequeños
        Mudanza con furgoneta|Servicio de embalaje|Paseo de perros|Cuidado de gatos en vacaciones
        Configuración de wifi|Reparación de ordenadores|Niñera por la noche|Ayuda con los deberes
    """,
    "pt": """
        Limpeza pesada de apartamento|Limpeza de janelas|Montagem de móveis|Conserto de torneiras
        Reforço escolar de matemática|Português para estrangeiros|Aulas de violão para iniciantes|Aula de canto
        Corte de cabelo em casa|Manicure e cuidados das mãos|Treino funcional no parque|Ioga para as costas
        Ensaio fotográfico em família|Fotos de produtos|Poda de cercas vivas|Horta na varanda
        Mudança com dois ajudantes|Embalagem de mudança|Passeio com cães|Cuidado de gatos nas férias
        Instalação de Wi-Fi|Manutenção de computadores|Babá à noite|Ajuda com a lição de casa
    """,
    "it": """
        Pulizie a fondo di un bilocale|Pulizia dei vetri|Montaggio di mobili|Riparazione di rubinetti
        Ripetizioni di matematica|Italiano per stranieri|Lezioni di pianoforte|Lezione di canto
        Taglio di capelli a domicilio|Manicure e cura delle mani|Allenamento nel parco|Yoga per la schiena
        Ritratti di famiglia|Fotografie per il negozio online|Potatura di siepi|Orto sul balcone
        Trasloco con furgone|Imballaggio|Passeggiate con il cane|Cura del gatto durante le vacanze
        Installazione del Wi-Fi|Riparazione di computer|Babysitter serale|Aiuto compiti
    """,
    "pl": """
        Gruntowne sprzątanie mieszkania|Mycie okien|Składanie mebli|Naprawa cieknącego kranu
        Korepetycje z matematyki|Polski dla obcokrajowców|Lekcje gry na gitarze|Lekcja śpiewu
        Strzyżenie w domu klienta|Manicure i pielęgnacja dłoni|Trening personalny|Joga na zdrowy kręgosłup
        Rodzinna sesja zdjęciowa|Zdjęcia produktów|Przycinanie żywopłotu|Sadzenie kwiatów na balkonie
        Przeprowadzka z busem|Pakowanie kartonów|Wyprowadzanie psów|Opieka nad kotem w czasie urlopu
        Konfiguracja sieci Wi-Fi|Naprawa laptopów|Opiekunka na wieczór|Pomoc w lekcjach
    """,
    "sv": """
        Storstädning av lägenhet|Fönsterputs|Möbelmontering|Lagning av droppande kran
        Mattehjälp för gymnasiet|Svenska för nybörjare|Pianolektion|Sånglektion
        Hårklippning i hemmet|Manikyr och handvård|Personlig träning utomhus|Yoga för ryggen
        Familjefotografering|Produktfoton|Häckklippning|Plantering av balkonglådor
        Flytthjälp med skåpbil|Packhjälp|Hundpromenad|Kattpassning på semestern
        Installation av trådlöst nätverk|Datorhjälp|Barnvakt på kvällen|Läxhjälp
    """,
    "tr": """
        Detaylı ev temizliği|Cam silme|Mobilya montajı|Musluk tamiri
        Matematik özel dersi|Yabancılar için Türkçe|Bağlama dersi|Şan dersi
        Evde saç kesimi|Manikür ve el bakımı|Parkta spor antrenmanı|Sırt ağrısı için yoga
        Aile fotoğraf çekimi|Ürün fotoğrafçılığı|Çit budama|Balkon bahçesi düzenleme
        Kamyonetle taşınma|Eşya paketleme|Köpek gezdirme|Tatilde kedi bakımı
        Kablosuz ağ kurulumu|Bilgisayar tamiri|Akşam çocuk bakıcılığı|Ödev yardımı
    """,
    "vi": """
        Tổng vệ sinh căn hộ|Lau cửa kính|Lắp ráp đồ nội thất|Sửa vòi nước rò rỉ
        Gia sư toán cấp ba|Tiếng Việt cho người nước ngoài|Dạy đàn guitar cho người mới|Dạy thanh nhạc
        Cắt tóc tại nhà|Làm móng và chăm sóc tay|Huấn luyện viên cá nhân|Yoga cho lưng
        Chụp ảnh gia đình|Chụp ảnh sản phẩm|Cắt tỉa hàng rào|Trồng rau ban công
        Chuyển nhà trọn gói|Đóng gói đồ đạc|Dắt chó đi dạo|Trông mèo khi bạn đi xa
        Cài đặt Wi-Fi|Sửa máy tính xách tay|Trông trẻ buổi tối|Kèm học bài
    """,
    "el": """
        Γενικός καθαρισμός διαμερίσματος|Καθαρισμός τζαμιών|Συναρμολόγηση επίπλων|Επισκευή βρύσης
        Ιδιαίτερα μαθηματικών|Ελληνικά για αρχάριους|Μαθήματα μπουζουκιού|Μάθημα φωνητικής
        Κούρεμα στο σπίτι|Μανικιούρ και περιποίηση χεριών|Προπόνηση στο πάρκο|Γιόγκα για τη μέση
        Οικογενειακή φωτογράφιση|Φωτογραφίες προϊόντων|Κλάδεμα φράχτη|Φύτευση μπαλκονιού
        Μετακόμιση με φορτηγάκι|Συσκευασία αντικειμένων|Βόλτα σκύλων|Φροντίδα γάτας στις διακοπές
        Εγκατάσταση Wi-Fi|Επισκευή υπολογιστών|Φύλαξη παιδιών το βράδυ|Βοήθεια στο διάβασμα
    """,
    "uk": """
        Генеральне прибирання квартири|Миття вікон|Збирання меблів|Ремонт змішувача
        Репетитор з математики|Українська для іноземців|Уроки гри на бандурі|Урок вокалу
        Стрижка вдома|Манікюр і догляд за руками|Тренування в парку|Йога для спини
        Сімейна фотосесія|Предметна фотозйомка|Стрижка живоплоту|Озеленення балкона
        Переїзд із вантажівкою|Пакування речей|Вигул собак|Догляд за котом під час відпустки
        Налаштування Wi-Fi|Ремонт ноутбуків|Няня на вечір|Допомога з уроками
    """,
    "ar": """
        تنظيف عميق للشقة|تنظيف النوافذ|تركيب الأثاث|إصلاح تسرب المياه
        دروس خصوصية في الرياضيات|العربية لغير الناطقين بها|دروس عود للمبتدئين|درس غناء
        قص الشعر في المنزل|عناية بالأظافر واليدين|تدريب شخصي|يوغا للظهر
        جلسة تصوير عائلية|تصوير المنتجات|تقليم الأسيجة|زراعة الشرفات
        نقل الأثاث بشاحنة صغيرة|خدمة التغليف|تمشية الكلاب|رعاية القطط أثناء السفر
        تركيب شبكة لاسلكية|إصلاح أجهزة الكمبيوتر|جليسة أطفال مسائية|المساعدة في الواجبات المدرسية
    """,
    "he": """
        ניקיון יסודי לדירה|ניקוי חלונות|הרכבת רהיטים|תיקון ברז דולף
        שיעור פרטי במתמטיקה|עברית למתחילים|שיעורי גיטרה לילדים|שיעור פיתוח קול
        תספורת עד הבית|מניקור וטיפוח ידיים|אימון אישי בפארק|יוגה לגב
        צילומי משפחה|צילום מוצרים|גיזום גדר חיה|עיצוב מרפסת ירוקה
        הובלת דירה קטנה|שירותי אריזה|טיולים עם כלבים|שמירה על חתולים בחופשה
        התקנת רשת אלחוטית|תיקון מחשבים|שמרטפות בערב|עזרה בשיעורי בית
    """,
    "hi": """
        घर की गहरी सफ़ाई|खिड़कियों की सफ़ाई|फ़र्नीचर जोड़ना|टपकते नल की मरम्मत
        गणित की ट्यूशन|विदेशियों के लिए हिन्दी|तबला सीखें: शुरुआती पाठ|गायन का पाठ
        घर पर बाल कटवाएँ|मैनीक्योर और हाथों की देखभाल|पार्क में व्यायाम|पीठ दर्द के लिए योग
        पारिवारिक फ़ोटो सत्र|उत्पादों की फ़ोटोग्राफ़ी|बाड़ की छँटाई|बालकनी में बाग़वानी
        छोटे ट्रक से सामान की ढुलाई|सामान की पैकिंग|कुत्ते को टहलाना|यात्रा के समय बिल्ली की देखभाल
        वाई-फ़ाई लगाना|लैपटॉप की मरम्मत|शाम को बच्चों की देखभाल|गृहकार्य में मदद
    """,
    "zh": """
        两居室深度保洁|玻璃清洗|家具安装|水龙头维修
        初中数学辅导|对外汉语课|钢琴入门课|声乐课
        上门理发|美甲与手部护理|公园私人健身训练|肩颈放松瑜伽
        家庭写真拍摄|商品摄影|绿篱修剪|阳台种菜指导
        小型搬家（含货车）|打包服务|遛狗服务|假期猫咪照看
        家庭无线网络安装|电脑维修与数据恢复|晚间儿童看护|课后作业辅导
    """,
    "zh-hant": """
        兩房住家深度清潔|玻璃清洗|家具組裝|水龍頭維修
        國中數學家教|華語會話課|鋼琴入門課|歌唱課
        到府剪髮|美甲與手部保養|公園個人健身訓練|肩頸放鬆瑜珈
        全家福拍攝|商品攝影|樹籬修剪|陽台種菜教學
        小型搬家（含貨車）|打包服務|遛狗服務|出遊貓咪照顧
        家用無線網路安裝|電腦維修與資料救援|夜間臨時保母|課後作業輔導
    """,
    "ja": """
        お部屋の徹底クリーニング|窓ふき（内側・外側）|家具の組み立て|蛇口の水漏れ修理
        中学数学の家庭教師|日本語レッスン（初級）|ピアノ教室（初心者歓迎）|ボイストレーニング
        出張ヘアカット|ネイルとハンドケア|公園でのパーソナルトレーニング|腰痛改善ヨガ
        家族写真の撮影|商品写真の撮影|生け垣の剪定|ベランダ菜園の手入れ
        単身引っ越し（軽トラック付き）|荷造りサービス|犬の散歩代行|旅行中の猫のお世話
        Wi-Fiの設定|パソコン修理・データ復旧|夜間のベビーシッター|宿題サポート
    """,
    "ko": """
        원룸 대청소|유리창 청소|가구 조립|수도꼭지 누수 수리
        중학교 수학 과외|외국인을 위한 한국어|기타 레슨(초급)|보컬 레슨
        방문 미용|손톱 관리|공원 개인 운동 지도|허리를 위한 요가
        가족사진 촬영|상품 사진 촬영|나무 가지치기|베란다 텃밭 가꾸기
        소형 이사(트럭 포함)|포장 서비스|강아지 산책|여행 중 고양이 돌봄
        무선 인터넷 설치|컴퓨터 수리|저녁 아이 돌봄|숙제 도우미
    """,
    "th": """
        ทำความสะอาดห้องพักครั้งใหญ่|เช็ดกระจก|ประกอบเฟอร์นิเจอร์|ซ่อมก๊อกน้ำรั่ว
        ติวคณิตศาสตร์มัธยม|ภาษาไทยสำหรับชาวต่างชาติ|สอนกีตาร์เบื้องต้น|สอนร้องเพลง
        ตัดผมถึงบ้าน|ทำเล็บและดูแลมือ|เทรนเนอร์ส่วนตัวในสวน|โยคะแก้ปวดหลัง
        ถ่ายภาพครอบครัว|ถ่ายภาพสินค้า|ตัดแต่งพุ่มไม้|จัดสวนระเบียง
        ขนย้ายบ้านพร้อมรถ|บริการแพ็กของ|พาสุนัขเดินเล่น|ดูแลแมวระหว่างเดินทาง
        ติดตั้งไวไฟ|ซ่อมคอมพิวเตอร์|พี่เลี้ยงเด็กช่วงเย็น|ช่วยทำการบ้าน
    """,
}


def titles(language: str, category: str) -> tuple[str, str]:
    every = [title.strip() for line in TITLES[language].strip().splitlines() for title in line.split("|")]
    position = 2 * CATEGORIES.index(category)
    return every[position], every[position + 1]
