"""The web sites of the sample: who they are, what they look like, and the phrases around their pages."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Encoding:
    """How a page is written as bytes, and what is said about it: None where nothing is said."""

    charset: str = "utf-8"
    http: str | None = "utf-8"
    meta: str | None = "utf-8"


@dataclass(frozen=True)
class Site:
    """A web site: `template` names a file of templates/, `language` is the code of its pages."""

    host: str
    name: str
    template: str
    language: str = "en"
    encoding: Encoding = field(default_factory=Encoding)

    def url(self, path: str) -> str:
        """The URL of a path on the site."""
        return f"https://{self.host}/{path}"


def declared_everywhere(charset: str) -> Encoding:
    """An encoding that header and page both declare."""
    return Encoding(charset, charset, charset)


LATIN = declared_everywhere("windows-1252")
ENGLISH = (
    Site("www.harbour-notes.example", "Harbour Notes", "blog"),
    Site("blog.lantern-lane.example", "Lantern Lane", "blog"),
    Site("thequietdesk.example", "The Quiet Desk", "blog", encoding=LATIN),
    Site("journal.example.org", "Field Journal", "blog"),
    Site("www.northgate-herald.example", "Northgate Herald", "news"),
    Site("news.rivermouth.example", "Rivermouth News", "news"),
    Site("dailyledger.test", "The Daily Ledger", "news", encoding=LATIN),
    Site("www.measured-times.example", "Measured Times", "news"),
    Site("forum.tinkerbench.example", "Tinkerbench Forum", "forum"),
    Site("community.example.net", "Number Crunchers", "forum"),
    Site("talk.old-array.example", "Old Array Talk", "forum", encoding=LATIN),
    Site("shop.fernhill-tools.example", "Fernhill Tools", "shop"),
    Site("www.papercrane-store.example", "Paper Crane Store", "shop"),
    Site("docs.kestrel-engine.example", "Kestrel Engine", "docs"),
    Site("help.waypoint.example", "Waypoint Help", "docs"),
    Site("manual.example.com", "The Manual", "docs"),
    Site("reference.slowriver.test", "Slow River Reference", "docs"),
    Site("home.oldwest.example", "Professor Hale's Pages", "table", encoding=LATIN),
    Site("www.geo-corner.example", "Geo Corner", "table", encoding=Encoding("iso-8859-1", None, "iso-8859-1")),
    Site("users.campus.example", "Campus Users", "table", encoding=Encoding("windows-1252", None, None)),
    Site("www.brightwell-partners.example", "Brightwell Partners", "corporate"),
    Site("about.mistral-systems.example", "Mistral Systems", "corporate"),
    Site("www.tallgrass.example", "Tallgrass", "corporate"),
    Site("wiki.commonplace.example", "Commonplace", "wiki"),
    Site("handbook.example.org", "Open Handbook", "wiki"),
)

# The encodings in which pages of a language are still met; the first is the most common by far.
LEGACY = {
    "bg": "windows-1251",
    "cs": "windows-1250",
    "da": "windows-1252",
    "de": "windows-1252",
    "el": "windows-1253",
    "es": "windows-1252",
    "fi": "iso-8859-15",
    "fr": "iso-8859-1",
    "he": "windows-1255",
    "it": "windows-1252",
    "ja": "shift_jis",
    "ko": "euc-kr",
    "nl": "windows-1252",
    "pl": "iso-8859-2",
    "pt": "windows-1252",
    "ru": "windows-1251",
    "sk": "windows-1250",
    "sv": "iso-8859-1",
    "tr": "windows-1254",
    "uk": "windows-1251",
    "zh": "gb18030",
}
# How many pages a language has; the rest have three each. In the order of Common Crawl.
LANGUAGE_PAGES = {
    "ru": 44,
    "de": 40,
    "ja": 34,
    "zh": 34,
    "es": 34,
    "fr": 34,
    "it": 18,
    "pt": 18,
    "nl": 14,
    "pl": 14,
    "tr": 12,
}
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
FOREIGN_TEMPLATES = ("blog", "news", "corporate", "docs", "table", "wiki")


@dataclass(frozen=True)
class SitePhrases:
    """What a site says around its pages."""

    home: str = "Home"
    about: str = "About us"
    contact: str = "Contact"
    search: str = "Search"
    privacy: str = "Privacy policy"
    cookies: str = "We use cookies to improve your experience on our site and to show you relevant advertising."
    accept: str = "Accept all cookies"
    comments: str = "Leave a comment"
    related: str = "You may also like"
    newsletter: str = "Sign up for our newsletter"
    rights: str = "All rights reserved."
    share: str = "Share"


SITE_PHRASES = {
    "de": SitePhrases("Startseite", "Über uns", "Kontakt", "Suche", "Datenschutzerklärung",
                    "Diese Website verwendet Cookies, um Ihnen das beste Nutzererlebnis zu bieten.",
                    "Alle Cookies akzeptieren", "Kommentar schreiben", "Das könnte Sie auch interessieren",
                    "Newsletter abonnieren", "Alle Rechte vorbehalten.", "Teilen"),
    "fr": SitePhrases("Accueil", "À propos", "Contact", "Rechercher", "Politique de confidentialité",
                    "Nous utilisons des cookies pour améliorer votre expérience sur notre site.",
                    "Tout accepter", "Laisser un commentaire", "À lire aussi",
                    "S'inscrire à la lettre d'information", "Tous droits réservés.", "Partager"),
    "es": SitePhrases("Inicio", "Quiénes somos", "Contacto", "Buscar", "Política de privacidad",
                    "Utilizamos cookies para mejorar su experiencia en nuestro sitio.",
                    "Aceptar todas", "Deja un comentario", "También te puede interesar",
                    "Suscríbete al boletín", "Todos los derechos reservados.", "Compartir"),
    "it": SitePhrases("Home", "Chi siamo", "Contatti", "Cerca", "Informativa sulla privacy",
                    "Questo sito utilizza i cookie per migliorare la tua esperienza di navigazione.",
                    "Accetta tutti", "Lascia un commento", "Potrebbe interessarti anche",
                    "Iscriviti alla newsletter", "Tutti i diritti riservati.", "Condividi"),
    "pt": SitePhrases("Início", "Quem somos", "Contato", "Pesquisar", "Política de privacidade",
                    "Usamos cookies para melhorar a sua experiência em nosso site.",
                    "Aceitar todos", "Deixe um comentário", "Veja também",
                    "Assine a nossa newsletter", "Todos os direitos reservados.", "Compartilhar"),
    "nl": SitePhrases("Startpagina", "Over ons", "Contact", "Zoeken", "Privacyverklaring",
                    "Wij gebruiken cookies om uw ervaring op onze website te verbeteren.",
                    "Alles accepteren", "Plaats een reactie", "Lees ook",
                    "Meld u aan voor de nieuwsbrief", "Alle rechten voorbehouden.", "Delen"),
    "pl": SitePhrases("Strona główna", "O nas", "Kontakt", "Szukaj", "Polityka prywatności",
                    "Ta strona używa plików cookie, aby zapewnić najlepszą jakość korzystania z witryny.",
                    "Akceptuję wszystkie", "Dodaj komentarz", "Zobacz także",
                    "Zapisz się do newslettera", "Wszelkie prawa zastrzeżone.", "Udostępnij"),
    "ru": SitePhrases("Главная", "О нас", "Контакты", "Поиск", "Политика конфиденциальности",
                    "Мы используем файлы cookie, чтобы сделать наш сайт удобнее для вас.",
                    "Принять все", "Оставить комментарий", "Читайте также",
                    "Подписаться на рассылку", "Все права защищены.", "Поделиться"),
    "tr": SitePhrases("Ana sayfa", "Hakkımızda", "İletişim", "Ara", "Gizlilik politikası",
                    "Sitemizde size daha iyi hizmet sunabilmek için çerezler kullanıyoruz.",
                    "Tümünü kabul et", "Yorum yap", "İlginizi çekebilir",
                    "Bültene abone olun", "Tüm hakları saklıdır.", "Paylaş"),
    "ja": SitePhrases("ホーム", "会社概要", "お問い合わせ", "検索", "プライバシーポリシー",
                    "当サイトでは、利便性向上のためクッキーを使用しています。",
                    "すべて同意する", "コメントを書く", "関連記事",
                    "メールマガジン登録", "無断転載を禁じます。", "共有"),
    "zh": SitePhrases("首页", "关于我们", "联系我们", "搜索", "隐私政策",
                    "本网站使用Cookie来改善您的浏览体验。",
                    "全部接受", "发表评论", "相关文章",
                    "订阅邮件", "版权所有。", "分享"),
}  # fmt: skip


def foreign_sites(language: str) -> list[Site]:
    """The sites of a language: the first in UTF-8, the second in the older encoding where there is one."""
    number = sum(map(ord, language))
    templates = [FOREIGN_TEMPLATES[(number + step) % len(FOREIGN_TEMPLATES)] for step in range(2)]
    sites = [Site(f"www.{language}-pages.example", f"{language.upper()} Portal", templates[0], language)]
    if language in LEGACY:
        old = declared_everywhere(LEGACY[language])
        sites.append(Site(f"{language}.archive.test", f"Archive {language.upper()}", templates[1], language, old))
    return sites
