"""What the names that authors give to boxes say of them: the words of class and id, tags and roles."""

import re

from stages.extract.blocks import listed

NAVIGATION, FOOTER, HEADER, ASIDE, COMMENTS, DETAILS, PROMPT, CONTENT, POST, HIDDEN, MAIN, FORM, CARD, WIDGET = (
    1 << place for place in range(14)
)
LISTED = 14  # the bit where those of trafilatura's lists begin
FRAMES = tuple(bit << LISTED for bit in listed.FRAMES)
NAMES = (
    *"navigation footer header aside comments details prompt content post hidden main form card widget".split(),
    *listed.NAMES,
)
FURNITURE = NAVIGATION | FOOTER | HEADER | ASIDE | COMMENTS | DETAILS | PROMPT | HIDDEN
WORDS = {
    NAVIGATION: "nav navbar navigation menu menus submenu breadcrumb breadcrumbs crumbs pagination pager paging "
    "paginator toolbar tabs toc sitemap skip topbar dropdown navbox menubar megamenu topnav subnav mainnav pagenav "
    "navi navlinks toplinks directory index languages lang language",
    FOOTER: "footer foot colophon copyright legal bottombar footnav catlinks printfooter disclaimer",
    HEADER: "header masthead banner logo branding topheader siteheader hdr",
    ASIDE: "sidebar aside side widget widgets rail related recommended recommendations recommend suggestions popular "
    "trending promo teaser teasers readmore similar latest recent carousel slider gallery outbrain taboola sponsored "
    "sponsor ad ads advert advertisement advertising adsense infobox more upsell crosssell leftcol rightcol left right",
    COMMENTS: "comment comments disqus respond reply replies commentlist feedback reviews discuss",
    DETAILS: "meta byline author authors date time timestamp share sharing social socials tags tag rating avatar user "
    "username userinfo profile postprofile signature sig buttons button btn actions tools controls stats views likes "
    "votes vote category categories credit caption edit editsection follow print addthis addtoany sharedaddy facebook "
    "twitter icons badge badges label labels price stock cart quantity qty sku joined online quote-button icon count",
    PROMPT: "login signin signup register subscribe subscription newsletter cookie cookies consent gdpr popup modal "
    "overlay search searchbox alert notice notification cta donate donation paywall download app banner-ad lightbox",
    CONTENT: "content article entry story body text main maintext articlebody page document prose description "
    "markdown mw richtext paragraph wysiwyg chapter content-body contentbody maincontent articlecontent storybody",
    POST: "post posts message messages msg postbody posttext postcontent answer answers question questions thread "
    "topic posting bbwrapper messagetext forumpost usertext",
    CARD: "card cards product products tile tiles grid result results listing listings collection collections catalog "
    "catalogue thumb thumbs thumbnail excerpt excerpts preview offer offers deal deals",
    WIDGET: "filter filters facet facets sort sorting sortby refine swatch swatches error errors validation required "
    "placeholder tooltip spinner loader loading",
    HIDDEN: "hidden hide invisible sronly screenreader visuallyhidden noprint mobileonly",
}
BIT_OF = {word: bit for bit, words in WORDS.items() for word in words.split()}
TAG_BITS = {
    "nav": NAVIGATION,
    "footer": FOOTER,
    "header": HEADER,
    "aside": ASIDE,
    "menu": NAVIGATION,
    "article": CONTENT,
    "main": MAIN,
    "form": FORM,
}
ROLE_BITS = {
    "navigation": NAVIGATION,
    "menu": NAVIGATION,
    "menubar": NAVIGATION,
    "tablist": NAVIGATION,
    "toolbar": NAVIGATION,
    "contentinfo": FOOTER,
    "banner": HEADER,
    "complementary": ASIDE,
    "search": PROMPT,
    "dialog": PROMPT,
    "alert": PROMPT,
    "main": MAIN,
    "article": CONTENT,
}
WHOLE_PAGE = ("html", "body")  # their classes tell what the page has somewhere ("has-sidebar")
LONGEST = 500  # characters of a value that are looked at
INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def bits_of_attribute(name: str, value: str) -> int:
    """What a role, a style, or an attribute that hides says; class and id are read by `words`."""
    if name == "role":
        return ROLE_BITS.get(value, 0)
    if name == "style":
        return HIDDEN if INVISIBLE.search(value) else 0
    return HIDDEN if name == "hidden" or (name == "aria-hidden" and value == "true") else 0
